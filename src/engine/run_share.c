/* SPDX-License-Identifier: MIT */
#include "engine/run_share.h"

#include "base/mem.h"
#include "model/event_line.h"

/* A hundred thousand short ones. One person has room for some thousands of those. */
enum {
	BYTES = 256 << 20,
	PERSON_PART = 32,
	CHANNEL_PART = 4,
	/* Its places in tables, about. */
	FOUND_BY = 500,
};

void run_init_shares(struct engine *e)
{
	shares_init(&e->resting, "actions that wait", BYTES, PERSON_PART, CHANNEL_PART);
}

/* ---- as little as will do ---- */

static bool is_within(struct str part, struct str whole)
{
	return part.p >= whole.p && part.p + part.len <= whole.p + whole.len;
}

/* Groups mostly lie within the whole match. */
static void keep_captures(struct run *run)
{
	const struct str whole = run->n_captures > 0 ? run->captures[0].text : STR_EMPTY;
	const struct str kept = str_keep(&run->caught, whole);

	for (size_t i = 0; i < run->n_captures; i++) {
		struct capture *c = &run->captures[i];

		if (c->text.p != NULL && is_within(c->text, whole))
			c->text.p = kept.p + (c->text.p - whole.p);
		else if (c->text.p != NULL)
			c->text = str_keep(&run->caught, c->text);
		c->id = str_keep(&run->caught, c->id);
	}
}

static void trim(struct run *run)
{
	/* Behind the last action nothing is shown any more; an answer made anew may be any action's. */
	const bool is_done = run->next == run->rule->n_actions && !run->renews;
	const unsigned parts = is_done ? 0 : run->rule->shows;
	struct event *kept;

	if (run->is_trimmed && run->parts == parts)
		return;
	if (is_done || !run->rule->shows_caught) {
		run->n_captures = 0;
		arena_deinit(&run->caught);
	} else if (!run->is_trimmed) {
		keep_captures(run);
	}
	kept = event_trim(run->ev, parts);
	run_set_event(run, kept);
	event_free(kept);
	run->is_trimmed = true;
	run->parts = parts;
}

struct event *run_trim_followup(const struct run *run, const struct event *ev)
{
	const unsigned payload = run->rule->asks_payload ? EVENT_PAYLOAD : 0;

	return event_trim(ev, EVENT_TEXT | EVENT_TEXT_RAW | payload);
}

/* ---- shares ---- */

static size_t size_of(const struct run *run)
{
	size_t size = FOUND_BY + sizeof(*run) + arena_size(&run->arena) + arena_size(&run->caught) +
		      event_size(run->ev) + json_size(run->result);

	for (size_t i = 0; i < run->n_followups; i++)
		size += event_size(run->followups[i]);
	return size;
}

bool run_may_rest(struct engine *e, struct run *run)
{
	trim(run);
	if (shares_fit(&e->resting, &run->held, event_owner(run->ev), size_of(run)))
		return true;
	shares_refuse(&e->resting, event_owner(run->ev), run->rule_name,
		      clock_mono(e->setup.clock));
	return false;
}

void run_hold_share(struct engine *e, struct run *run)
{
	trim(run);
	shares_take(&e->resting, &run->held, event_owner(run->ev), size_of(run));
}

bool run_may_keep(struct engine *e, struct run *run, const struct event *followup)
{
	if (shares_fit(&e->resting, &run->held, event_owner(run->ev),
		       run->held.size + event_size(followup)))
		return true;
	shares_refuse(&e->resting, event_owner(run->ev), run->rule_name,
		      clock_mono(e->setup.clock));
	return false;
}
