/* SPDX-License-Identifier: MIT */
/*
 * What a rule answered to a message, kept so that it can be edited, removed, or follow its question.
 * The answers of one rule to one message stand under one key.
 */
#pragma once

#include "base/json.h"
#include "model/event.h"
#include "rule/rule.h"

enum { ANSWER_PARTS_MAX = 20, ANSWERS_MAX = 20 };

/* One answer, in as many messages as it was cut into. Slices lie in the answers. */
struct answer_given {
	size_t action;	/* which of the rule's */
	size_t wording; /* which of the action's texts */
	uint64_t rule;	/* the fingerprint of the rule that gave it */
	struct str channel;
	struct str ts[ANSWER_PARTS_MAX];
	size_t n_parts;
	/* What its text shows of the firing, and will show again. */
	int64_t count;
	const struct json *result; /* NULL = none */
	struct str error;
	bool stays; /* it shows more than can be kept, and is not made anew */
};

struct answers {
	struct json *list; /* owned; NULL = none */
};

/* Where they stand; empty when the event is about no message. */
struct str answers_key(struct arena *arena, const struct event *ev, const struct rule *rule);
/* What state_posted gave; anything else than answers is none. */
void answers_read(struct answers *a, struct str text);
void answers_deinit(struct answers *a);
size_t answers_n(const struct answers *a);
bool answers_at(const struct answers *a, size_t i, struct answer_given *out);
/* One more, of one part. The oldest are forgotten. */
void answers_add(struct answers *a, const struct answer_given *answer);
/* One more part of the i-th, as far as there is room. */
void answers_extend(struct answers *a, size_t i, struct str ts);
/* The messages now show what another action gave: all of `by` but where they stand. */
void answers_rewrite(struct answers *a, size_t i, const struct answer_given *by);
/* The message is gone; an answer without messages is none. */
void answers_forget(struct answers *a, struct str ts);
/* The text to be kept; empty = none. */
void answers_write(const struct answers *a, struct buf *out);
