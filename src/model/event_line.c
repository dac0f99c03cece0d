/* SPDX-License-Identifier: MIT */
#include "model/event_line.h"

#include <stddef.h>
#include <string.h>

/* ---- which fields there are ---- */

struct field {
	const char *name;
	size_t at;
};

#define FIELD(type, name)                          \
	{                                          \
#name, offsetof(struct type, name) \
	}

static const struct field texts[] = {
	FIELD(event, type),	    FIELD(event, subtype),	FIELD(event, team),
	FIELD(event, channel),	    FIELD(event, channel_name), FIELD(event, bot_id),
	FIELD(event, ts),	    FIELD(event, thread_ts),	FIELD(event, text_raw),
	FIELD(event, text),	    FIELD(event, reaction),	FIELD(event, command),
	FIELD(event, response_url), FIELD(event, for_rule),	FIELD(event, event_ts),
	FIELD(event, key),	    FIELD(event, event_id),
};

static const struct field flags[] = {
	FIELD(event, from_self),    FIELD(event, from_bot),  FIELD(event, hidden),
	FIELD(event, mentions_bot), FIELD(event, has_files), FIELD(event, text_known),
};

static const struct field people[] = { FIELD(event, user), FIELD(event, author) };

static const struct field person_texts[] = {
	FIELD(person, id),
	FIELD(person, handle),
	FIELD(person, name),
	FIELD(person, email),
};

static const struct field person_flags[] = { FIELD(person, is_bot), FIELD(person, is_guest) };

static const struct field piece_texts[] = { FIELD(text_piece, id), FIELD(text_piece, url) };

/* ---- copying ---- */

static struct str *text_at(const void *object, const struct field *field)
{
	return (void *)((char *)object + field->at);
}

/* Calls for every text in the event but those that are slices of others. */
static void each_text(struct event *ev, void (*on_text)(void *owner, struct str *text), void *owner)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		on_text(owner, text_at(ev, &texts[i]));
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		for (size_t k = 0; k < ARRAY_LEN(person_texts); k++)
			on_text(owner, text_at((const char *)ev + people[i].at, &person_texts[k]));
	}
	for (size_t i = 0; i < ev->n_pieces; i++) {
		for (size_t k = 0; k < ARRAY_LEN(piece_texts); k++)
			on_text(owner, text_at(&ev->pieces[i], &piece_texts[k]));
	}
}

static void add_size(void *size, struct str *text)
{
	if (text->len > 0)
		*(size_t *)size += arena_piece(text->len + 1);
}

static void keep_text(void *arena, struct str *text)
{
	*text = text->len > 0 ? str_keep(arena, *text) : STR_EMPTY;
}

/* All that is left of it lies in one block. */
struct event *event_trim(const struct event *ev, unsigned parts)
{
	struct event head = *ev, *copy;
	struct arena arena = { 0 };
	size_t size;

	head.n_refs = 1;
	head.whole = NULL;
	head.payload = (parts & EVENT_PAYLOAD) && ev->payload != NULL ? json_ref(ev->payload) :
									NULL;
	if (!(parts & EVENT_TEXT_RAW))
		head.text_raw = STR_EMPTY;
	if (!(parts & EVENT_TEXT)) {
		head.text = head.text_to_bot = STR_EMPTY;
		head.pieces = NULL;
		head.n_pieces = 0;
	}
	size = arena_piece(sizeof(head)) + arena_piece(head.n_pieces * sizeof(head.pieces[0]));
	each_text(&head, add_size, &size);
	arena_reserve(&arena, size);
	copy = arena_alloc(&arena, sizeof(*copy));
	*copy = head;
	if (head.n_pieces > 0) {
		copy->pieces = arena_alloc(&arena, head.n_pieces * sizeof(head.pieces[0]));
		memcpy(copy->pieces, head.pieces, head.n_pieces * sizeof(head.pieces[0]));
	}
	each_text(copy, keep_text, &arena);
	for (size_t i = 0; i < copy->n_pieces; i++)
		copy->pieces[i].shown.p = copy->text.p + (head.pieces[i].shown.p - head.text.p);
	copy->text_to_bot = str_sub(copy->text, copy->text.len - copy->text_to_bot.len,
				    copy->text.len);
	copy->arena = arena;
	return copy;
}

size_t event_size(const struct event *ev)
{
	return arena_size(&ev->arena) + json_size(ev->payload);
}

/* ---- writing ---- */

/* What is empty or false is left out. */
static void write_fields(struct json *to, const void *object, const struct field *strs,
			 size_t n_strs, const struct field *bools, size_t n_bools)
{
	for (size_t i = 0; i < n_strs; i++) {
		const struct str *text = (const void *)((const char *)object + strs[i].at);

		if (text->len > 0)
			json_set_str(to, strs[i].name, *text);
	}
	for (size_t i = 0; i < n_bools; i++) {
		if (*((const bool *)object + bools[i].at))
			json_set_bool(to, bools[i].name, true);
	}
}

static struct json *pieces_to_json(const struct event *ev)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < ev->n_pieces; i++) {
		const struct text_piece *piece = &ev->pieces[i];
		struct json *one = json_new_object();

