/* SPDX-License-Identifier: MIT */
#include "simulate/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "engine/inner.h"
#include "lib/fakeclock.h"
#include "lib/journal.h"
#include "lib/memdisk.h"
#include "lib/tmpdir.h"
#include "simulate/oracle.h"
#include "store/sqlite.h"

enum {
	N_RULES = 8,
	RULE_ASK = 4,
	RULE_NAG = 2,
	RULE_TADA = 7,
	N_PEOPLE = 3,
	N_CHANNELS = 2,
	FLYING_MAX = 64,
	GHOSTS_MAX = 256,
	LATE_MS = 50000, /* what has left lands within, or never */
};

/* A job that is on its way, and what will become of it. */
struct flying {
	struct job *job;
	enum outcome_kind end;
	char ts[40];
};

/* What is still on its way to Slack, whoever sent it may be dead. */
struct ghost {
	struct landing landing;
	int64_t at;
};

struct story {
	uint64_t random;
	bool verbose;
	struct play_tally *tally;
	struct fakeclock clock;
	struct workspace workspace;
	struct store *store;
	struct store *sqlite; /* below it; NULL = there is none */
	struct tmpdir folder; /* of sqlite's lock */
	struct ruleset *rules;
	struct engine *engine;
	int version;
	int n_messages;
	struct flying flying[FLYING_MAX];
	int n_flying;
	struct ghost ghosts[GHOSTS_MAX];
	int n_ghosts;
	struct oracle oracle;
};

/* ---- chance, the only one that there is ---- */

static uint64_t draw(struct story *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random;
}

static int below(struct story *s, int n)
{
	return (int)(draw(s) % (uint64_t)n);
}

static bool happens(struct story *s, int percent)
{
	return below(s, 100) < percent;
}

/* ---- the world that rules ask ---- */

static struct story *story_of(const struct workspace *w)
{
	return container_of(w, struct story, workspace);
}

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	(void)w;
	return str_eq(name, person->handle) ? TRISTATE_YES : TRISTATE_NO;
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	(void)w;
	(void)id;
	(void)person;
	return TRISTATE_NO;
}

static bool find_name(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	(void)w;
	(void)sigil;
	(void)name;
	(void)id;
	return false;
}

static bool find_person(const struct workspace *w, struct str id, struct person *out)
{
	(void)w;
	(void)id;
	(void)out;
	return false;
}

static bool find_channel(const struct workspace *w, struct str id, struct str *name)
{
	(void)w;
	(void)id;
	(void)name;
	return false;
}

static size_t choose(const struct workspace *w, size_t n)
{
	return (size_t)below(story_of(w), (int)n);
}

static const struct resolver resolver = {
	.is_user = is_user,
	.in_group = in_group,
	.find = find_name,
	.person = find_person,
	.channel = find_channel,
	.random = choose,
};

static int64_t wall(const struct story *s)
{
	return s->clock.wall_ms;
}

/* ---- the store of SQLite ---- */

static void open_sqlite(struct story *s)
{
	CLEANUP(buf_deinit) struct buf why = { 0 };
	const struct sqlite_setup setup = { .folder = tmpdir_path(&s->folder) };

	if (sqlite_open(&s->sqlite, &setup, &why) != 0) {
		printf("the store does not open: %.*s\n", STR_ARG(buf_str(&why)));
		abort();
	}
	journal_put_over(s->store, s->sqlite);
}

static void begin_sqlite(struct story *s, uint64_t seed)
{
	tmpdir_init(&s->folder);
	memdisk_install(seed);
	open_sqlite(s);
}

static void end_sqlite(struct story *s)
{
	if (s->sqlite == NULL)
		return;
	s->sqlite->ops->close(s->sqlite);
	memdisk_remove();
	tmpdir_deinit(&s->folder);
}

/* The program is killed, or its machine loses power, be it in the middle of a commit. */
static void die_over_sqlite(struct story *s)
{
	bool by_cut = happens(s, 50), in_commit = happens(s, 50);
	enum memdisk_end end = by_cut ? MEMDISK_POWER_CUT : MEMDISK_KILL;

	if (s->sqlite == NULL)
		return;
	if (in_commit)
		memdisk_go_down_at(1 + below(s, 40), end);
	in_commit = in_commit && journal_begin_answer(s->store);
	if (!memdisk_is_down())
		memdisk_go_down_at(0, end);
	s->sqlite->ops->close(s->sqlite);
	memdisk_come_up();
	open_sqlite(s);
	/* The engine is dead already; but what stands, stands. */
	if (in_commit)
		journal_end_answer(s->store);
	s->tally->power_cuts += by_cut;
	s->tally->deaths_in_commits += in_commit;
}

