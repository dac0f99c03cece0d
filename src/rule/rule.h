/* SPDX-License-Identifier: MIT */
/*
 * A rule as it is after loading: everything compiled, every part with the line it came from. Rules are
 * immutable and counted: a set holds its rules, and whoever is at work on one may hold it longer than the set
 * lives. The language: retort-rules(5).
 */
#pragma once

#include <stdbool.h>
#include "base/arena.h"
#include "base/diag.h"
#include "model/event.h"
#include "model/scope.h"
#include "model/tristate.h"
#include "rule/verb.h"

struct condition;     /* template/condition.h */
struct json_template; /* template/json_template.h: JSON with placeholders */
struct hours;	      /* calendar/hours.h */
struct cron;	      /* calendar/cron.h: `every`, `cron` */
struct pattern;	      /* pattern/pattern.h: one compiled PCRE2 pattern with its line */
struct shared;	      /* rule/shared.h */
struct template;      /* template/template.h */
struct zone;	      /* calendar/zone.h */

/* One item of `on`. */
struct trigger {
	enum event_kind kind;
	bool mention;		 /* `mention`: a message that mentions the bot */
	bool file;		 /* `file`: a message with files */
	char *reaction;		 /* NULL = any */
	char *type;		 /* EVENT_OTHER: Slack's name */
	char *command;		 /* EVENT_COMMAND: "/lunch" */
	const struct cron *cron; /* EVENT_TIME */
	char *shown;		 /* as written */
	struct place at;
};

enum thread_want { THREAD_ANY, THREAD_ROOT, THREAD_REPLIES };

/* `when = not support` */
struct when {
	const struct hours *hours; /* NULL = always */
	bool closed;		   /* `not`: while they are closed */
	char *shown;
};

/* What of a message the patterns look at. */
struct look {
	unsigned parts; /* enum text_part, joined */
	bool raw;	/* the text as Slack sent it */
	char *field;	/* a path in the event; NULL = the message. Stands alone, as `raw` does */
	struct pattern **ignore; /* what they fit is blanked out */
	size_t n_ignore;
};

enum limit_by { BY_USER = 1, BY_CHANNEL = 2, BY_THREAD = 4, BY_MESSAGE = 8 }; /* 0 = per rule */

enum { RULE_LIMITS_MAX = 16, LIMIT_COUNT_MAX = 10000, RULE_PATTERNS_MAX = 1000 };

/* `3 per channel per 10m` */
struct limit {
	unsigned count;
	unsigned by;	      /* enum limit_by, joined */
	struct template *key; /* `per {ticket}`; NULL = none */
	int64_t window_ms;    /* 0 = for ever */
	char *text;	      /* as written; part of its key in the store */
	struct place at;
};

/* What ends a `wait` without what follows. */
enum unless { UNLESS_ANSWERED = 1, UNLESS_REPLIED = 2, UNLESS_REACTED = 4 };

/* One action, in the order written. */
struct rule_action {
	enum verb verb;
	bool on_error; /* done when one above it failed, and only then */
	/* Texts, a choice of several wordings: those that talk, edit, set, add. */
	struct template **texts;
	size_t n_texts;
	struct template *target; /* dm, post: whom or where; NULL = the author */
	char *name; /* of the webhook, the method, the variable; of a wait all that it says */
	struct template *key;	      /* of the variable, in brackets; NULL = none */
	struct json_template *form;   /* webhook, call: what is sent */
	struct json_template *blocks; /* NULL = none */
	bool unfurl;
	char **emoji; /* react, unreact: names without colons */
	size_t n_emoji;
	int64_t wait_ms;
	unsigned unless; /* enum unless, joined */
	struct place at;
};

enum rule_mode { MODE_LIVE, MODE_SHADOW, MODE_OFF };
enum rule_then { THEN_DEFAULT, THEN_STOP, THEN_CONTINUE };

/* One `test` line, parsed. */
struct rule_test {
	struct event *event; /* as if it had happened; names only where the test names none */
	enum test_expect expect;
	char *target; /* "#channel", "@user", emoji, "webhook tickets", variable; "" = any */
	char *says;   /* a part of the text; NULL = any */
	char *line;   /* as written, for messages */
	struct place at;
};