		json_set_int(one, "len", (int64_t)piece->shown.len);
		json_set_int(one, "part", piece->part);
		if (piece->sigil != 0)
			json_set_str(one, "sigil", str_make(&piece->sigil, 1));
		write_fields(one, piece, piece_texts, ARRAY_LEN(piece_texts), NULL, 0);
		json_push(list, one);
	}
	return list;
}

struct json *event_to_json(const struct event *ev)
{
	struct json *j = json_new_object();

	json_set_str(j, "kind", str_from(event_kind_name(ev->kind)));
	json_set_int(j, "channel_kind", ev->channel_kind);
	json_set_int(j, "time", ev->time.ms);
	write_fields(j, ev, texts, ARRAY_LEN(texts), flags, ARRAY_LEN(flags));
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		struct json *one = json_new_object();

		write_fields(one, (const char *)ev + people[i].at, person_texts,
			     ARRAY_LEN(person_texts), person_flags, ARRAY_LEN(person_flags));
		json_set(j, people[i].name, one);
	}
	/* The end of the text, of which the pieces are slices: their lengths say which. */
	json_set_int(j, "to_bot", (int64_t)ev->text_to_bot.len);
	if (ev->n_pieces > 0)
		json_set(j, "pieces", pieces_to_json(ev));
	if (ev->payload != NULL)
		json_set(j, "payload", json_copy(ev->payload));
	return j;
}

void event_write(const struct event *ev, struct buf *out)
{
	CLEANUP(json_freep) struct json *j = event_to_json(ev);

	json_print(j, out);
}

/* ---- reading ---- */

static void read_fields(const struct json *from, void *object, struct arena *arena,
			const struct field *strs, size_t n_strs, const struct field *bools,
			size_t n_bools)
{
	for (size_t i = 0; i < n_strs; i++) {
		struct str *text = (void *)((char *)object + strs[i].at);

		*text = str_keep(arena, json_str(from, strs[i].name));
	}
	for (size_t i = 0; i < n_bools; i++)
		json_get_bool(from, bools[i].name, (bool *)object + bools[i].at);
}

static bool read_kind(struct str name, enum event_kind *out)
{
	for (int kind = EVENT_MESSAGE; kind <= EVENT_OTHER; kind++) {
		if (str_is(name, event_kind_name((enum event_kind)kind))) {
			*out = (enum event_kind)kind;
			return true;
		}
	}
	return false;
}

static bool read_pieces(struct event *ev, const struct json *list)
{
	size_t at = 0;

	ev->n_pieces = json_kind(list) == JSON_ARRAY ? json_len(list) : 0;
	if (ev->n_pieces == 0)
		return true;
	ev->pieces = arena_alloc(&ev->arena, ev->n_pieces * sizeof(ev->pieces[0]));
	for (size_t i = 0; i < ev->n_pieces; i++) {
		const struct json *one = json_item(list, i);
		struct text_piece *piece = &ev->pieces[i];
		struct str sigil = json_str(one, "sigil");
		int64_t len = 0, part = PART_TEXT;

		json_get_int(one, "len", &len);
		json_get_int(one, "part", &part);
		if (len < 0 || (uint64_t)len > ev->text.len - at)
			return false;
		piece->shown = str_sub(ev->text, at, at + (size_t)len);
		piece->part = (enum text_part)part;
		piece->sigil = sigil.len > 0 ? sigil.p[0] : '\0';
		read_fields(one, piece, &ev->arena, piece_texts, ARRAY_LEN(piece_texts), NULL, 0);
		at += (size_t)len;
	}
	return at == ev->text.len;
}

int event_from_json(struct event **out, const struct json *j)
{
	CLEANUP(event_freep) struct event *ev = event_new();
	int64_t channel_kind = CHANNEL_UNKNOWN, to_bot = 0;

	if (!read_kind(json_str(j, "kind"), &ev->kind))
		return EVENT_LINE_MALFORMED;
	json_get_int(j, "channel_kind", &channel_kind);
	json_get_int(j, "time", &ev->time.ms);
	json_get_int(j, "to_bot", &to_bot);
	read_fields(j, ev, &ev->arena, texts, ARRAY_LEN(texts), flags, ARRAY_LEN(flags));
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		read_fields(json_at(j, people[i].name), (char *)ev + people[i].at, &ev->arena,
			    person_texts, ARRAY_LEN(person_texts), person_flags,
			    ARRAY_LEN(person_flags));
	if (channel_kind < CHANNEL_UNKNOWN || channel_kind > CHANNEL_GROUP || to_bot < 0 ||
	    (uint64_t)to_bot > ev->text.len || !read_pieces(ev, json_at(j, "pieces")))
		return EVENT_LINE_MALFORMED;
	ev->channel_kind = (enum channel_kind)channel_kind;
	ev->text_to_bot = str_sub(ev->text, ev->text.len - (size_t)to_bot, ev->text.len);
	ev->payload = json_copy(json_at(j, "payload"));
	*out = TAKE(ev);
	return 0;
}

int event_read(struct event **out, struct str line)
{
	CLEANUP(json_freep) struct json *j = NULL;

	return json_parse(&j, line, NULL) == 0 ? event_from_json(out, j) : EVENT_LINE_MALFORMED;
}
