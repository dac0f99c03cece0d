/* SPDX-License-Identifier: MIT */
/*
 * A search is bounded in time. PCRE2 bounds steps alone, each start of a match anew, and a step may walk the whole
 * text: a long text costs seconds within any bound of steps. So a pattern is compiled twice. The plain code searches
 * texts on which so few steps cannot take long, and is stopped by their number. What is longer, or took more, is
 * searched with the watched code, which calls us wherever a match comes by often (watch.c): there we look at the clock,
 * as seldom as the length of the text allows. That makes it slower, and most texts never need it.
 *
 * The clock is the processor's time: a machine that has no time for us is no fault of a pattern.
 */
#include "pattern/inner.h"

#include <time.h>

enum {
	SHORT_TEXT = 128,	/* bytes for which the plain code may do everything */
	LONG_TEXT = 4096,	/* … and those for which it may search what does not repeat */
	PLAIN_STEPS = 500000,	/* starts times steps of each */
	WATCHED_STEPS = 200000, /* of each start: those between two looks, where nothing repeats */
	/* Letters gone over between two looks at the clock; under 0.5 ms without JIT. */
	LOOK_AFTER = 32768,
	ITEM_COST = 16,	      /* what an item costs beside the letters it walks, in letters */
	EVENT_BUDGET_MS = 45, /* for all patterns on one event */
	SHARE = 8,	      /* of what is left of it, a pattern may have this part */
};
static const int64_t NS_PER_MS = 1000000;
/* The first look comes late, the last step may be a long one. */
static const int64_t PATTERN_BUDGET_NS = (PATTERN_BUDGET_MS - 1) * INT64_C(1000000);

/* One search with the watched code. */
struct search {
	const struct subject *subject;
	struct pattern_kit *kit;
	int64_t end_ns; /* 0 = not looked yet */
};

/* ---- time ---- */

