/* SPDX-License-Identifier: MIT */
#include "engine/values.h"

#include "base/buf.h"
#include "base/json.h"
#include "calendar/zone.h"
#include "calendar/hours.h"
#include "template/symbols.h"
#include "slack/markup.h"

/* ---- people and places ---- */

static struct str shown_name(const struct person *who)
{
	if (who->name.len > 0)
		return who->name;
	return who->handle.len > 0 ? who->handle : who->id;
}

static bool person_value(const struct values *v, const struct person *who, bool notifies,
			 enum reference_field field, struct value *out)
{
	struct str shown = shown_name(who);

	if (who->id.len == 0)
		return false;
	*out = (struct value){ .kind = VALUE_TEXT };
	if (field == FIELD_NAME)
		out->text = shown;
	else if (field == FIELD_ID)
		out->text = who->id;
	else if (field == FIELD_EMAIL)
		out->text = who->email;
	else
		*out = (struct value){
			.kind = VALUE_USER,
			.id = who->id,
			.text = str_keepf(v->arena, "@%.*s", STR_ARG(shown)),
			.notifies = notifies || field == FIELD_MENTION,
		};
	return out->text.len > 0;
}

static bool channel_value(const struct values *v, struct str id, struct str name, bool links,
			  enum reference_field field, struct value *out)
{
	struct str shown = name.len > 0 ? name : id;

	if (id.len == 0)
		return false;
	*out = (struct value){ .kind = VALUE_TEXT, .text = field == FIELD_ID ? id : shown };
	if (field == FIELD_NONE || field == FIELD_MENTION)
		*out = (struct value){
			.kind = VALUE_CHANNEL,
			.id = id,
			.text = str_keepf(v->arena, "#%.*s", STR_ARG(shown)),
			.notifies = links || field == FIELD_MENTION,
		};
	return field != FIELD_EMAIL;
}

/* Whoever the directory knows by this id; a name that is given is better than none. */
static struct person person_of(const struct values *v, struct str id, struct str shown)
{
	struct person who = { .id = id };

	str_skip(&shown, "@");
	if (!v->ev->workspace->resolver->person(v->ev->workspace, id, &who))
		who = (struct person){ .id = id, .name = shown };
	who.id = id;
	return who;
}

static bool mention_value(const struct values *v, char sigil, struct str id, struct str shown,
			  enum reference_field field, struct value *out)
{
	struct person who;
	struct str name = STR_EMPTY;

	if (sigil == '@') {
		who = person_of(v, id, shown);
		/* As it was written, where it was written. */
		if (field == FIELD_NONE && str_skip(&shown, "@") && shown.len > 0)
			who.name = shown;
		return person_value(v, &who, false, field, out);
	}
	if (!v->ev->workspace->resolver->channel(v->ev->workspace, id, &name) &&
	    str_skip(&shown, "#"))
		name = shown;
	return channel_value(v, id, name, false, field, out);
}

/* ---- what was caught ---- */

/* A text that names somebody without mentioning them: "@ana", "#general", or "ana". */
static bool named_value(const struct values *v, struct str text, enum reference_field field,
			struct value *out)
{
	char sigil = text.len > 0 && text.p[0] == '#' ? '#' : '@';
	struct str name = text, id;

	if (name.len > 0 && name.p[0] == sigil)
		name = str_sub(name, 1, name.len);
	*out = (struct value){ .kind = VALUE_TEXT, .text = name };
	if (field == FIELD_NAME)
		return name.len > 0;
	if (!v->ev->workspace->resolver->find(v->ev->workspace, sigil, name, &id)) {
		out->text = text;
		return field == FIELD_MENTION && text.len > 0; /* nobody to notify, but a name */
	}
	return mention_value(v, sigil, str_keep(v->arena, id), text, field, out);
}

static bool text_value(const struct values *v, struct str text, enum reference_field field,
		       struct value *out)
{
	if (field != FIELD_NONE)
		return named_value(v, text, field, out);
	*out = (struct value){ .kind = VALUE_TEXT, .text = text };
	return text.len > 0;
}

static bool group_value(const struct values *v, struct str word, enum reference_field field,
			struct value *out)
{
	const struct capture *c;
	int64_t number;

	if (!str_int(word, &number))
		c = run_capture_named(v->run, word);
	else
		c = number >= 0 ? run_capture(v->run, (size_t)number) : NULL;
	if (c == NULL || c->text.len == 0)
		return false;
	if (c->sigil != '\0')
		return mention_value(v, c->sigil, c->id, c->text, field, out);
	return text_value(v, c->text, field, out);
}

/* ---- what is stored ---- */

