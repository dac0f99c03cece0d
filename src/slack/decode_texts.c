/* SPDX-License-Identifier: MIT */
/* The texts of an event that rules look at, with the pieces that they consist of. */
#include <stdlib.h>
#include "base/arena.h"
#include "slack/decode.h"

enum { RUNS_MAX = 20000 }; /* more would only be made to hurt */

struct runs {
	struct text_run *items;
	size_t n, cap;
	struct str bot;
	bool mentions_bot;
};

static void runs_add(void *owner, const struct text_run *run)
{
	struct runs *runs = owner;
	struct text_run *last;

	if (run->sigil == '@' && runs->bot.len > 0 && str_eq(run->id, runs->bot))
		runs->mentions_bot = true;
	if (runs->n == RUNS_MAX) { /* from the last one allowed on, all is one run of plain text */
		last = &runs->items[runs->n - 1];
		*last = (struct text_run){ .from = last->from,
					   .to = run->to,
					   .part = PART_TEXT,
					   .id = STR_EMPTY,
					   .address = STR_EMPTY };
		return;
	}
	if (runs->n == runs->cap) {
		runs->cap = runs->cap > 0 ? runs->cap * 2 : 8;
		runs->items = mem_grow(runs->items, runs->cap, sizeof(*runs->items));
	}
	runs->items[runs->n++] = *run;
}

static struct str address_of(struct event *ev, struct str coded)
{
	CLEANUP(buf_deinit) struct buf plain = { 0 };

	if (str_find_char(coded, '&') == SIZE_MAX)
		return coded;
	text_address(&plain, coded);
	return str_keep(&ev->arena, buf_str(&plain));
}

void decode_texts(struct event *ev, const struct identity *me, const struct text_names *names)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct runs runs = { .bot = str_from(me->user_id) };
	struct str raw = ev->text_raw, rest;

	ev->pieces = NULL;
	ev->n_pieces = 0;
	ev->mentions_bot = str_is(ev->type, "app_mention");
	if (text_is_prose(raw)) {
		text_seen(&text, raw, names);
		ev->text = ev->text_to_bot = str_keep(&ev->arena, buf_str(&text));
		return;
	}
	text_read(&text, raw, names, runs_add, &runs);
	ev->text = str_keep(&ev->arena, buf_str(&text));
	/* A single run of prose needs no pieces. */
	if (runs.n > 1 || (runs.n == 1 && (runs.items->part != PART_TEXT ||
					   runs.items->sigil != 0 || runs.items->address.len > 0)))
		ev->n_pieces = runs.n;
	ev->pieces = ev->n_pieces > 0 ? arena_alloc(&ev->arena, runs.n * sizeof(*ev->pieces)) :
					NULL;
	for (size_t i = 0; i < ev->n_pieces; i++) {
		const struct text_run *run = &runs.items[i];

		ev->pieces[i] = (struct text_piece){
			.shown = str_sub(ev->text, run->from, run->to),
			.part = run->part,
			.sigil = run->sigil,
			.id = run->id,
			.url = address_of(ev, run->address),
		};
	}
	free(runs.items);
	/* What is taken off in front shows as the beginning of the text: so much of that goes as well. */
	rest = text_without_leading_mention(raw, runs.bot);
	buf_clear(&text);
	text_seen(&text, str_sub(raw, 0, raw.len - rest.len), names);
	ev->text_to_bot = str_sub(ev->text, text.len, ev->text.len);
	ev->mentions_bot = ev->mentions_bot || runs.mentions_bot;
}
