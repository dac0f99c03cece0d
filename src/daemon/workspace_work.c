/* SPDX-License-Identifier: MIT */
/*
 * A workspace at work. Events take the way that architecture draws: transport, directory_complete, engine; at the end of
 * the turn the engine commits, then acknowledgements leave and deliver posts.
 */
#include <stdlib.h>
#include "base/mem.h"
#include "base/metric.h"
#include "daemon/workspace_inner.h"
#include "slack/thrown_out.h"

/* An event between the transport and the end of its decision. */
struct pending_ack {
	struct list link; // daemon_workspace::pending_acks
	struct ack ack;
};

/* ---- events ---- */

void workspace_free_pending(struct daemon_workspace *w)
{
	list_each (link, &w->pending_acks)
		free(list_entry(link, struct pending_ack, link));
	list_init(&w->pending_acks);
}

static void pending_ack_free(struct pending_ack *pending)
{
	list_remove(&pending->link);
	free(pending);
}

/* Without an acknowledgement Slack sends it again: that is how nothing gets lost. */
static void on_decided(void *owner, void *tag)
{
	struct pending_ack *pending = tag;

	(void)owner;
	transport_ack(&pending->ack);
	pending_ack_free(pending);
}

static void on_complete(void *owner, struct event *take, void *tag)
{
	struct daemon_workspace *w = owner;
	struct pending_ack *pending = tag;
	const bool has_channel = take->channel.len > 0;

	if (engine_take(w->engine, take, on_decided, w, pending))
		return;
	w->has_missed |= has_channel;
	transport_forgo(&pending->ack);
	pending_ack_free(pending);
}

static unsigned wants(const struct daemon_workspace *w, const struct event *ev)
{
	if (ev->from_self || ev->hidden) /* the engine does not look at it */
		return 0;
	if (!ev->text_known && ruleset_wants_reacted(engine_rules(w->engine), ev))
		return w->wants | WANT_REACTED;
	return w->wants;
}

unsigned workspace_on_wants(void *owner, struct event *ev, unsigned wants_of_it)
{
	const struct daemon_workspace *w = owner;

	return name_wants_of(&w->name_wants, ev, wants_of_it);
}

/* Any other event is sent again, or read back; a command is sent but once. */
static void ask_to_try_again(const struct ack *ack)
{
	struct ack answer = *ack;

	metric_count(METRIC_EVENTS_LEFT);
	answer.say =
		"Sorry, nothing can be noted down here right now. Please try again in a few minutes.";
	transport_ack(&answer);
}

void workspace_on_event(void *owner, struct event *take, const struct ack *ack)
{
	struct daemon_workspace *w = owner;
	struct pending_ack *pending;
	const char *end = take->kind == EVENT_OTHER ?
				  slack_thrown_out(take, &w->as_seen.me, w->known_since) :
				  NULL;

	if (end != NULL) /* no call would tell before an answer is lost on it */
		workspace_fail(w, end);
	if (take->kind == EVENT_COMMAND && engine_is_stuck(w->engine)) {
		ask_to_try_again(ack);
		event_free(take);
		return;
	}
	take->workspace = &w->as_seen;
	pending = mem_zero(1, sizeof(*pending));
	pending->ack = *ack;
	list_init(&pending->link);
	list_append(&w->pending_acks, &pending->link);
	if (directory_complete(w->directory, take, wants(w, take), on_complete, w, pending))
		on_complete(w, take, pending);
}

static void on_told_decided(void *owner, void *tag)
{
	struct daemon_workspace *w = owner;

	if (w->catchup != NULL) /* else the program ends, and reads it again at the next start */
		catchup_decided(w->catchup, tag);
}

/* The engine has noted the channel of what it does not take. */
static void on_told_complete(void *owner, struct event *take, void *tag)
{
	struct daemon_workspace *w = owner;
	const bool has_channel = take->channel.len > 0;

	if (engine_take(w->engine, take, on_told_decided, w, tag))
		return;
	w->has_missed |= has_channel;
	on_told_decided(w, tag);
}

/* One that nobody delivered, and nobody waits for an acknowledgement of. */
bool workspace_on_caught_up(void *owner, struct event *take, void *tag)
{
	struct daemon_workspace *w = owner;

	if (engine_is_behind(w->engine) || engine_is_filling(w->engine)) {
		event_free(take);
		return false;
	}
	take->workspace = &w->as_seen;
	if (directory_complete(w->directory, take, wants(w, take), on_told_complete, w, tag))
		on_told_complete(w, take, tag);
	return true;
}

