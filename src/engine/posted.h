/* SPDX-License-Identifier: MIT */
/*
 * The messages that a rule posted in answer to one message: kept so that they can be edited, removed, or follow their
 * question.
 */
#pragma once

#include "base/json.h"
#include "engine/state.h"
#include "model/event.h"
#include "rule/rule.h"

enum { POSTED_PARTS_MAX = 20, POSTED_MAX = 20 };

/* One answer, in as many messages as it was cut into. Slices lie in the struct posted. */
struct posted_answer {
	size_t action;	/* which of the rule's */
	size_t wording; /* which of the action's texts */
	uint64_t rule;	/* the fingerprint of the rule that gave it */
	struct str channel;
	struct str ts[POSTED_PARTS_MAX];
	size_t n_parts;
	/* What its text shows of the run, and will show again. */
	int64_t count;
	const struct json *result; /* NULL = none */
	struct str error;
	bool stays; /* it shows more than can be kept, and is not made anew */
};

struct posted {
	struct json *list; /* owned; NULL = none */
};

/* What the state keeps of this rule and the event's message; none where the event is about no message. The caller's. */
void posted_load(struct posted *out, struct state *s, const struct rule *rule,
		 const struct event *ev, struct wall now);
/* False: whoever did it has no share for what is new. */
bool posted_save(const struct posted *a, struct state *s, const struct rule *rule,
		 const struct event *ev, struct wall now);
/* From the text and back; anything else than answers is none, and none is the empty text. */
void posted_parse(struct posted *a, struct str text);
void posted_print(const struct posted *a, struct buf *out);
static inline void posted_deinit(struct posted *a)
{
	json_free(a->list);
	a->list = NULL;
}
size_t posted_n(const struct posted *a);
bool posted_at(const struct posted *a, size_t i, struct posted_answer *out);
/* One more, of one part. The oldest are forgotten. */
void posted_add(struct posted *a, const struct posted_answer *answer);
/* One more part of the i-th, as far as there is room. */
void posted_extend(struct posted *a, size_t i, struct str ts);
/* The messages now show what another action gave: all of `by` but where they stand. */
void posted_rewrite(struct posted *a, size_t i, const struct posted_answer *by);
/* The message is gone; an answer without messages is none. */
void posted_forget(struct posted *a, struct str ts);
