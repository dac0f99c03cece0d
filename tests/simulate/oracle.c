/* SPDX-License-Identifier: MIT */
#include "simulate/oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum rule { HELLO, PLUS, NAG, COUNT, ASK, OOPS, LOOK, TADA };

static const char *const names[] = {
	"hello", "plus", "nag", "count", "ask", "oops", "look", "tada"
};
static const char *const people[] = { "Ana", "Raj", "Kim" };
enum { HOUR_MS = 3600000, WAIT_MS = 600000, HELLO_LIMIT = 2 };

void oracle_rules(char *out, size_t size, int version)
{
	snprintf(
		out, size,
		"[rule hello]\nwords = hello\nreply = hi {user.name} v%d\nlimit = 2 per user per 1h\n"
		"[rule plus]\nmatch = plus (?<who>\\w+)\nadd karma[{who}] = 1\n"
		"say = {who} has {karma[{who}]}\n"
		"[rule nag]\nwords = ticket\nsay = noted\nwait = 10m unless answered\n"
		"reply = nobody came v%d\n"
		"[rule count]\nwords = count\nsay = number {count}\n"
		"[rule ask]\nmatch = ask (\\w+)\nreply = asked {1}\nfollow = edits, deletes\n"
		"[rule oops]\nwords = oops\nsay = first\nsay = second\non error say = sorry\n"
		"[rule look]\nwords = look\nreact = eyes\n"
		"[rule tada]\non = reaction :tada:\nsay = thanks\n",
		version, version);
}

void oracle_text(const struct happening *h, char *out, size_t size)
{
	static const char *const texts[] = { "hello", "plus", "ticket please", "count",
					     "ask",   "oops", "look at that" };

	if (h->kind == HAPPENS_REPLY || h->rule < 0 || h->rule == TADA)
		snprintf(out, size, "nothing of interest");
	else if (h->rule == PLUS || h->rule == ASK)
		snprintf(out, size, "%s w%d", texts[h->rule], h->argument);
	else
		snprintf(out, size, "%s", texts[h->rule]);
}

