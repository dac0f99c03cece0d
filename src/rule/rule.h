/* SPDX-License-Identifier: MIT */
/*
 * A rule as it is after loading: everything compiled, every part with the line it came from. Rules are
 * immutable; a struct set owns them. The language: retort-rules(5).
 */
#pragma once

#include <stdbool.h>
#include "base/diag.h"
#include "event.h"
#include "job.h"

struct pattern;	 /* rule/pattern.h: one compiled PCRE2 pattern with its line */
struct template; /* rule/template.h */

/* Yes, no, cannot tell: a name not resolved yet, a pattern over its budget. Travels to the top. */
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* One item of `on`. */
struct trigger {
	enum event_kind kind;
	bool mention;	/* `mention`: a message that mentions the bot */
	bool file;	/* `file`: a message with files */
	char *reaction; /* NULL = any */
	char *type;	/* EVENT_OTHER: Slack's name */
};

enum scope_kind {
	SCOPE_NAME, /* #general, @ana: by name, possibly a glob for channels */
	SCOPE_ID,
	SCOPE_CHANNEL_KIND, /* dm group public private */
	SCOPE_PEOPLE,
	SCOPE_BOTS,
};

/* One item of `in` or `from`. */
struct scope_item {
	enum scope_kind kind;
	bool deny; /* !item: always wins */
	bool glob;
	enum channel_kind channel_kind;
	char *name; /* without # and @; or the id */
	struct place at;
};

struct scope {
	struct scope_item *items;
	size_t n; /* 0 = everywhere; for `from`: people */
};

enum thread_want { THREAD_ANY, THREAD_ROOT, THREAD_REPLIES };

enum limit_by { BY_USER = 1, BY_CHANNEL = 2, BY_THREAD = 4, BY_MESSAGE = 8 }; /* 0 = per rule */

enum { RULE_LIMITS_MAX = 16, LIMIT_COUNT_MAX = 10000 };

/* `3 per channel per 10m` */
struct limit {
	unsigned count;
	unsigned by;	   /* enum limit_by, joined */
	int64_t window_ms; /* 0 = for ever */
	char *text;	   /* as written; part of its key in the store */
	struct place at;
};

/* One action, in the order written. */
struct rule_action {
	enum verb verb;
	struct template *text; /* reply, say, whisper */
	char **emoji;	       /* react: names without colons */
	size_t n_emoji;
	struct place at;
};

enum rule_mode { MODE_LIVE, MODE_SHADOW, MODE_OFF };
enum rule_then { THEN_DEFAULT, THEN_STOP, THEN_CONTINUE };

enum test_expect { EXPECT_FIRES, EXPECT_SILENT, EXPECT_SAYS };

/* One `test` line, parsed. */
struct rule_test {
	struct event *event; /* as if it had happened; names only where the test names none */
	enum test_expect expect;
	char *says; /* EXPECT_SAYS */
	char *line; /* as written, for messages */
	struct place at;
};

struct rule {
	char *name;
	struct place at; /* of its section header; file text owned by the set */
	size_t order;	 /* file order, then order in the file, over all files */

	struct trigger *triggers;
	size_t n_triggers;    /* never 0 */
	struct pattern **any; /* match, words, phrase: any one suffices; in the order written */
	size_t n_any;
	struct pattern **except;
	size_t n_except;

	struct scope in, from;
	enum thread_want thread;
	bool to_bot;

	struct rule_action *actions;
	size_t n_actions;
	struct limit *limits;
	size_t n_limits;
	int64_t priority;
	enum rule_then then;
	bool fallback;
	enum rule_mode mode;
	char *help;	    /* NULL = none */
	bool wants_reacted; /* what it does depends on the message that was reacted to */
	struct rule_test *tests;
	size_t n_tests;
};

/* Does it have a talking action? */
bool rule_talks(const struct rule *r);
/* Frees what does not lie in the arena of its set: patterns, templates, events of tests. */
void rule_deinit(struct rule *r);