/* Nobody makes a person of a text by writing those signs. */
static struct str without_mark(struct str text)
{
	while (text.len > 0 && text.p[0] == VALUES_MARK)
		text = str_sub(text, 1, text.len);
	return text;
}

struct str values_to_store(const struct values *v, const struct value *value)
{
	char sigil = value->kind == VALUE_CHANNEL ? '#' : '@';

	if (value->id.len == 0 || (value->kind != VALUE_USER && value->kind != VALUE_CHANNEL))
		return without_mark(value->text);
	return str_keepf(v->arena, "%c%c%.*s%c%.*s", VALUES_MARK, sigil, STR_ARG(value->id),
			 VALUES_MARK, STR_ARG(value->text));
}

static bool stored_mention(struct str text, char *sigil, struct str *id, struct str *shown)
{
	size_t end;

	if (text.len < 4 || text.p[0] != VALUES_MARK)
		return false;
	*sigil = text.p[1];
	text = str_sub(text, 2, text.len);
	end = str_find_char(text, VALUES_MARK);
	if (end == SIZE_MAX)
		return false;
	*id = str_sub(text, 0, end);
	*shown = str_sub(text, end + 1, text.len);
	return true;
}

struct str values_variable_key(const struct values *v, struct str name, const struct template *key)
{
	if (key == NULL)
		return name;
	return str_keepf(v->arena, "%.*s[%.*s]", STR_ARG(name), STR_ARG(values_key(v, key)));
}

static bool variable_value(const struct values *v, const struct reference *ref, struct value *out)
{
	struct str text = state_variable(v->state, values_variable_key(v, ref->word, ref->key));
	struct str id, shown;
	char sigil;

	if (stored_mention(text, &sigil, &id, &shown))
		return mention_value(v, sigil, id, shown, ref->field, out);
	return text_value(v, text, ref->field, out);
}

/* Before it is counted, as if it had been: the first time is number 1. */
static bool count_value(const struct values *v, struct value *out)
{
	int64_t count = v->run->count > 0 ? v->run->count :
					    state_count(v->state, str_from(v->rule->name)) + 1;

	*out = (struct value){
		.kind = VALUE_TEXT,
		.text = str_keepf(v->arena, "%lld", (long long)count),
	};
	return true;
}

/* ---- what the rules share ---- */

/* A person as key: by id, by the name with its sign, or without. */
static const struct table_row *find_row(const struct values *v, const struct table *table,
					const struct template *key)
{
	struct value value;
	struct str keys[3];
	const struct table_row *row = NULL;

	values_of(v, key, &value);
	keys[0] = value.id.len > 0 ? value.id : value.text;
	keys[1] = value.text;
	keys[2] = value.text;
	if (value.kind == VALUE_USER || value.kind == VALUE_CHANNEL)
		keys[2] = str_sub(value.text, 1, value.text.len);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		row = table_find(table, keys[i]);
		if (row != NULL && row != table->otherwise)
			return row;
	}
	return row;
}

static bool table_value(const struct values *v, const struct reference *ref, struct value *out)
{
	const struct table_row *row = find_row(v, ref->table, ref->key);

	if (row == NULL || ref->column >= row->n_cells)
		return false;
	*out = (struct value){
		.kind = VALUE_LITERAL,
		.text = row->cells[ref->column],
		.literal = row->literals[ref->column],
	};
	return out->text.len > 0;
}

static bool list_value(const struct reference *ref, struct value *out)
{
	*out = (struct value){
		.kind = VALUE_LITERAL,
		.text = ref->list->text,
		.items = ref->list->items,
		.literal = ref->list->literal,
	};
	return out->text.len > 0;
}

static bool time_value(const struct values *v, struct wall at, const struct zone *zone,
		       struct value *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (at.ms <= 0)
		return false;
	buf_init(&text, 0);
	zone_format(zone, at, STR("%Y-%m-%d %H:%M"), &text);
	*out = (struct value){
		.kind = VALUE_TIME,
		.time = at,
		.zone = zone,
		.text = str_keep(v->arena, buf_str(&text)),
	};
	return true;
}

static bool hours_value(const struct values *v, const struct reference *ref, struct value *out)
{
	struct wall now = v->ev->time.ms > 0 ? v->ev->time : clock_wall(v->clock), at;
	bool is_open = hours_is_open(ref->hours, now);

	if (ref->field == FIELD_OPEN) {
		*out = (struct value){ .kind = VALUE_TEXT,
				       .text = is_open ? STR("yes") : STR("no") };
		return true;
	}
	if (!(ref->field == FIELD_OPENS ? hours_next_open : hours_next_close)(ref->hours, now, &at))
		return false;
	return time_value(v, at, hours_zone(ref->hours), out);
}

