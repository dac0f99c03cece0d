/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include "lib/events.h"
#include "lib/unit.h"
#include "model/event_line.h"

/* ---- an event in which everything is set, each text to one of its own ---- */

static struct str numbered(struct event *ev, int *n)
{
	return str_keepf(&ev->arena, "text %d \"\\\n\xC3\xA9", ++*n);
}

static struct event *full(void)
{
	struct event *ev = event_new();
	struct str *const texts[] = {
		&ev->type,	   &ev->subtype,       &ev->team,
		&ev->channel,	   &ev->channel_name,  &ev->bot_id,
		&ev->ts,	   &ev->thread_ts,     &ev->text_raw,
		&ev->text,	   &ev->reaction,      &ev->command,
		&ev->response_url, &ev->for_rule,      &ev->event_ts,
		&ev->key,	   &ev->event_id,      &ev->user.id,
		&ev->user.handle,  &ev->user.name,     &ev->user.email,
		&ev->author.id,	   &ev->author.handle, &ev->author.name,
		&ev->author.email,
	};
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = numbered(ev, &n);
	ev->kind = EVENT_REACTION;
	ev->channel_kind = CHANNEL_GROUP;
	ev->user.is_bot = ev->user.is_guest = ev->author.is_bot = ev->author.is_guest = true;
	ev->from_self = ev->from_bot = ev->hidden = ev->mentions_bot = ev->has_files = true;
	ev->text_known = true;
	ev->time = (struct wall){ INT64_C(1767787200123) };
	ev->text_to_bot = str_sub(ev->text, 3, ev->text.len);
	ev->n_pieces = 3;
	ev->pieces = arena_alloc(&ev->arena, 3 * sizeof(ev->pieces[0]));
	ev->pieces[0] = (struct text_piece){ str_sub(ev->text, 0, 2), .part = PART_CODE };
	ev->pieces[1] = (struct text_piece){ str_sub(ev->text, 2, 5), .part = PART_TEXT,
					     .sigil = '@', .id = numbered(ev, &n) };
	ev->pieces[2] = (struct text_piece){ str_sub(ev->text, 5, ev->text.len), .part = PART_LINK,
					     .url = numbered(ev, &n) };
	CU_ASSERT_EQUAL_FATAL(json_parse(&ev->payload, STR("{\"a\":[1,{\"b\":null}]}"), NULL), 0);
	return ev;
}

/* ---- comparing ---- */

static void person_is(const struct person *a, const struct person *b)
{
	CU_ASSERT_TRUE(str_eq(a->id, b->id));
	CU_ASSERT_TRUE(str_eq(a->handle, b->handle));
	CU_ASSERT_TRUE(str_eq(a->name, b->name));
	CU_ASSERT_TRUE(str_eq(a->email, b->email));
	CU_ASSERT_EQUAL(a->is_bot, b->is_bot);
	CU_ASSERT_EQUAL(a->is_guest, b->is_guest);
}

