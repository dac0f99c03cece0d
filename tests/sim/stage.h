/* SPDX-License-Identifier: MIT */
/* Where a scenario is played: the local Slack, the client under test, and what the commands need to remember. */
#pragma once

#include <stdio.h>
#include "base/arena.h"
#include "sim/pattern.h"
#include "sim/process.h"
#include "sim/sim.h"

struct stage {
	struct sim *sim;     /* the workspace that is spoken of */
	const char *program; /* the client under test; $RETORT */
	const char *ca_file; /* what it shall trust */
	const struct certificates *certificates;
	char *folder;		  /* temporary; holds rules/ and its like; NULL until needed */
	char *rules_path;	  /* given to the client; NULL = none */
	char *conf_path;	  /* NULL = none */
	char *errors;		  /* where the client's standard error goes; NULL = to us */
	const char **environment; /* further NAME=VALUE for the client, owned */
	size_t n_environment;
	struct process *client; /* NULL = not started */
	struct process *ran;  /* the program once more, beside it; has ended; NULL = none was run */
	FILE *show;	      /* where the conversation is shown; NULL = nowhere */
	struct load *load;    /* NULL = none yet */
	long memory_kb;	      /* of the client when that began */
	int64_t patience_ms;  /* how long an expectation waits */
	int64_t quiet_ms;     /* how long nothing must happen for `expect nothing` */
	struct message *said; /* by the newest command: `it` */
	struct channel *said_in;
	struct map named;     /* struct named, by name */
	struct entry *met;    /* the call that the newest expectation was about; NULL = none */
	struct self *self;    /* calls without a client; NULL = none so far */
	size_t log_then;      /* before the newest command that was no expectation, as sim_then */
	struct str block;     /* the lines indented below the one being played, moved to the left */
	struct arena arena;   /* texts of the line being played */
	struct buf complaint; /* why the line failed */
	bool leaving;	      /* the innermost loop ends here */
	bool quit;
};

/* `as NAME`: a message with a name. */
struct named {
	struct message *message;
	struct channel *channel;
};

void stage_init(struct stage *st, struct sim *sim);
void stage_deinit(struct stage *st);

/* Notes what is wrong and gives false. */
bool stage_fail(struct stage *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool stage_client_ended(const struct stage *st);
/* Lets time pass until `done` says so; false when patience is over, or the client has ended without it. */
bool stage_until(struct stage *st, bool (*done)(struct stage *st, void *what), void *what);
/* Everything delivered is acknowledged, and a ping that was sent behind it has come back. *pinged: false in the
 * beginning. */
bool stage_settled(struct stage *st, void *pinged);
bool stage_live_and_settled(struct stage *st, void *pinged);
void stage_wait(struct stage *st, int64_t ms);

/* The text as it goes over the wire, in the stage's arena. */
struct str stage_wire(struct stage *st, struct str text);
/* With {webhook NAME}, {@ana}, {#general}, {dm @ana}, {ts NAME} and {link NAME} replaced by the address, the ids, the ts
 * of the message NAME and the link to it; other braces stay. In the stage's arena. */
struct str stage_fill(struct stage *st, struct str text);
/* JSON of a line or a block, filled and as it goes over the wire; the caller's. NULL after stage_fail. */
struct json *stage_json(struct stage *st, struct str text);
/* The message of this name, or with this text, or `it`; NULL = none. */
struct message *stage_find(struct stage *st, struct str name, struct channel **in);
/* What a command's words name; NULL after stage_fail. */
struct user *stage_person(struct stage *st, const struct match *m);
struct channel *stage_channel(struct stage *st, const struct match *m, struct user *dm_of);
struct message *stage_message(struct stage *st, const struct match *m, struct channel **in);
/* Remembers a message as `it` and under its name, if it got one. */
void stage_remember(struct stage *st, const struct match *m, struct channel *c,
		    struct message *message);
/* A path in the temporary folder, made on first use; the caller's. NULL after stage_fail. */
char *stage_path(struct stage *st, const char *name);
/* A variable for clients started from now on. */
void stage_environment(struct stage *st, struct str name, struct str value);
bool stage_write(struct stage *st, const char *path, struct str text);