/* ---- the event, and what was answered ---- */

/* What is shown of a link to a page or mailbox is often its address. */
static bool shows_address(const struct text_piece *piece)
{
	static const char *const schemes[] = { "", "https://", "http://", "mailto:", "tel:" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct str address = piece->url;

		if (str_skip(&address, schemes[i]) && str_eq(address, piece->shown))
			return true;
	}
	return false;
}

static bool ends_link(const struct event *ev, size_t i)
{
	const struct text_piece *piece = &ev->pieces[i];

	return piece->url.len > 0 && !shows_address(piece) &&
	       (i + 1 == ev->n_pieces || !str_eq(ev->pieces[i + 1].url, piece->url));
}

static struct str linked_text(const struct values *v)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const struct event *ev = v->ev;
	bool is_other = false;

	buf_init(&text, 0);
	for (size_t i = 0; i < ev->n_pieces; i++) {
		const struct text_piece *piece = &ev->pieces[i];

		buf_add(&text, piece->shown);
		if (!ends_link(ev, i))
			continue;
		buf_addf(&text, piece->shown.len > 0 ? " (%.*s)" : "%.*s", STR_ARG(piece->url));
		is_other = true;
	}
	return is_other ? str_keep(v->arena, buf_str(&text)) : STR_EMPTY;
}

static bool whole_text(const struct values *v, struct value *out)
{
	out->kind = VALUE_TEXT;
	out->text = v->ev->text;
	out->linked = linked_text(v);
	return out->text.len > 0;
}

static bool link_value(const struct values *v, struct value *out)
{
	CLEANUP(buf_deinit) struct buf link = { 0 };
	struct str team_url = str_from(v->ev->workspace->me.team_url);
	const struct event *ev = v->ev;

	if (team_url.len == 0 || ev->channel.len == 0 || ev->ts.len == 0)
		return false;
	buf_init(&link, 0);
	markup_permalink(&link, team_url, ev->channel, ev->ts,
			 event_is_reply(ev) ? ev->thread_ts : STR_EMPTY);
	*out = (struct value){ .kind = VALUE_LINK, .text = str_keep(v->arena, buf_str(&link)) };
	return true;
}

static bool team_value(const struct values *v, enum reference_field field, struct value *out)
{
	struct str name = str_from(v->ev->workspace->me.team_name);

	*out = (struct value){
		.kind = VALUE_TEXT,
		.text = field == FIELD_ID || name.len == 0 ? v->ev->team : name,
	};
	return out->text.len > 0;
}

static bool bot_value(const struct values *v, enum reference_field field, struct value *out)
{
	const struct identity *me = &v->ev->workspace->me;
	const struct person bot = { .id = str_from(me->user_id),
				    .handle = str_from(me->user_name),
				    .name = str_from(me->user_name) };

	return person_value(v, &bot, true, field, out);
}

/* A list's items each end in their sign; shown, they stand between commas. */
static void put_items(struct buf *items, struct buf *text, const struct json *array)
{
	for (size_t i = 0; i < json_len(array); i++) {
		const struct json *item = json_item(array, i);
		CLEANUP(buf_deinit) struct buf one = { 0 };

		buf_init(&one, 0);
		if (json_kind(item) == JSON_STRING)
			buf_add(&one, json_str(item, ""));
		else
			json_print(item, &one);
		for (size_t b = 0; b < one.len; b++)
			buf_addc(items, one.p[b] == VALUE_ITEM_END ? ' ' : one.p[b]);
		buf_addc(items, VALUE_ITEM_END);
		buf_addf(text, "%s%.*s", i > 0 ? ", " : "", STR_ARG(buf_str(&one)));
	}
}

static bool node_value(const struct values *v, const struct json *node, struct value *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf items = { 0 };

	buf_init(&text, 0);
	buf_init(&items, 0);
	*out = (struct value){ .kind = VALUE_TEXT };
	switch (json_kind(node)) {
	case JSON_NULL:
		return false;
	case JSON_STRING:
		out->text = str_keep(v->arena, json_str(node, ""));
		return out->text.len > 0;
	case JSON_ARRAY:
		put_items(&items, &text, node);
		out->items = str_keep(v->arena, buf_str(&items));
		break;
	case JSON_BOOL:
	case JSON_INT:
	case JSON_DOUBLE:
	case JSON_OBJECT:
		json_print(node, &text);
		break;
	}
	out->text = str_keep(v->arena, buf_str(&text));
	return out->text.len > 0;
}

static bool path_value(const struct values *v, const struct json *root, const struct template *path,
		       struct value *out)
{
	struct str key = values_path(v, path), literal;

