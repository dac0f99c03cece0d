/* SPDX-License-Identifier: MIT */
/*
 * One workspace at work. Its life: who am I (auth.test) - who is there (directory) - listen (transport) - stop. What
 * it has is its own, so that one that fails or floods is no matter of the others: connections, pacing, directory,
 * engine, deliveries, acknowledgements that are due. At the end of every turn it commits what was decided, then
 * acknowledgements and answers leave. It shares the loop, the configuration and the rules.
 */
#pragma once

#include "daemon/conf.h"
#include "net/loop.h"
#include "net/tls.h"
#include "rule/ruleset.h"
#include "store/store.h"

struct daemon_workspace;
struct engine;

/* All of it is borrowed. */
struct workspace_setup {
	struct loop *loop;
	struct tls *tls;
	const struct conf *conf;
	struct store *store;
	const struct workspace_conf *own; /* what the configuration says of this one */
	bool is_one_of_several;		  /* log lines name it */
	/* Another workspace of the configuration that turned out to be in the same team; NULL = none. */
	const char *(*twin)(void *owner, const struct daemon_workspace *w);
	void (*on_end)(void *owner); /* it has failed, or is over */
	void *owner;
};

/* < 0 fatal. */
int workspace_new(struct daemon_workspace **out, const struct workspace_setup *setup);
void workspace_free(struct daemon_workspace *w); /* NULL is fine */

/* Rules for what comes from now on; says in the log what of them cannot work here. Takes a reference. */
void workspace_set_rules(struct daemon_workspace *w, struct ruleset *set);
void workspace_start(struct daemon_workspace *w);
/* Takes nothing more and finishes what is under way, for a while. Twice is fine. */
void workspace_stop(struct daemon_workspace *w);

/* Its outbox: NULL until Slack has said who we are, so that what the store kept is there, and when it is over. */
struct engine *workspace_engine(const struct daemon_workspace *w);
const struct workspace *workspace_as_seen(const struct daemon_workspace *w);
/* For log_about; "" = it is the only one. */
const char *workspace_log_end(const struct daemon_workspace *w);

bool workspace_is_stopping(const struct daemon_workspace *w); /* or has stopped */
bool workspace_is_over(const struct daemon_workspace *w);
/* It cannot go on without a person: why has been said in the log, and it stops or has stopped. */
bool workspace_has_failed(const struct daemon_workspace *w);