void workspace_on_listed(void *owner)
{
	struct daemon_workspace *w = owner;

	if (w->state == WORKSPACE_LISTENING)
		gap_read_rest(&w->gap);
}

void workspace_on_read_back(void *owner, struct str channel)
{
	struct daemon_workspace *w = owner;

	gap_was_read(&w->gap, channel);
}

void workspace_on_live(void *owner, bool live, const char *detail)
{
	struct daemon_workspace *w = owner;
	const struct identity *me = &w->as_seen.me;

	w->is_live = live;
	if (live && w->state == WORKSPACE_LISTENING)
		gap_end(&w->gap);
	if (live)
		log_info("bot", "live as @%s in %s: %s",
			 me->user_name != NULL ? me->user_name : "?",
			 me->team_name != NULL ? me->team_name : "?", detail);
	else
		log_warn("bot", "not connected: %s", detail);
}

/* Nobody sends again what RTM did not deliver, not even in the moment between two sockets. */
void workspace_on_renewed(void *owner, const char *detail)
{
	struct daemon_workspace *w = owner;

	log_info("bot", "the new connection is live: %s", detail);
	if (w->own->transport == CONF_TRANSPORT_RTM && w->state == WORKSPACE_LISTENING)
		gap_end(&w->gap);
}

/* Moments and waits begin with the listening: before, nobody's name is known. */
static void set_alarm(struct daemon_workspace *w)
{
	int64_t ms = engine_due_ms(w->engine);

	if (ms >= 0 && w->state == WORKSPACE_LISTENING)
		loop_timer_by(w->loop, &w->due, ms);
}

void workspace_on_due(void *owner)
{
	struct daemon_workspace *w = owner;

	if (w->state == WORKSPACE_LISTENING)
		engine_tick(w->engine);
}

static bool has_finished(const struct daemon_workspace *w)
{
	return w->state == WORKSPACE_STOPPING && w->transport_stopped &&
	       list_is_empty(&w->pending_acks) && (w->has_failed || workspace_n_to_finish(w) == 0);
}

void workspace_on_turn_end(void *owner)
{
	struct daemon_workspace *w = owner;
	const char *before;
	struct job *job;

	if (w->state == WORKSPACE_OVER)
		return;
	before = log_about(w->log_end);
	w->leaves_the_rest = w->has_failed || (w->transport_stopped && w->store->ops->keeps &&
					       list_is_empty(&w->pending_acks));
	engine_commit(w->engine);
	if (w->has_missed && w->state == WORKSPACE_LISTENING)
		w->has_missed = !gap_read_missed(&w->gap);
	if (!w->leaves_the_rest) {
		while ((job = workspace_lease(w)) != NULL)
			deliver_send(w->deliver, job);
		while ((job = outbox_probe(w->outbox, clock_mono(loop_clock(w->loop)))) != NULL)
			deliver_probe(w->deliver, job);
		engine_commit(w->engine); /* those whose turn came at once are in flight */
	}
	while ((job = outbox_ready(w->outbox)) != NULL)
		deliver_go(w->deliver, job);
	set_alarm(w);
	if (w->names_unchecked && directory_has_groups(w->directory))
		loop_timer_start(w->loop, &w->names_due, 0);
	if (has_finished(w))
		workspace_close_down(w);
	log_about(before);
}

/* Jobs that ended let their runs go on; what comes of that is committed at the end of the turn. */
void workspace_on_settled(void *owner, struct job *job, const struct outcome *outcome)
{
	struct daemon_workspace *w = owner;

	engine_settled(w->engine, job, outcome);
}

void workspace_on_probed(void *owner, struct job *job, const struct outcome *outcome)
{
	struct daemon_workspace *w = owner;

	engine_probed(w->engine, job, outcome);
}

enum api_turn workspace_on_turn(void *owner, struct job *job)
{
	struct daemon_workspace *w = owner;

	if (w->leaves_the_rest && job->state == JOB_PENDING) {
		engine_give_back(w->engine, job);
		return API_TURN_OVER;
	}
	switch (engine_turn(w->engine, job)) {
	case ENGINE_TURN_GO:
		return API_TURN_GO;
	case ENGINE_TURN_WAIT:
		return API_TURN_WAIT;
	case ENGINE_TURN_OVER:
		break;
	}
	return API_TURN_OVER;
}

void workspace_on_unsent(void *owner, struct job *job)
{
	struct daemon_workspace *w = owner;

	engine_give_back(w->engine, job);
}