static void event_is(const struct event *a, const struct event *b)
{
	CLEANUP(buf_deinit) struct buf x = { 0 };
	CLEANUP(buf_deinit) struct buf y = { 0 };

	CU_ASSERT_EQUAL(a->kind, b->kind);
	CU_ASSERT_TRUE(str_eq(a->type, b->type));
	CU_ASSERT_TRUE(str_eq(a->subtype, b->subtype));
	CU_ASSERT_TRUE(str_eq(a->team, b->team));
	CU_ASSERT_TRUE(str_eq(a->channel, b->channel));
	CU_ASSERT_TRUE(str_eq(a->channel_name, b->channel_name));
	CU_ASSERT_EQUAL(a->channel_kind, b->channel_kind);
	person_is(&a->user, &b->user);
	person_is(&a->author, &b->author);
	CU_ASSERT_TRUE(str_eq(a->bot_id, b->bot_id));
	CU_ASSERT_EQUAL(a->from_self, b->from_self);
	CU_ASSERT_EQUAL(a->from_bot, b->from_bot);
	CU_ASSERT_EQUAL(a->hidden, b->hidden);
	CU_ASSERT_EQUAL(a->mentions_bot, b->mentions_bot);
	CU_ASSERT_EQUAL(a->has_files, b->has_files);
	CU_ASSERT_TRUE(str_eq(a->ts, b->ts));
	CU_ASSERT_TRUE(str_eq(a->thread_ts, b->thread_ts));
	CU_ASSERT_TRUE(str_eq(a->text_raw, b->text_raw));
	CU_ASSERT_TRUE(str_eq(a->text, b->text));
	CU_ASSERT_TRUE(str_eq(a->text_to_bot, b->text_to_bot));
	CU_ASSERT_EQUAL(a->text_known, b->text_known);
	CU_ASSERT_TRUE(str_eq(a->reaction, b->reaction));
	CU_ASSERT_TRUE(str_eq(a->command, b->command));
	CU_ASSERT_TRUE(str_eq(a->response_url, b->response_url));
	CU_ASSERT_TRUE(str_eq(a->for_rule, b->for_rule));
	CU_ASSERT_TRUE(str_eq(a->event_ts, b->event_ts));
	CU_ASSERT_EQUAL(a->time.ms, b->time.ms);
	CU_ASSERT_TRUE(str_eq(a->key, b->key));
	CU_ASSERT_TRUE(str_eq(a->event_id, b->event_id));
	CU_ASSERT_EQUAL_FATAL(a->n_pieces, b->n_pieces);
	for (size_t i = 0; i < a->n_pieces; i++) {
		CU_ASSERT_TRUE(str_eq(a->pieces[i].shown, b->pieces[i].shown));
		CU_ASSERT_EQUAL(a->pieces[i].part, b->pieces[i].part);
		CU_ASSERT_EQUAL(a->pieces[i].sigil, b->pieces[i].sigil);
		CU_ASSERT_TRUE(str_eq(a->pieces[i].id, b->pieces[i].id));
		CU_ASSERT_TRUE(str_eq(a->pieces[i].url, b->pieces[i].url));
	}
	if (a->payload != NULL)
		json_print(a->payload, &x);
	if (b->payload != NULL)
		json_print(b->payload, &y);
	CU_ASSERT_TRUE(str_eq(buf_str(&x), buf_str(&y)));
}

static struct event *read_back(const struct event *ev)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	struct event *back = NULL;

	event_write(ev, &line);
	CU_ASSERT_EQUAL(str_find_char(buf_str(&line), '\n'), SIZE_MAX);
	CU_ASSERT_EQUAL_FATAL(event_read(&back, buf_str(&line)), 0);
	return back;
}

static void goes_round(struct event *take)
{
	struct event *back = read_back(take);

	event_is(back, take);
	event_free(back);
	event_free(take);
}

/* ---- cases ---- */

static void test_every_field_goes_round(void)
{
	/* A field more must be written and read, and compared here. What is not: the workspace, the time of receipt,
	 * and what makes the event an object in memory. */
	CU_ASSERT_EQUAL(sizeof(struct event), 536);
	goes_round(full());
}

static void test_empty_fields_go_round(void)
{
	struct event *tick = event_new();

	goes_round(said("hello", "1.1"));
	goes_round(replied("", "1.2", "1.1"));
	goes_round(reacted("eyes", "1.1"));
	tick->kind = EVENT_TIME;
	goes_round(tick);
	goes_round(event_new());
}

static void test_every_kind_goes_round(void)
{
	for (int kind = EVENT_MESSAGE; kind <= EVENT_OTHER; kind++) {
		struct event *ev = event_new();

		ev->kind = (enum event_kind)kind;
		ev->channel_kind = (enum channel_kind)(kind % (CHANNEL_GROUP + 1));
		goes_round(ev);
	}
}

/* Rules look for the pieces within the text. */
static void test_pieces_are_slices_of_the_text(void)
{
	struct event *ev = full(), *back = read_back(ev);

	CU_ASSERT_PTR_EQUAL(back->pieces[1].shown.p, back->text.p + 2);
	CU_ASSERT_PTR_EQUAL(back->text_to_bot.p, back->text.p + 3);
	event_free(back);
	event_free(ev);
}