int64_t pattern_processor_ns(void *owner)
{
	struct timespec now;

	(void)owner;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

void pattern_kit_set_clock(struct pattern_kit *kit, pattern_clock_fn *now, void *owner)
{
	kit->now = now;
	kit->clock_owner = owner;
	pattern_kit_renew(kit);
}

void pattern_kit_renew(struct pattern_kit *kit)
{
	kit->event_end_ns = 0;
	kit->unlooked = 0;
}

static void look(struct pattern_kit *kit)
{
	kit->looked_ns = kit->now(kit->clock_owner);
	kit->unlooked = 0;
	if (kit->event_end_ns == 0)
		kit->event_end_ns = kit->looked_ns + EVENT_BUDGET_MS * NS_PER_MS;
}

/* True when the search has had its time. */
static bool is_over(struct search *s)
{
	struct pattern_kit *kit = s->kit;
	int64_t share;

	kit->unlooked += s->subject->text.len + ITEM_COST;
	if (kit->unlooked < LOOK_AFTER)
		return false;
	look(kit);
	if (s->end_ns ==
	    0) { /* many slow patterns still leave something to those that come behind them */
		share = (kit->event_end_ns - kit->looked_ns) / SHARE;
		s->end_ns = kit->looked_ns +
			    (share < PATTERN_BUDGET_NS ? share : PATTERN_BUDGET_NS);
	}
	return kit->looked_ns >= s->end_ns;
}

/* ---- mentions ---- */

static bool is_right_mention(const struct text_piece *piece, uint32_t callout, const char *at)
{
	if (callout == CALLOUT_MENTION_ENDS)
		return piece->sigil != 0 && piece->shown.p + piece->shown.len == at;
	return piece->shown.p == at &&
	       piece->sigil == (callout == CALLOUT_PERSON_BEGINS ? '@' : '#');
}

/* The first piece that does not end before that place; pieces lie in the order of the text. */
static size_t piece_at(const struct subject *subject, const char *at)
{
	size_t low = 0, high = subject->n_pieces;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct str shown = subject->pieces[middle].shown;

		if (shown.p + shown.len < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does a mention begin, or end, where the search stands? It is asked at every start of a long text. */
static int fits_mention(const struct subject *subject, const pcre2_callout_block *block)
{
	const char *at = (const char *)block->subject + block->current_position;

	for (size_t i = piece_at(subject, at);
	     i < subject->n_pieces && subject->pieces[i].shown.p <= at; i++) {
		if (is_right_mention(&subject->pieces[i], block->callout_number, at))
			return 0;
	}
	return 1; /* this way does not fit */
}

/* ---- the search ---- */

static int on_callout(pcre2_callout_block *block, void *owner)
{
	struct search *s = owner;

	if (block->callout_number == CALLOUT_LOOK || block->callout_number == CALLOUT_AT_ITEM)
		return is_over(s) ? PCRE2_ERROR_CALLOUT : 0;
	return fits_mention(s->subject, block);
}

static const struct text_piece *mention_at(const struct subject *subject, struct str caught)
{
	for (size_t i = 0; i < subject->n_pieces; i++) {
		const struct text_piece *piece = &subject->pieces[i];

		if (piece->sigil != 0 && piece->shown.p == caught.p &&
		    piece->shown.len == caught.len)
			return piece;
	}
	return NULL;
}

static void note_groups(const struct pattern *p, const struct subject *subject, int n_set,
			struct captures *out)
{
	struct str text = subject->text;
	const size_t *offsets = pcre2_get_ovector_pointer(p->kit->data);

	out->n = p->n_groups + 1;
	out->pattern = p->n_names > 0 ? p : NULL;
	for (size_t i = 0; i < out->n; i++) {
		size_t from = offsets[2 * i], to = offsets[2 * i + 1];
		bool set = i < (size_t)n_set && from <= to &&
			   to <= text.len; /* \K may turn them round */

		out->group[i] = set ? str_make(text.p != NULL ? text.p + from : "", to - from) :
				      (struct str){ NULL, 0 };
		out->mention[i] = set ? mention_at(subject, out->group[i]) : NULL;
	}
}

static int run(struct search *s, const pcre2_code *code, uint32_t steps)
{
	struct str text = s->subject->text;

	pcre2_set_match_limit(s->kit->match, steps);
	return pcre2_match(code, (PCRE2_SPTR)(text.p != NULL ? text.p : ""), text.len, 0, 0,
			   s->kit->data, s->kit->match);
}

/* Texts on which a few steps at each start cannot take long. */
static bool is_plain_enough(const struct pattern *p, size_t len)
{
	return len <= SHORT_TEXT || (!p->repeats && len <= LONG_TEXT);
}

static int search_plain(struct search *s, const struct pattern *p)
{
	struct pattern_kit *kit = s->kit;
	int rc = run(s, p->code, PLAIN_STEPS / (uint32_t)(s->subject->text.len + 1));

	kit->unlooked += s->subject->text.len + ITEM_COST;
	if (kit->unlooked >= LOOK_AFTER)
		look(kit);
	return rc;
}

/* Once in a pattern's life, for which this event's time is not to be had. */
static void make_watched(struct pattern *p)
{
	struct pattern_kit *kit = p->kit;
	const int64_t began = kit->now(kit->clock_owner);

	p->watched = pattern_compile_watched(p);
	if (kit->event_end_ns != 0)
		kit->event_end_ns += kit->now(kit->clock_owner) - began;
}

static int search_watched(struct search *s, const struct pattern *p)
{
	const struct pattern_kit *kit = s->kit;

	if (kit->event_end_ns != 0 && kit->looked_ns >= kit->event_end_ns)
		return PCRE2_ERROR_CALLOUT;
	return run(s, p->watched, WATCHED_STEPS);
}

enum tristate pattern_find_in(struct pattern *p, const struct subject *subject,
			      struct captures *out)
{
	struct search s = { .subject = subject, .kit = p->kit };
	int rc = PCRE2_ERROR_MATCHLIMIT;

	pcre2_set_callout(s.kit->match, on_callout, &s);
	if (is_plain_enough(p, subject->text.len))
		rc = search_plain(&s, p);
	if (rc == PCRE2_ERROR_MATCHLIMIT) {
		if (p->watched == NULL)
			make_watched(p);
		if (p->watched != NULL)
			rc = search_watched(&s, p);
	}
	if (rc == PCRE2_ERROR_NOMATCH)
		return TRISTATE_NO;
	if (rc <= 0)
		return TRISTATE_UNKNOWN; /* over its time, or a limit of stack or memory */
	note_groups(p, subject, rc, out);
	return TRISTATE_YES;
}

enum tristate pattern_find(struct pattern *p, struct str text, struct captures *out)
{
	const struct subject subject = { .text = text };

	return pattern_find_in(p, &subject, out);
}
