/* SPDX-License-Identifier: MIT */
/*
 * What people say, what the rules must make of it, and whether they did: exactly once, though the bot was killed
 * meanwhile. Slack's own list of messages is the witness; nothing of the bot is asked.
 */
#pragma once

#include "base/buf.h"
#include "sim/sim.h"

enum tale_kind {
	TALE_REPLY,    /* one answer */
	TALE_BOTH,     /* one in the thread, then one in the channel */
	TALE_WAIT,     /* one, and another a second later */
	TALE_REACTION, /* an emoji */
	TALE_POST,     /* a message in #ops */
	TALE_KARMA,    /* a sum, shown */
	TALE_ONCE,     /* one answer to each person, ever */
	TALE_CHAT,     /* none */
	N_TALE_KINDS
};

struct said {
	enum tale_kind kind;
	struct user *user;
	struct channel *channel;
	struct message *message;
	int64_t at_ms; /* since the start */
};

struct tale {
	struct sim *sim;
	struct said *said; /* the n-th one bears the number n */
	size_t n, cap;
};

/* Something that is not as it must be; `number` of what was said, `what` is valid during the call. */
typedef void tale_wrong_fn(void *owner, const char *how, size_t number, const char *what);

struct tale_sum {
	size_t wanted, lost, doubled, wrong;
};

extern const char tale_rules[];

/* People and channels are furnished. */
void tale_init(struct tale *t, struct sim *sim);
void tale_deinit(struct tale *t);
/* Somebody says something; `random` decides what. */
void tale_say(struct tale *t, uint64_t random);
/* `on_wrong` may be NULL. */
struct tale_sum tale_judge(const struct tale *t, tale_wrong_fn *on_wrong, void *owner);