/* An edited message that is seen as a message comes back as one. */
static void test_a_view_is_an_event_like_any_other(void)
{
	struct event *ev = said("new words", "1.1"), *view;

	ev->kind = EVENT_EDIT;
	CU_ASSERT_EQUAL_FATAL(
		json_parse(&ev->payload, STR("{\"channel\":\"C1\",\"message\":{\"n\":1}}"), NULL),
		0);
	view = event_as(ev, EVENT_MESSAGE);
	event_free(ev);
	goes_round(view);
}

static void test_other_lines_are_refused(void)
{
	static const char *const lines[] = {
		"",
		"x",
		"{}",
		"[]",
		"7",
		"{\"kind\":7}",
		"{\"kind\":\"nothing\"}",
		"{\"kind\":\"message\",\"channel_kind\":9}",
		"{\"kind\":\"message\",\"channel_kind\":-1}",
		"{\"kind\":\"message\",\"to_bot\":1}",
		"{\"kind\":\"message\",\"to_bot\":-1}",
		"{\"kind\":\"message\",\"text\":\"ab\",\"pieces\":[{\"len\":3}]}",
		"{\"kind\":\"message\",\"text\":\"ab\",\"pieces\":[{\"len\":1}]}",
		"{\"kind\":\"message\",\"text\":\"ab\",\"pieces\":[{\"len\":-1},{\"len\":3}]}",
	};
	struct event *ev;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		CU_ASSERT_EQUAL(event_read(&ev, str_from(lines[i])), EVENT_LINE_MALFORMED);
}

/* A line of a later version, or of an earlier one, is read as far as it is understood. */
static void test_strange_members_are_passed_over(void)
{
	struct event *ev = NULL;

	CU_ASSERT_EQUAL_FATAL(
		event_read(&ev, STR("{\"kind\":\"join\",\"more\":{},\"ts\":7,\"user\":\"ana\"}")),
		0);
	CU_ASSERT_EQUAL(ev->kind, EVENT_JOIN);
	ASSERT_STR(ev->ts, "");
	event_free(ev);
}

/* What is kept is as it was, and lies where nothing else does. */
static void test_it_is_trimmed_to_what_is_needed(void)
{
	struct event *ev = full(), *all, *none;
	const unsigned parts = EVENT_TEXT | EVENT_TEXT_RAW | EVENT_PAYLOAD;

	all = event_trim(ev, parts);
	event_is(ev, all);
	CU_ASSERT_PTR_EQUAL(all->pieces[1].shown.p, all->text.p + 2);
	CU_ASSERT_PTR_NOT_EQUAL(all->text.p, ev->text.p);
	none = event_trim(ev, 0);
	event_free(ev);
	ASSERT_STR(all->author.email, "text 25 \"\\\n\xC3\xA9");
	ASSERT_STR(none->text, "");
	ASSERT_STR(none->text_raw, "");
	ASSERT_STR(none->text_to_bot, "");
	CU_ASSERT_EQUAL(none->n_pieces, 0);
	CU_ASSERT_PTR_NULL(none->payload);
	CU_ASSERT_TRUE(str_eq(none->author.email, all->author.email));
	CU_ASSERT_TRUE(event_size(none) < event_size(all));
	event_free(none);
	ev = event_trim(all, parts);
	event_free(all);
	goes_round(ev);
}

UNIT_MAIN("event line", { "every field goes round", test_every_field_goes_round },
	  { "empty fields go round", test_empty_fields_go_round },
	  { "every kind goes round", test_every_kind_goes_round },
	  { "pieces are slices of the text", test_pieces_are_slices_of_the_text },
	  { "a view is an event like any other", test_a_view_is_an_event_like_any_other },
	  { "other lines are refused", test_other_lines_are_refused },
	  { "strange members are passed over", test_strange_members_are_passed_over },
	  { "it is trimmed to what is needed", test_it_is_trimmed_to_what_is_needed })
