/* SPDX-License-Identifier: MIT */
/* A workspace as the files that make it up see it: its life (workspace), its work (turn), its answers (resolver). */
#pragma once

#include "daemon/gap.h"
#include "daemon/name_wants.h"
#include "daemon/workspace.h"
#include "deliver/deliver.h"
#include "directory/directory.h"
#include "engine/engine.h"
#include "model/workspace.h"
#include "net/http.h"
#include "transport/catchup.h"
#include "transport/transport.h"
#include "webapi/api.h"

enum workspace_state {
	WORKSPACE_ASKING_WHO_WE_ARE,
	WORKSPACE_LOADING_DIRECTORY,
	WORKSPACE_LISTENING,
	WORKSPACE_STOPPING,
	WORKSPACE_OVER,
};

struct daemon_workspace {
	struct workspace as_seen; /* by rules and answers; must be first */
	struct loop *loop;
	struct tls *tls;
	const struct conf *conf;
	const struct workspace_conf *own;
	char log_end[WORKSPACE_NAME_MAX + 16]; /* of log lines about it; "" = it is the only one */
	struct loop_hook turn_end;
	const char *(*twin)(void *owner, const struct daemon_workspace *w);
	void (*on_end)(void *owner);
	void *end_owner;
	enum workspace_state state;
	bool has_failed;
	/* What waits stays where it is: the token is no good, or all that was heard is decided and the store keeps it. */
	bool leaves_the_rest;
	bool is_live;
	struct wall known_since; /* when Slack last said that the token is good */
	unsigned wants;		 /* of every event that rules may answer; of enum enrich_want */
	struct name_wants name_wants;
	struct http *http; /* its own, so that connections which hang keep nobody else waiting */
	struct api *api;
	char *granted; /* the token's scopes, joined by commas; NULL until auth.test has answered */
	struct directory *directory;
	struct store *store;
	struct secret receipt_key;
	struct batch kept; /* rows of rests, until all has been loaded */
	struct engine *engine;
	struct outbox *outbox; /* the engine's */
	struct deliver *deliver;
	struct transport *transport;
	struct transport_sink sink;
	struct catchup *catchup;
	struct gap gap;
	bool has_missed;     /* the engine refused events, which are to be read back */
	bool holds_names;    /* jobs wait until a channel is known by its name, … */
	uint64_t names_then; /* … which the directory may tell when its news are others, … */
	struct loop_timer names_overdue; /* … but not for ever */
	bool transport_stopped;
	struct list pending_acks;
	struct loop_timer patience; /* for the directory, later for the stop */
	struct loop_timer due;	    /* what the engine waits for */
	bool names_unchecked;	    /* until the user groups have come */
	struct loop_timer names_due;
};

/* ---- its life: workspace.c ---- */

/* It cannot go on without a person. */
void workspace_fail(void *workspace, const char *sentence);
/* What is waited for when it stops: a store that keeps leaves the rest to the next start. */
size_t workspace_n_to_finish(const struct daemon_workspace *w);
/* Gives back all that it had: nothing of it may wake up among the others. */
void workspace_close_down(struct daemon_workspace *w);

/* ---- its start: workspace_start.c ---- */

void workspace_on_patience(void *workspace);
void workspace_on_names_due(void *workspace);

/* ---- what it keeps beside the engine: kept.c ---- */

void workspace_on_kept(void *workspace, enum store_table table, struct str key, struct str value);
/* After the engine has loaded: what was kept holds again, and what has to be there is made. */
void workspace_complete_kept(struct daemon_workspace *w);
void workspace_on_rest(void *workspace, const struct api_rest *rest);
size_t workspace_n_waiting(void *workspace, struct str channel);

/* ---- where its answers go: address.c ---- */

/* Is the id of the job's channel known, or cannot be? Else it waits again, there or in the channel of that name. */
bool workspace_is_addressed(struct daemon_workspace *w, struct job *job);
/* What is held for want of names is held no longer, when there are some. */
void workspace_look_at_names(struct daemon_workspace *w);
void workspace_on_names_overdue(void *workspace);
/* The next job that is to be sent; NULL = none. */
static inline struct job *workspace_lease(struct daemon_workspace *w)
{
	struct job *job;

	if (w->holds_names)
		workspace_look_at_names(w);
	while ((job = outbox_lease(w->outbox)) != NULL && job->channel[0] == '#' &&
	       !workspace_is_addressed(w, job))
		;
	return job;
}

/* ---- its work: workspace_work.c ---- */

void workspace_on_event(void *workspace, struct event *take, const struct ack *ack);
unsigned workspace_on_wants(void *workspace, struct event *ev, unsigned wants);
void workspace_on_listed(void *workspace);
void workspace_on_read_back(void *workspace, struct str channel);
bool workspace_on_caught_up(void *workspace, struct event *take, void *tag);
void workspace_on_live(void *workspace, bool live, const char *detail);
void workspace_on_renewed(void *workspace, const char *detail);
void workspace_on_due(void *workspace);
void workspace_on_turn_end(void *workspace);
enum api_turn workspace_on_turn(void *workspace, struct job *job);
void workspace_on_settled(void *workspace, struct job *job, const struct outcome *outcome);
void workspace_on_probed(void *workspace, struct job *job, const struct outcome *outcome);
void workspace_on_unsent(void *workspace, struct job *job);
void workspace_free_pending(struct daemon_workspace *w);

/* ---- its answers: resolver.c ---- */

extern const struct resolver workspace_resolver;

static inline struct daemon_workspace *workspace_of(const struct workspace *w)
{
	return container_of(w, struct daemon_workspace, as_seen);
}