static void complain(struct oracle *o, const struct happening *h, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void complain(struct oracle *o, const struct happening *h, const char *fmt, ...)
{
	va_list args;
	int n = 0;

	if (o->complaint[0] != '\0')
		return;
	if (h != NULL)
		n = snprintf(o->complaint, sizeof(o->complaint), "%s (%s): ", h->key,
			     h->rule >= 0 ? names[h->rule] : "no rule");
	va_start(args, fmt);
	vsnprintf(o->complaint + n, sizeof(o->complaint) - (size_t)n, fmt, args);
	va_end(args);
}

struct happening *oracle_add(struct oracle *o, enum happening_kind kind, int rule)
{
	struct happening *h = &o->all[o->n++];

	*h = (struct happening){ .kind = kind, .rule = rule, .about = -1, .cancelled_by = -1 };
	return h;
}

/* ---- what a decision is made of: all that was decided before it ---- */

static bool is_within_limit(const struct oracle *o, const struct happening *h)
{
	int n = 0;

	for (int i = 0; i < o->n_order; i++) {
		const struct happening *other = &o->all[o->order[i]];

		n += other != h && other->rule == HELLO && other->fires && other->user == h->user &&
		     h->at - other->at < HOUR_MS;
	}
	return n < HELLO_LIMIT;
}

static int64_t number_of(const struct oracle *o, const struct happening *h)
{
	int64_t n = 1;

	for (int i = 0; i < o->n_order; i++) {
		const struct happening *other = &o->all[o->order[i]];

		n += other != h && other->kind == HAPPENS_MESSAGE && other->rule == h->rule &&
		     (h->rule == COUNT || other->argument == h->argument);
	}
	return n;
}

static bool is_first_of_run(const struct happening *h)
{
	return (h->kind == HAPPENS_MESSAGE || h->kind == HAPPENS_REACTION) && h->rule >= 0;
}

/* It ends the wait of what it is about. */
static bool is_answered_by(const struct oracle *o, const struct happening *reply, int64_t now)
{
	const struct happening *about = reply->about >= 0 ? &o->all[reply->about] : NULL;

	return reply->kind == HAPPENS_REPLY && about != NULL && about->due > now &&
	       about->cancelled_by < 0 && about->user != reply->user;
}

void oracle_decides(struct oracle *o, int happening, int64_t now, int version)
{
	struct happening *h = &o->all[happening];
	struct happening *about = h->about >= 0 ? &o->all[h->about] : NULL;

	if (h->is_forgotten && is_answered_by(o, h, now))
		about->may_be_cancelled = true;
	if (h->decided)
		return; /* told again: nothing may come of it */
	h->decided = true;
	h->at = now;
	h->version = version;
	o->order[o->n_order++] = happening;
	h->fires = is_first_of_run(h) && (h->rule != HELLO || is_within_limit(o, h));
	h->number = number_of(o, h);
	if (is_answered_by(o, h, now)) {
		about->cancelled_by = happening;
		about->forbidden[2] = true;
	}
}

/* ---- what leaves ---- */

static struct happening *find(struct oracle *o, const char *key, size_t len)
{
	for (int i = 0; i < o->n; i++) {
		if (strlen(o->all[i].key) == len && memcmp(o->all[i].key, key, len) == 0)
			return &o->all[i];
	}
	return NULL;
}

/* The happening and the action that a job comes of. */
static struct happening *origin(struct oracle *o, const struct job *job, int *action)
{
	const char *slash = strchr(job->key, '/');
	const char *last = strrchr(job->key, '/');

	if (slash == NULL)
		return NULL;
	*action = (int)strtol(last + 1, NULL, 10);
	return find(o, job->key, (size_t)(slash - job->key));
}

static struct happening *answered_by(struct oracle *o, const char *ts)
{
	for (int i = 0; i < o->n; i++) {
		if (ts != NULL && strcmp(o->all[i].answer_ts, ts) == 0)
			return &o->all[i];
	}
	return NULL;
}

static void expected_text(const struct happening *h, int action, char *out, size_t size)
{
	static const char *const oops[] = { "first", "second", "sorry" };

	switch ((enum rule)h->rule) {
	case HELLO:
		snprintf(out, size, "hi %s v%d", people[h->user], h->version);
		return;
	case PLUS:
		snprintf(out, size, "w%d has %lld", h->argument, (long long)h->number);
		return;
	case NAG:
		if (action == 0)
			snprintf(out, size, "noted");
		else
			snprintf(out, size, "nobody came v%d", h->version);
		return;
	case COUNT:
		snprintf(out, size, "number %lld", (long long)h->number);
		return;
	case ASK:
		snprintf(out, size, "asked w%d", h->argument);
		return;
	case OOPS:
		snprintf(out, size, "%s", oops[action]);
		return;
	case LOOK:
		snprintf(out, size, "eyes");
		return;
	case TADA:
		snprintf(out, size, "thanks");
		return;
	}
}

/* Which actions leave: 0 = none, 1 = when all goes well, 2 = when one failed. */
static int leaves(const struct happening *h, int action)
{
	if (action < 0 || action >= ACTIONS_MAX)
		return 0;
	if (h->rule == OOPS)
		return action == 2 ? 2 : 1;
	if (h->rule == NAG)
		return action != 1;
	return action == (h->rule == PLUS ? 1 : 0);
}

static bool has_failed(const struct happening *h, int before)
{
	for (int i = 0; i < before; i++) {
		if (h->failed[i])
			return true;
	}
	return false;
}

static void check_answer(struct oracle *o, struct happening *h, int action, const char *text,
			 int64_t now)
{
	char wanted[64];

	if (text == NULL)
		text = "";
	expected_text(h, action, wanted, sizeof(wanted));
	if (!h->stands)
		complain(o, h, "an answer leaves before the decision stands");
	else if (!h->fires)
		complain(o, h, "it may not be answered");
	else if (leaves(h, action) == 0)
		complain(o, h, "action %d makes no answer", action);
	else if (h->settled[action])
		complain(o, h, "`%s` leaves though it has ended", text);
	else if (h->forbidden[action])
		complain(o, h, "`%s` leaves though it was cancelled", text);
	else if (has_failed(h, action) != (leaves(h, action) == 2))
		complain(o, h, "`%s` leaves though an action above %s", text,
			 has_failed(h, action) ? "failed" : "did not fail");
	else if (h->rule != ASK && strcmp(text, wanted) != 0)
		complain(o, h, "`%s` leaves, and `%s` was wanted", text, wanted);
	else if (h->rule == NAG && action == 2 && (h->due == 0 || now < h->due))
		complain(o, h, "`%s` leaves before its time", text);
}

void oracle_sent(struct oracle *o, const struct job *job, int64_t now, struct landing *out)
{
	const char *text = job_body(job);
	struct happening *h;

	*out = (struct landing){ .happening = -1, .kind = job->kind };
	snprintf(out->text, sizeof(out->text), "%s", text != NULL ? text : "");
	if (job->kind == JOB_CHANGE) {
		h = answered_by(o, job->change.ts);
		if (h == NULL || h->rule != ASK)
			complain(o, h, "a message that is none of ours is changed");
		else
			out->happening = (int)(h - o->all);
		return;
	}
	h = origin(o, job, &out->action);
	if (h == NULL) {
		complain(o, NULL, "a job comes of nothing: %s", job->key);
		return;
	}
	check_answer(o, h, out->action, text, now);
	h->left[out->action] = true;
	out->happening = (int)(h - o->all);
}

void oracle_lands(struct oracle *o, const struct landing *landing)
{
	struct happening *h = &o->all[landing->happening];

	if (landing->happening < 0)
		return;
	if (landing->kind == JOB_MESSAGE && h->applied[landing->action])
		complain(o, h, "`%s` stands there twice", landing->text);
	if (landing->kind != JOB_CHANGE)
		h->applied[landing->action] = true;
	if (landing->kind == JOB_MESSAGE && h->rule == ASK)
		snprintf(h->answer_ts, sizeof(h->answer_ts), "%s", landing->ts);
	if (h->rule == ASK)
		snprintf(h->shown, sizeof(h->shown), "%s", landing->text);
}

const char *oracle_finds(struct oracle *o, const struct job *job)
{
	int action = 0;
	struct happening *h = origin(o, job, &action);

	if (h == NULL || !h->applied[action])
		return NULL;
	return h->rule == ASK ? h->answer_ts : "1.1";
}

void oracle_settled(struct oracle *o, const struct job *job, enum outcome_kind kind, int64_t now)
{
	int action = 0;
	struct happening *h = job->kind == JOB_CHANGE ? answered_by(o, job->change.ts) :
							origin(o, job, &action);

	if (h == NULL)
		return;
	if (kind != OUTCOME_DONE)
		h->disturbed = true;
	if (job->kind == JOB_CHANGE)
		return;
	h->settled[action] = true;
	h->failed[action] = kind != OUTCOME_DONE;
	if (h->rule == NAG && action == 0 && kind == OUTCOME_DONE)
		h->due = now + WAIT_MS;
}

/* ---- death ---- */

/* What stands in the journal has not ended, whatever was heard of it: it is sent, or sent again, or looked for. */
void oracle_journal(struct oracle *o, const struct job *job)
{
	int action = 0;
	struct happening *h = job->kind == JOB_CHANGE ? NULL : origin(o, job, &action);

	if (h == NULL)
		return;
	h->pending[action] = true;
	h->settled[action] = h->failed[action] = false;
	h->due = action == 0 ? 0 : h->due;
}

/* The wait of a rule that says something else now ends; what it was about to say is not said. */
static void forget_changed(struct happening *h, int version)
{
	if (h->rule == NAG && h->version != version && !h->left[2] && !h->pending[2])
		h->forbidden[2] = true;
	h->pending[2] = false;
}

/* Of somebody's reply that changed nothing, nothing need be kept: heard again, it may be as good as new. */
static bool may_be_forgotten(const struct oracle *o, int i)
{
	const struct happening *h = &o->all[i];

	return h->kind == HAPPENS_REPLY && o->all[h->about].cancelled_by != i;
}

void oracle_died(struct oracle *o, int version)
{
	int kept = 0;

	for (int i = 0; i < o->n_order; i++) {
		struct happening *h = &o->all[o->order[i]];

		h->is_forgotten = may_be_forgotten(o, o->order[i]);
		if (h->stands) {
			o->order[kept++] = o->order[i];
			forget_changed(h, version);
			continue;
		}
		if (h->kind == HAPPENS_REPLY && o->all[h->about].cancelled_by == o->order[i]) {
			o->all[h->about].cancelled_by = -1;
			o->all[h->about].forbidden[2] = o->all[h->about].version != version;
		}
		h->decided = h->fires = false;
	}
	o->n_order = kept;
}

/* ---- the end ---- */

static void judge_shown(struct oracle *o, const struct happening *h, int index)
{
	char wanted[64];
	bool deleted = false;
	int argument = h->argument;

	for (int i = 0; i < o->n; i++) {
		if (o->all[i].about != index)
			continue;
		if (o->all[i].kind == HAPPENS_EDIT)
			argument = o->all[i].argument;
		deleted |= o->all[i].kind == HAPPENS_DELETE;
	}
	snprintf(wanted, sizeof(wanted), "asked w%d", argument);
	if (strcmp(h->shown, deleted ? "" : wanted) != 0)
		complain(o, h, "the answer reads `%s` at the end, and `%s` was wanted", h->shown,
			 deleted ? "(gone)" : wanted);
}

void oracle_judge(struct oracle *o)
{
	for (int i = 0; i < o->n; i++) {
		const struct happening *h = &o->all[i];

		if (!h->stands)
			complain(o, h, "it was never acknowledged");
		for (int a = 0; h->fires && a < ACTIONS_MAX; a++) {
			int when = leaves(h, a);
			bool wanted = when == (has_failed(h, a) ? 2 : 1) && !h->forbidden[a];

			wanted = wanted && (a < 2 || !h->may_be_cancelled);
			if (wanted && !h->applied[a] && !h->failed[a])
				complain(o, h, "action %d is missing", a);
		}
		if (h->fires && h->rule == ASK && !h->disturbed)
			judge_shown(o, h, i);
	}
}