/* ---- birth, reload, death ---- */

static void read_rules(struct story *s)
{
	const struct ruleset_options options = { .zone = "UTC" };
	char text[2000];
	struct diag diag;

	oracle_rules(text, sizeof(text), s->version);
	diag_init(&diag);
	ruleset_unref(s->rules);
	s->rules = NULL;
	if (ruleset_load_text(&s->rules, str_from(text), "simulate.ini", &options, &diag) != 0) {
		diag_print(&diag, stderr);
		abort();
	}
	diag_deinit(&diag);
}

static void give_birth(struct story *s)
{
	const struct engine_setup setup = {
		.store = s->store,
		.clock = &s->clock.clock,
		.workspace = &s->workspace,
	};

	s->engine = engine_new(&setup);
	engine_set_rules(s->engine, s->rules);
	if (engine_load(s->engine) < 0)
		abort();
}

static void on_row(void *owner, enum store_table table, struct str key, struct str value)
{
	struct story *s = owner;
	struct job *job;

	(void)key;
	if (table != STORE_JOB || job_read(&job, value) != 0)
		return;
	oracle_journal(&s->oracle, job);
	job_free(job);
}

static void redeliver(struct story *s, bool all);

/* Whatever was not committed is gone; what was on its way may have arrived, and nobody hears of it. */
static void die(struct story *s)
{
	if (s->verbose)
		printf("  the process dies\n");
	s->tally->deaths++;
	die_over_sqlite(s);
	journal_kill(s->store);
	engine_free(s->engine);
	s->n_flying = 0;
	s->store->ops->load(s->store, str_from(s->workspace.me.team_id), on_row, s);
	oracle_died(&s->oracle, s->version);
	give_birth(s);
	engine_tick(s->engine);
	redeliver(s, false);
}

static void reload(struct story *s)
{
	s->version++;
	s->tally->reloads++;
	if (s->verbose)
		printf("  rules of version %d\n", s->version);
	read_rules(s);
	engine_set_rules(s->engine, s->rules);
}

/* ---- what people do ---- */

static void on_decided(void *owner, void *tag)
{
	struct happening *h = tag;

	(void)owner;
	h->stands = true;
}

static struct event *event_of(struct story *s, const struct happening *h)
{
	static const char *const people[] = { "Ana", "Raj", "Kim" };
	const struct happening *about = h->about >= 0 ? &s->oracle.all[h->about] : h;
	struct event *ev = event_new();
	char text[64];

	oracle_text(h, text, sizeof(text));
	ev->workspace = &s->workspace;
	ev->kind = h->kind == HAPPENS_EDIT     ? EVENT_EDIT :
		   h->kind == HAPPENS_DELETE   ? EVENT_DELETE :
		   h->kind == HAPPENS_REACTION ? EVENT_REACTION :
						 EVENT_MESSAGE;
	ev->type = STR("message");
	ev->team = STR("T1");
	ev->channel = str_keepf(&ev->arena, "C%d", h->channel);
	ev->channel_name = ev->channel;
	ev->channel_kind = CHANNEL_PUBLIC;
	ev->user.id = str_keepf(&ev->arena, "U%d", h->user);
	ev->user.handle = ev->user.name = str_from(people[h->user]);
	ev->author = ev->user;
	ev->ts = str_keep(
		&ev->arena,
		str_from(h->kind == HAPPENS_EDIT || h->kind == HAPPENS_DELETE ? about->ts : h->ts));
	ev->event_ts = str_keep(&ev->arena, str_from(h->ts));
	if (h->kind == HAPPENS_REPLY)
		ev->thread_ts = str_keep(&ev->arena, str_from(about->ts));
	ev->text = ev->text_raw = ev->text_to_bot = str_keep(&ev->arena, str_from(text));
	ev->text_known = true;
	ev->reaction = h->kind == HAPPENS_REACTION ? STR("tada") : STR_EMPTY;
	ev->key = str_keep(&ev->arena, str_from(h->key));
	return ev;
}