struct rule {
	size_t n_refs;
	struct arena arena;    /* of its own: it, its texts and its arrays lie there */
	struct shared *shared; /* what it shares with the other rules of its set; held */
	char *name;
	struct place at;      /* of its section header */
	size_t order;	      /* file order, then order in the file, over all files */
	uint64_t fingerprint; /* of all that it says; the same text has the same */

	struct trigger *triggers;
	size_t n_triggers;    /* never 0 */
	struct pattern **any; /* match, words, phrase …: any one suffices; in the order written */
	size_t n_any;
	char *any_keys; /* their keys, for people: `words or exact`; NULL = none */
	struct pattern **except;
	size_t n_except;
	struct look look;

	struct scope in, from;
	enum thread_want thread;
	bool to_bot;
	struct when when;
	struct condition *condition; /* `if`; NULL = none */
	char **workspaces;
	size_t n_workspaces; /* 0 = all */

	struct rule_action *actions;
	size_t n_actions;
	bool pick_in_turn; /* how wordings are chosen; else at random */
	struct limit *limits;
	size_t n_limits;
	int64_t within_ms; /* how old a message may be when it is answered; 0 = as the configuration says */
	int64_t chance_of, chance_in; /* `1 in 5`; 0 = always */
	int64_t priority;
	enum rule_then then;
	bool fallback;
	bool follows_edits, follows_deletes;
	enum rule_mode mode;
	char *expires;		/* as written; NULL = never */
	struct wall expires_at; /* the end of its last day */
	struct scope owners;
	const struct zone *zone; /* its own, or the configuration's */
	char *help;		 /* NULL = none */
	bool talks;		 /* it has a talking action, other than for errors */
	bool wants_names;	 /* names of authors or channels: in, from, {user.name} … */
	bool wants_groups;	 /* user groups, by id; a handle looks like a name */
	bool wants_reacted;	 /* what it does depends on the message that was reacted to */
	unsigned shows;		 /* of the event (enum event_part), in what its actions do */
	bool shows_caught;	 /* what its pattern caught */
	bool asks_payload;	 /* its `if` or limits do, before */
	bool keeps_answers;	 /* edits, removes or follows what it answered */
	bool answers_here; /* by reply, say or broadcast: what it says elsewhere is no answer then */
	struct rule_test *tests;
	size_t n_tests;
};

/* A rule of no name, for whoever fills it; one reference, the caller's. */
struct rule *rule_new(struct shared *shared) __attribute__((returns_nonnull));
void rule_free(struct rule *r); /* for rule_unref alone */
/* One thread, as all that is counted here. */
static inline const struct rule *rule_ref(const struct rule *r)
{
	((struct rule *)r)->n_refs++;
	return r;
}
/* NULL is fine. */
static inline void rule_unref(const struct rule *r)
{
	if (r != NULL && --((struct rule *)r)->n_refs == 0)
		rule_free((struct rule *)r);
}
static inline bool rule_talks(const struct rule *r)
{
	return r->talks;
}
/* The key that the rule's author wrote for what a trace heard of: `match` may have been `words`. */
const char *rule_key_of(const struct rule *r, const char *predicate);
/* Does it wait for nothing but times (`every`, `cron`)? */
bool rule_is_timed(const struct rule *r);
/* Notes what must be known of an event before it is asked, when all else is there. */
void rule_note_wants(struct rule *r);

/* `sigil` is '#' or '@'. */
typedef void rule_name_fn(void *owner, char sigil, struct str name, struct place at);
/* Every #channel and @user that it names, in scopes and literal text; globs are left out. */
void rule_each_name(const struct rule *r, rule_name_fn *on_name, void *owner);
/* Those of people and channels that it may mention or write to, in tables too. An empty name stands for one that is made
 * from what happens. */
void rule_each_said_name(const struct rule *r, rule_name_fn *on_name, void *owner);
void scope_each_name(const struct scope *scope, char sigil, rule_name_fn *on_name, void *owner);