	/* What people wrote may be blank; that is no way to all of it. */
	if (key.len == 0 && path != NULL && !template_is_literal(path, &literal))
		return false;
	return node_value(v, json_at(root, str_keep(v->arena, key).p), out);
}

static bool plain_value(struct str text, struct value *out)
{
	*out = (struct value){ .kind = VALUE_TEXT, .text = text };
	return text.len > 0;
}

static bool find_value(const struct values *v, const struct reference *ref, struct value *out)
{
	const struct event *ev = v->ev;

	*out = (struct value){ .kind = VALUE_TEXT };
	switch (ref->name) {
	case NAME_USER:
		return person_value(v, &ev->user, true, ref->field, out);
	case NAME_AUTHOR:
		return person_value(v, &ev->author, true, ref->field, out);
	case NAME_CHANNEL:
		return channel_value(v, ev->channel, ev->channel_name, true, ref->field, out);
	case NAME_BOT:
		return bot_value(v, ref->field, out);
	case NAME_TEAM:
		return team_value(v, ref->field, out);
	case NAME_TEXT:
		return whole_text(v, out);
	case NAME_MATCH:
		return group_value(v, STR("0"), ref->field, out);
	case NAME_LINK:
		return link_value(v, out);
	case NAME_TS:
		return plain_value(ev->ts, out);
	case NAME_THREAD:
		return plain_value(ev->thread_ts, out);
	case NAME_TIME:
		return time_value(v, ev->time, v->rule->zone, out);
	case NAME_COUNT:
		return count_value(v, out);
	case NAME_EVENT:
		return path_value(v, ev->payload, ref->key, out);
	case NAME_RESULT:
		return path_value(v, v->run->result, ref->key, out);
	case NAME_ERROR:
		return plain_value(str_from(v->run->error), out);
	case NAME_GROUP:
		return group_value(v, ref->word, ref->field, out);
	case NAME_VARIABLE:
		return variable_value(v, ref, out);
	case NAME_TABLE:
		return table_value(v, ref, out);
	case NAME_LIST:
		return list_value(ref, out);
	case NAME_HOURS:
		return hours_value(v, ref, out);
	}
	return false;
}

static bool has_control_sign(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
			return true;
	}
	return false;
}

static struct str without_control_signs(const struct values *v, struct str text)
{
	CLEANUP(buf_deinit) struct buf kept = { 0 };

	if (!has_control_sign(text))
		return text;
	buf_init(&kept, 0);
	markup_literal(&kept, text);
	return str_keep(v->arena, buf_str(&kept));
}

/* Texts of people and of webhooks never have the signs by which we mark our own. */
bool values_get(const struct values *v, const struct reference *ref, struct value *out)
{
	struct str *const shown[] = { &out->text, &out->linked };

	if (!find_value(v, ref, out))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		*shown[i] = without_control_signs(v, *shown[i]);
	return out->text.len > 0;
}

/* ---- by what name ---- */

static bool is_called(const struct person *who, struct str name)
{
	return str_eq_nocase(who->handle, name) || str_eq_nocase(who->name, name);
}

/* By what they are called, or shown as, unless the name is bound to somebody else, or to nobody. */
static bool is_person_named(const struct values *v, struct str id, struct str shown,
			    struct str name)
{
	const struct workspace *w = v->ev->workspace;
	const struct person known[] = { v->ev->user, v->ev->author };
	struct person who = { .id = STR_EMPTY };
	bool is_found = false;

	for (size_t i = 0; i < ARRAY_LEN(known) && !is_found; i++) {
		who = known[i];
		is_found = str_eq(who.id, id) && is_called(&who, name);
	}
	is_found = is_found || (w->resolver->person(w, id, &who) && is_called(&who, name));
	if (!is_found)
		who = (struct person){ .id = id, .handle = shown };
	return is_called(&who, name) && w->resolver->is_user(w, name, &who) != TRISTATE_NO;
}

enum tristate values_is_named(const struct values *v, const struct value *value, struct str name)
{
	bool is_channel = value->kind == VALUE_CHANNEL;
	struct str plain = name, id, own = value->text;

	if (!str_skip(&plain, is_channel ? "#" : "@"))
		plain = name;
	if (v->ev->workspace->resolver->find(v->ev->workspace, is_channel ? '#' : '@', plain, &id))
		return str_eq(id, value->id) ? TRISTATE_YES : TRISTATE_NO;
	own = str_sub(own, 1, own.len);
	return tristate_of(is_channel ? str_eq_nocase(own, plain) :
					is_person_named(v, value->id, own, plain));
}