static void tell(struct story *s, int i)
{
	struct happening *h = &s->oracle.all[i];

	if (s->verbose)
		printf("  %s kind=%d rule=%d user=%d about=%d w%d\n", h->key, h->kind, h->rule,
		       h->user, h->about, h->argument);
	oracle_decides(&s->oracle, i, wall(s), s->version);
	engine_take(s->engine, event_of(s, h), on_decided, s, h);
}

/* Slack sends again what was not acknowledged, in its order; now and then also what was. */
static void redeliver(struct story *s, bool all)
{
	for (int i = 0; i < s->oracle.n; i++) {
		if (s->oracle.all[i].stands && !(all && happens(s, 3)))
			continue;
		s->tally->told_again++;
		tell(s, i);
	}
}

/* A message of a rule that may be edited, or replied to; -1 = there is none. */
static int pick_about(struct story *s, int rule)
{
	for (int tries = 0; tries < 8 && s->oracle.n > 0; tries++) {
		int i = below(s, s->oracle.n);
		bool is_gone = false;

		for (int k = 0; k < s->oracle.n; k++)
			is_gone |= s->oracle.all[k].about == i &&
				   s->oracle.all[k].kind == HAPPENS_DELETE;
		if (s->oracle.all[i].kind == HAPPENS_MESSAGE && s->oracle.all[i].rule == rule &&
		    !is_gone)
			return i;
	}
	return -1;
}

static void something_happens(struct story *s)
{
	static const enum happening_kind kinds[] = {
		HAPPENS_MESSAGE, HAPPENS_MESSAGE, HAPPENS_MESSAGE, HAPPENS_MESSAGE, HAPPENS_REPLY,
		HAPPENS_EDIT,	 HAPPENS_EDIT,	  HAPPENS_DELETE,  HAPPENS_REACTION
	};
	enum happening_kind kind = kinds[below(s, (int)ARRAY_LEN(kinds))];
	int about = kind == HAPPENS_REPLY			   ? pick_about(s, RULE_NAG) :
		    kind == HAPPENS_EDIT || kind == HAPPENS_DELETE ? pick_about(s, RULE_ASK) :
								     -1;
	struct happening *h;

	if (s->oracle.n == HAPPENINGS_MAX)
		return;
	if (about < 0 && kind != HAPPENS_REACTION)
		kind = HAPPENS_MESSAGE;
	h = oracle_add(&s->oracle, kind,
		       kind == HAPPENS_REACTION ? RULE_TADA : below(s, N_RULES - 1));
	h->about = about;
	h->user = below(s, N_PEOPLE);
	h->channel = about >= 0 ? s->oracle.all[about].channel : below(s, N_CHANNELS);
	h->argument = below(s, 5);
	if (kind == HAPPENS_REPLY)
		h->rule = -1;
	else if (about >= 0)
		h->rule = RULE_ASK;
	if (kind == HAPPENS_EDIT || kind == HAPPENS_DELETE)
		h->user = s->oracle.all[about].user;
	snprintf(h->ts, sizeof(h->ts), "%lld.%06d", (long long)(wall(s) / 1000), ++s->n_messages);
	snprintf(h->key, sizeof(h->key), "%d:C%d:%s", (int)kind, h->channel, h->ts);
	s->tally->happenings++;
	tell(s, s->oracle.n - 1);
}

/* ---- Slack ---- */

static bool is_same_thread(const struct job *a, const struct job *b)
{
	const char *x = a->message.thread_ts, *y = b->message.thread_ts;

	return strcmp(a->channel, b->channel) == 0 &&
	       strcmp(x != NULL ? x : "", y != NULL ? y : "") == 0;
}

static void complain(struct story *s, const struct job *job, const char *what)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(&text, "%s %s", job->key, what);
	buf_addc(&text, '\0');
	if (s->oracle.complaint[0] == '\0')
		snprintf(s->oracle.complaint, sizeof(s->oracle.complaint), "%s", text.p);
}

struct overtaking {
	struct story *s;
	const struct job *job;
};

/* One of many of a person lets those of others pass. */
static bool may_pass(const struct job *job, const struct job *other)
{
	return other->is_patient && !job->is_patient && strcmp(job->person, other->person) != 0;
}

static void check_order(void *owner, struct job *other)
{
	const struct overtaking *x = owner;

	if (other->kind == JOB_MESSAGE && other->id < x->job->id && is_same_thread(other, x->job) &&
	    !may_pass(x->job, other))
		complain(x->s, x->job, "leaves while one before it has not ended");
}

static void land(struct story *s, int i)
{
	oracle_lands(&s->oracle, &s->ghosts[i].landing);
	s->n_ghosts--;
	memmove(&s->ghosts[i], &s->ghosts[i + 1], (size_t)(s->n_ghosts - i) * sizeof(s->ghosts[0]));
}

/* It leaves; its fate is decided, and told later. A message that nobody heard of may be late in landing. */
static void fly(struct story *s, struct job *job)
{
	struct flying *f = &s->flying[s->n_flying++];
	struct ghost *ghost = &s->ghosts[s->n_ghosts];
	struct overtaking order = { s, job };
	bool applied;

	*f = (struct flying){ .job = job };
	f->end = happens(s, 88) ? OUTCOME_DONE :
		 happens(s, 33) ? OUTCOME_REFUSED :
		 happens(s, 33) ? OUTCOME_LATER :
				  OUTCOME_UNKNOWN;
	applied = f->end == OUTCOME_DONE || (f->end == OUTCOME_UNKNOWN && happens(s, 50));
	s->tally->answers += applied;
	s->tally->refused += f->end == OUTCOME_REFUSED;
	s->tally->unknown += f->end == OUTCOME_UNKNOWN;
	snprintf(f->ts, sizeof(f->ts), "%lld.%06d", (long long)(wall(s) / 1000), ++s->n_messages);
	if (s->verbose)
		printf("  leaves: %s %s `%s` end=%d%s\n", job->key, job->verb,
		       job_body(job) != NULL ? job_body(job) : "", f->end,
		       applied ? " applied" : "");
	if (job->kind == JOB_MESSAGE)
		outbox_each(&s->engine->outbox, check_order, &order);
	oracle_sent(&s->oracle, job, wall(s), &ghost->landing);
	if (!applied)
		return;
	memcpy(ghost->landing.ts, f->ts, sizeof(f->ts));
	ghost->at = wall(s);
	s->n_ghosts++;
	if (f->end != OUTCOME_UNKNOWN || job->kind != JOB_MESSAGE || s->n_ghosts == GHOSTS_MAX ||
	    happens(s, 50))
		land(s, s->n_ghosts - 1);
	else
		ghost->at += below(s, LATE_MS);
}

/* What waits to leave has its turn, or leaves. */
static void send_one(struct story *s)
{
	struct job *job;

	if (s->n_flying == FLYING_MAX)
		return;
	if ((job = outbox_ready(engine_outbox(s->engine))) != NULL) {
		fly(s, job);
		return;
	}
	if ((job = outbox_lease(engine_outbox(s->engine))) == NULL)
		return;
	if (happens(s, 4)) {
		s->tally->given_back++;
		engine_give_back(s->engine, job);
	} else if (engine_turn(s->engine, job) == ENGINE_TURN_GO) {
		fly(s, job);
	}
}

/* Slack held it back, and it leaves when it comes to its turn again. */
static void fly_again(struct story *s, struct job *job)
{
	s->tally->held_back++;
	if (engine_turn(s->engine, job) == ENGINE_TURN_GO)
		fly(s, job);
	else
		snprintf(s->oracle.complaint, sizeof(s->oracle.complaint), "%s may not leave again",
			 job->key);
}

/* An answer comes: the oldest of a channel first, as each channel has its order. */
static void answer_one(struct story *s)
{
	struct flying f;
	struct outcome outcome = { 0 };
	int i, first;

	if (s->n_flying == 0)
		return;
	i = below(s, s->n_flying);
	for (first = 0; strcmp(s->flying[first].job->channel, s->flying[i].job->channel) != 0;
	     first++)
		;
	f = s->flying[first];
	s->n_flying--;
	memmove(&s->flying[first], &s->flying[first + 1],
		(size_t)(s->n_flying - first) * sizeof(s->flying[0]));
	if (f.end == OUTCOME_LATER) {
		fly_again(s, f.job);
		return;
	}
	outcome.kind = f.end;
	outcome.sentence = f.end == OUTCOME_DONE ? "" : "so it is";
	if (f.end == OUTCOME_DONE && f.job->kind == JOB_MESSAGE) {
		outcome.channel = str_from(f.job->channel);
		outcome.ts = str_from(f.ts);
	}
	if (f.end != OUTCOME_UNKNOWN || f.job->kind != JOB_MESSAGE)
		oracle_settled(&s->oracle, f.job, f.end, wall(s));
	engine_settled(s->engine, f.job, &outcome);
}

/* Slack shows what stands there. */
static void look_for_one(struct story *s)
{
	struct job *job = outbox_probe(engine_outbox(s->engine), clock_mono(&s->clock.clock));
	struct outcome outcome = { .kind = OUTCOME_REFUSED };
	const char *ts;

	if (job == NULL)
		return;
	ts = oracle_finds(&s->oracle, job);
	if (s->verbose)
		printf("  looked for: %s %s\n", job->key,
		       ts != NULL ? "stands there" : "not there");
	s->tally->looked_for++;
	if (ts != NULL) {
		s->tally->found++;
		outcome = (struct outcome){ .kind = OUTCOME_DONE,
					    .channel = str_from(job->channel),
					    .ts = str_from(ts) };
		oracle_settled(&s->oracle, job, OUTCOME_DONE, wall(s));
	}
	engine_probed(s->engine, job, &outcome);
}

/* ---- the store, and time ---- */

static void store_answers(struct story *s)
{
	bool fails = happens(s, 3);

	journal_break(s->store, fails);
	if (journal_answer(s->store))
		s->tally->commits_failed += fails;
	else
		s->tally->commits_late++;
	journal_break(s->store, false);
}

/* Nothing is due within; what is due is done when it is. */
static void time_passes(struct story *s, int64_t ms)
{
	while (ms > 0) {
		int64_t due = engine_due_ms(s->engine);
		int64_t step = due > 0 && due < ms ? due : ms;

		fakeclock_pass(&s->clock, step);
		for (int i = s->n_ghosts; i-- > 0;) {
			if (s->ghosts[i].at <= wall(s))
				land(s, i);
		}
		engine_tick(s->engine);
		ms -= step;
	}
}

static void step(struct story *s)
{
	int what = below(s, 100);

	if (what < 24)
		something_happens(s);
	else if (what < 42)
		engine_commit(s->engine);
	else if (what < 59)
		store_answers(s);
	else if (what < 77)
		send_one(s);
	else if (what < 87)
		answer_one(s);
	else if (what < 90)
		look_for_one(s);
	else if (what < 96)
		time_passes(s, happens(s, 30) ? below(s, 1200000) : below(s, 20000));
	else if (what < 98)
		redeliver(s, true);
	else if (what < 99)
		reload(s);
	else
		die(s);
}

/* Everything that is still to come comes, and goes well. */
static void come_to_rest(struct story *s)
{
	for (int i = 0; i < 20000; i++) {
		engine_commit(s->engine);
		while (journal_answer(s->store))
			;
		send_one(s);
		answer_one(s);
		look_for_one(s);
		if (s->n_flying > 0)
			continue;
		if (engine_unsettled(s->engine) == 0 && engine_waiting(s->engine) == 0 &&
		    engine_due_ms(s->engine) < 0)
			return;
		time_passes(s, 1000);
	}
	snprintf(s->oracle.complaint, sizeof(s->oracle.complaint), "it never comes to rest");
}

bool play(uint64_t seed, enum play_store store, int steps, bool verbose, struct play_tally *tally)
{
	struct story *s = mem_zero(1, sizeof(*s));
	bool fine;

	s->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	s->verbose = verbose;
	s->tally = tally;
	fakeclock_init(&s->clock);
	s->workspace = (struct workspace){
		.me = { .team_id = (char *)"T1", .user_id = (char *)"UBOT" }, .resolver = &resolver
	};
	s->store = journal_new();
	if (store == PLAY_SQLITE)
		begin_sqlite(s, seed);
	s->version = 1;
	read_rules(s);
	give_birth(s);
	for (int i = 0; i < steps && s->oracle.complaint[0] == '\0'; i++)
		step(s);
	if (s->oracle.complaint[0] == '\0')
		come_to_rest(s);
	if (s->oracle.complaint[0] == '\0')
		oracle_judge(&s->oracle);
	for (int i = 0; i < s->oracle.n; i++)
		tally->cancelled += s->oracle.all[i].cancelled_by >= 0;
	fine = s->oracle.complaint[0] == '\0';
	if (!fine)
		printf("seed %llu: %s\n", (unsigned long long)seed, s->oracle.complaint);
	engine_free(s->engine);
	ruleset_unref(s->rules);
	s->store->ops->close(s->store);
	end_sqlite(s);
	free(s);
	return fine;
}
