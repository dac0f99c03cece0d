/* SPDX-License-Identifier: MIT */
#include "simulate/days.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "engine/inner.h"
#include "lib/tmpdir.h"
#include "lib/world.h"
#include "simulate/growth.h"
#include "store/sqlite.h"

enum {
	EVERY_MS = 30000, /* something happens */
	HOUR_MS = 3600000,
	DAY_MS = 24 * HOUR_MS,
	AFTER_DAYS = 3, /* in which what still waits comes to its end */
	N_PEOPLE = 200,
	N_WORDS = 50,
	N_CHANNELS = 10,
	LATER_MAX = 4096,
	LANDED_MAX = 64,
	ALARM_AGAIN_MS = 10 * 60000,
	EDIT_AFTER_MS = 5 * 60000,
	REPLY_AFTER_MS = 20 * HOUR_MS, /* of the day that is waited for */
	DEATH_ONE_IN = 4000,	       /* of the steps */
};

static const char rules_text[] =
	"[rule hello]\nmatch = ^hello\nlimit = 1 per user ever\nsay = welcome {user.name}\n"
	"[rule plus]\nmatch = ^(?<who>\\w+)\\+\\+$\nadd karma[{who}] = 1\n"
	"say = {who} has {karma[{who}]}\n"
	"[rule coin]\nwords = coin\npick = in turn\n"
	"say = heads {count}\n    ---\n    tails {count}\n    ---\n    edge {count}\n"
	"[rule alarm]\nmatch = ^ALARM (?<what>\\w+)\nlimit = 1 per {what} per 1h\n"
	"    100 per channel per 1h\nsay = {what} burns\n"
	"[rule remind]\nmatch = ^remind (?<n>\\d+)\nsay = will {n}\nwait = 1d\nsay = now {n}\n"
	"[rule nag]\nmatch = ^nag (?<n>\\d+)\nreply = noted {n}\nwait = 1d unless answered\n"
	"reply = nobody {n}\n"
	"[rule ticket]\nmatch = ^ticket (?<n>\\d+)\nsay = taken {n}\nwebhook tickets = {\"n\": \"{n}\"}\n"
	"wait = 6h\nsay = open {result.key}\non error say = failed {n}\non error say = sorry {n}\n"
	"[rule ask]\nmatch = ^ask (?<n>\\d+) (?<what>\\w+)\nreply = asked {n} {what}\n"
	"follow = edits, deletes\n"
	"[rule look]\nmatch = ^look\nreact = eyes\n"
	"[rule refused]\nmatch = ^refuse\nsay = refused\n";

/* What is said about an earlier message, when its time comes. */
struct later {
	int64_t at; /* wall milliseconds; 0 = a free place */
	enum event_kind kind;
	char text[64];
	char about[40]; /* its ts: of the edit, or of the thread */
	int user, channel;
};

/* What got through although its bot died before it heard of it. */
struct landed {
	char key[160];
	char text[64];
	char ts[40];
};

struct life {
	uint64_t random, dice; /* of what happens, and of deaths */
	bool dies;
	bool is_calling; /* a webhook, from the mark that it is on its way: one that dies then calls it no more */
	struct world world;
	struct tmpdir folder;
	struct store *store;
	struct ruleset *rules;
	struct engine *engine;
	int n_things, n_ts, n_deaths, n_answers, n_found;
	int64_t karma[N_WORDS], coins;
	bool met[N_PEOPLE];
	struct later later[LATER_MAX];
	struct landed landed[LANDED_MAX];
	int n_landed;
	FILE *said, *wanted;
};

static uint64_t draw_from(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random >> 8;
}

static int below(struct life *l, int n)
{
	return (int)(draw_from(&l->random) % (uint64_t)n);
}

static int64_t wall(const struct life *l)
{
	return l->world.clock.wall_ms;
}

/* ---- birth and death ---- */

static void give_birth(struct life *l)
{
	CLEANUP(buf_deinit) struct buf why = { 0 };
	const struct sqlite_setup sqlite = { .folder = tmpdir_path(&l->folder) };
	struct engine_setup setup = { .clock = &l->world.clock.clock,
				      .workspace = &l->world.workspace,
				      .answer_within_ms = 15 * 60000 };

	if (sqlite_open(&l->store, &sqlite, &why) != 0) {
		printf("the store does not open: %.*s\n", STR_ARG(buf_str(&why)));
		abort();
	}
	setup.store = l->store;
	l->engine = engine_new(&setup);
	engine_set_rules(l->engine, l->rules);
	if (engine_load(l->engine) < 0)
		abort();
}

static void bury(struct life *l)
{
	l->store->ops->close(l->store);
	engine_free(l->engine);
}

/* True: it has died, and lives again; whoever was at work leaves everything as it is. */
static bool dies(struct life *l)
{
	if (!l->dies || l->is_calling || draw_from(&l->dice) % DEATH_ONE_IN != 0)
		return false;
	l->n_deaths++;
	bury(l);
	give_birth(l);
	return true;
}

/* ---- Slack, and the endpoint of a webhook ---- */

__attribute__((format(printf, 2, 3))) static void want(struct life *l, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(l->wanted, fmt, args);
	va_end(args);
	fputc('\n', l->wanted);
}

/* A message is followed by its thread, all else by the message that it is about. */
static void say(struct life *l, const struct job *job)
{
	const char *thread = job->kind == JOB_MESSAGE  ? job->message.thread_ts :
			     job->kind == JOB_REACTION ? job->reaction.ts :
							 NULL;

	l->n_answers++;
	fprintf(l->said, "%s %s: %s %s\n", job->channel, thread != NULL ? thread : "-", job->verb,
		job_body(job) != NULL ? job_body(job) : "");
}

/* Every third one is refused. */
static void call_webhook(const struct job *job, struct outcome *outcome)
{
	struct str body = str_from(job->webhook.body);
	CLEANUP(json_freep) struct json *j = NULL;
	CLEANUP(buf_deinit) struct buf answer = { 0 };
	int64_t n = 0;

	if (json_parse(&j, body, NULL) != 0 || !str_int(json_str(j, "n"), &n))
		abort();
	if (n % 3 == 0) {
		*outcome = (struct outcome){ .kind = OUTCOME_REFUSED, .sentence = "no" };
		return;
	}
	buf_addf(&answer, "{\"key\":\"T-%lld\"}", (long long)n);
	json_parse(&outcome->body, buf_str(&answer), NULL);
}

static bool is_refused(const struct job *job)
{
	return job->kind == JOB_MESSAGE && strcmp(job->message.text, "refused") == 0;
}

static void land(struct life *l, const struct job *job, const char *ts)
{
	struct landed *x = &l->landed[l->n_landed++ % LANDED_MAX];

	snprintf(x->key, sizeof(x->key), "%s", job->key);
	snprintf(x->text, sizeof(x->text), "%s", job->message.text);
	snprintf(x->ts, sizeof(x->ts), "%s", ts);
}

/* It leaves, is obeyed or not, and answered; it may be that nobody lives to hear the answer, or to write it down. A
 * webhook is called once at most, so that there a death would make a difference. */
static void fly(struct life *l, struct job *job)
{
	enum job_kind kind = job->kind;
	struct outcome outcome = { .kind = OUTCOME_DONE, .sentence = "" };
	char ts[40];

	if (kind == JOB_MESSAGE && dies(l))
		return;
	snprintf(ts, sizeof(ts), "%lld.%06d", (long long)(wall(l) / 1000), ++l->n_ts % 1000000);
	if (kind == JOB_WEBHOOK) {
		call_webhook(job, &outcome);
	} else if (is_refused(job)) {
		outcome = (struct outcome){ .kind = OUTCOME_REFUSED,
					    .error = STR("is_archived"),
					    .sentence = "it is archived" };
	} else {
		say(l, job);
		outcome.channel = str_from(job->channel);
		outcome.ts = str_from(ts);
	}
	if (kind == JOB_MESSAGE && !is_refused(job)) {
		land(l, job, ts);
		if (dies(l))
			return;
	}
	engine_settled(l->engine, job, &outcome);
	if (kind == JOB_WEBHOOK)
		engine_commit(l->engine);
	l->is_calling = false;
	json_free(outcome.body);
}

static void look_for(struct life *l, struct job *job)
{
	struct outcome outcome = { .kind = OUTCOME_REFUSED };

	for (int i = 0; i < LANDED_MAX; i++)
		if (strcmp(l->landed[i].key, job->key) == 0 &&
		    strcmp(l->landed[i].text, job->message.text) == 0) {
			l->n_found++;
			outcome = (struct outcome){ .kind = OUTCOME_DONE,
						    .channel = str_from(job->channel),
						    .ts = str_from(l->landed[i].ts) };
		}
	engine_probed(l->engine, job, &outcome);
}

/* ---- the engine at work ---- */

static void work(struct life *l)
{
	struct job *job;

	for (;;) {
		if (dies(l))
			continue;
		engine_commit(l->engine);
		if (dies(l))
			continue;
		if ((job = outbox_ready(engine_outbox(l->engine))) != NULL) {
			fly(l, job);
		} else if ((job = outbox_probe(engine_outbox(l->engine),
					       clock_mono(&l->world.clock.clock))) != NULL) {
			look_for(l, job);
		} else if ((job = outbox_lease(engine_outbox(l->engine))) != NULL) {
			l->is_calling = job->kind == JOB_WEBHOOK;
			if (engine_turn(l->engine, job) == ENGINE_TURN_GO)
				fly(l, job);
		} else if (engine_due_ms(l->engine) != 0) {
			return;
		} else {
			engine_tick(l->engine);
		}
	}
}

static void pass(struct life *l, int64_t ms)
{
	while (ms > 0) {
		int64_t due = engine_due_ms(l->engine);
		int64_t step = due > 0 && due < ms ? due : ms;

		fakeclock_pass(&l->world.clock, step);
		engine_tick(l->engine);
		work(l);
		ms -= step;
	}
}

/* ---- what happens ---- */

static void on_decided(void *owner, void *tag)
{
	(void)owner;
	*(bool *)tag = true;
}

static struct event *event_of(struct life *l, const struct later *what, const char *ts)
{
	struct event *ev = event_new();
	bool is_change = what->kind == EVENT_EDIT || what->kind == EVENT_DELETE;

	ev->workspace = &l->world.workspace;
	ev->kind = what->kind;
	ev->type = STR("message");
	ev->team = STR("T1");
	ev->channel = str_keepf(&ev->arena, "C%d", what->channel);
	ev->channel_name = ev->channel;
	ev->channel_kind = CHANNEL_PUBLIC;
	ev->user.id = str_keepf(&ev->arena, "U%d", what->user);
	ev->user.handle = ev->user.name = str_keepf(&ev->arena, "p%d", what->user);
	ev->author = ev->user;
	ev->event_ts = str_keep(&ev->arena, str_from(ts));
	ev->ts = is_change ? str_keep(&ev->arena, str_from(what->about)) : ev->event_ts;
	if (!is_change && what->about[0] != '\0')
		ev->thread_ts = str_keep(&ev->arena, str_from(what->about));
	ev->text = ev->text_raw = ev->text_to_bot = str_keep(&ev->arena, str_from(what->text));
	ev->text_known = true;
	ev->key = str_keepf(&ev->arena, "%d:C%d:%s", (int)what->kind, what->channel, ts);
	return ev;
}

/* Slack sends again what was not acknowledged. */
static void tell(struct life *l, const struct later *what, const char *ts)
{
	bool stands = false;

	while (!stands) {
		engine_take(l->engine, event_of(l, what, ts), on_decided, l, &stands);
		work(l);
	}
}

static void plan(struct life *l, int64_t after_ms, const struct later *what)
{
	for (int i = 0; i < LATER_MAX; i++)
		if (l->later[i].at == 0) {
			l->later[i] = *what;
			l->later[i].at = wall(l) + after_ms;
			return;
		}
	abort();
}

__attribute__((format(printf, 2, 3))) static void write_text(struct later *what, const char *fmt,
							     ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(what->text, sizeof(what->text), fmt, args);
	va_end(args);
}

/* What people say, and what must come of it. */
static void something_happens(struct life *l)
{
	struct later what = { .kind = EVENT_MESSAGE,
			      .user = below(l, N_PEOPLE),
			      .channel = below(l, N_CHANNELS) };
	struct later then = what;
	static const char *const sides[] = { "heads", "tails", "edge" };
	int n = ++l->n_things, kind = below(l, 20), word = below(l, N_WORDS);
	char ts[40];

	snprintf(ts, sizeof(ts), "%lld.%06d", (long long)(wall(l) / 1000), ++l->n_ts % 1000000);
	snprintf(then.about, sizeof(then.about), "%s", ts);
	if (kind < 2) {
		write_text(&what, "hello all");
		if (!l->met[what.user])
			want(l, "C%d -: say welcome p%d", what.channel, what.user);
		l->met[what.user] = true;
	} else if (kind < 5) {
		write_text(&what, "w%d++", word);
		want(l, "C%d -: say w%d has %lld", what.channel, word, (long long)++l->karma[word]);
	} else if (kind < 6) {
		write_text(&what, "coin, please");
		want(l, "C%d -: say %s %lld", what.channel, sides[l->coins % 3],
		     (long long)l->coins + 1);
		l->coins++;
	} else if (kind < 8) {
		write_text(&what, "ALARM a%d", n);
		want(l, "C%d -: say a%d burns", what.channel, n);
		then = what;
		plan(l, ALARM_AGAIN_MS, &then);
	} else if (kind < 9) {
		write_text(&what, "remind %d", n);
		want(l, "C%d -: say will %d", what.channel, n);
		want(l, "C%d -: say now %d", what.channel, n);
	} else if (kind < 10) {
		write_text(&what, "nag %d", n);
		want(l, "C%d %s: reply noted %d", what.channel, ts, n);
		if (n % 2 == 0)
			want(l, "C%d %s: reply nobody %d", what.channel, ts, n);
		then.user = (what.user + 1) % N_PEOPLE;
		write_text(&then, "on it");
		if (n % 2 == 1)
			plan(l, REPLY_AFTER_MS, &then);
	} else if (kind < 11) {
		write_text(&what, "ticket %d", n);
		want(l, "C%d -: say taken %d", what.channel, n);
		if (n % 3 != 0)
			want(l, "C%d -: say open T-%d", what.channel, n);
		else
			want(l, "C%d -: say failed %d\nC%d -: say sorry %d", what.channel, n,
			     what.channel, n);
	} else if (kind < 12) {
		write_text(&what, "ask %d this", n);
		want(l, "C%d %s: reply asked %d this", what.channel, ts, n);
		want(l, "C%d -: edit asked %d that", what.channel, n);
		then.kind = EVENT_EDIT;
		write_text(&then, "ask %d that", n);
		plan(l, EDIT_AFTER_MS, &then);
	} else if (kind < 13) {
		write_text(&what, "look at that");
		want(l, "C%d %s: react eyes", what.channel, ts);
	} else if (kind < 14 && n % 5 == 0) {
		write_text(&what, "refuse this");
	} else {
		write_text(&what, "nothing of interest %d", n);
	}
	tell(l, &what, ts);
}

static void what_was_planned_happens(struct life *l)
{
	char ts[40];

	for (int i = 0; i < LATER_MAX; i++) {
		if (l->later[i].at == 0 || l->later[i].at > wall(l))
			continue;
		snprintf(ts, sizeof(ts), "%lld.%06d", (long long)(wall(l) / 1000),
			 ++l->n_ts % 1000000);
		tell(l, &l->later[i], ts);
		l->later[i].at = 0;
	}
}

/* ---- what was said, and what should have been ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A reaction that is there and a text that is the same already are no other when they come again. */
static bool may_come_again(const char *line)
{
	return strstr(line, ": react ") != NULL || strstr(line, ": edit ") != NULL;
}

static char **read_lines(FILE *f, size_t *n)
{
	char **lines = NULL, line[200];

	*n = 0;
	rewind(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		lines = mem_grow(lines, *n + 1, sizeof(lines[0]));
		lines[(*n)++] = mem_strdup(line);
	}
	qsort(lines, *n, sizeof(lines[0]), by_text);
	return lines;
}

static size_t compare(FILE *said_in, FILE *wanted_in)
{
	size_t n_said, n_wanted, i = 0, k = 0, n_wrong = 0;
	char **said = read_lines(said_in, &n_said), **wanted = read_lines(wanted_in, &n_wanted);

	while (i < n_said || k < n_wanted) {
		int order = i == n_said ? 1 : k == n_wanted ? -1 : strcmp(said[i], wanted[k]);

		if (order < 0 && i > 0 && strcmp(said[i], said[i - 1]) == 0 &&
		    may_come_again(said[i])) {
			i++;
			continue;
		}
		if (order != 0 && n_wrong++ < 20)
			printf("%s: %s", order < 0 ? "not wanted" : "missing",
			       order < 0 ? said[i] : wanted[k]);
		i += order <= 0;
		k += order >= 0;
	}
	for (i = 0; i < n_said; i++)
		free(said[i]);
	for (k = 0; k < n_wanted; k++)
		free(wanted[k]);
	free(said);
	free(wanted);
	return n_wrong;
}

/* ---- a life ---- */

static void begin(struct life *l, uint64_t seed, bool with_deaths)
{
	static const char *const webhooks[] = { "tickets", NULL };
	const struct ruleset_options options = { .zone = "UTC", .webhooks = webhooks };
	struct diag diag;

	l->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	l->dice = l->random ^ UINT64_C(0x5DEECE66D);
	l->dies = with_deaths;
	l->said = tmpfile();
	l->wanted = tmpfile();
	tmpdir_init(&l->folder);
	world_init(&l->world);
	diag_init(&diag);
	if (l->said == NULL || l->wanted == NULL ||
	    ruleset_load_text(&l->rules, str_from(rules_text), "days.ini", &options, &diag) != 0) {
		for (size_t i = 0; i < diag.n_entries; i++)
			printf("%u: %s\n", diag.entries[i].line, diag.entries[i].text);
		abort();
	}
	diag_deinit(&diag);
	give_birth(l);
}

static void end(struct life *l)
{
	bury(l);
	ruleset_unref(l->rules);
	tmpdir_deinit(&l->folder);
	fclose(l->said);
	fclose(l->wanted);
	free(l);
}

static void print_day(int day, const struct measure *m)
{
	if (day == 2 || day % 5 == 0)
		printf("day %3d: %ld kB of memory, %ld open files, %ld kB of store\n", day,
		       m->memory_kb, m->files, m->store_kb);
}

static bool live(uint64_t seed, int n_days, bool with_deaths)
{
	struct life *l = mem_zero(1, sizeof(*l));
	struct measure *days = mem_zero((size_t)n_days, sizeof(*days));
	size_t n_wrong;
	bool good;

	begin(l, seed, with_deaths);
	for (int day = 0; day < n_days; day++) {
		for (int64_t ms = 0; ms < DAY_MS; ms += EVERY_MS) {
			something_happens(l);
			what_was_planned_happens(l);
			pass(l, EVERY_MS);
		}
		days[day] = growth_measure(tmpdir_path(&l->folder));
		print_day(day + 1, &days[day]);
	}
	for (int64_t ms = 0; ms < (int64_t)AFTER_DAYS * DAY_MS; ms += EVERY_MS) {
		what_was_planned_happens(l);
		pass(l, EVERY_MS);
	}
	n_wrong = compare(l->said, l->wanted);
	printf("%d things happened, %d answers, %d deaths, %d answers found afterwards: %zu wrong, "
	       "%zu jobs and %zu waits left\n",
	       l->n_things, l->n_answers, l->n_deaths, l->n_found, n_wrong,
	       engine_unsettled(l->engine), engine_waiting(l->engine));
	good = n_wrong == 0 && engine_unsettled(l->engine) == 0 && engine_waiting(l->engine) == 0;
	good = growth_judge(days, n_days) && good;
	end(l);
	free(days);
	return good;
}

bool days_play(uint64_t seed, int n_days)
{
	bool good;

	printf("seed %llu, %d days without a death\n", (unsigned long long)seed, n_days);
	good = live(seed, n_days, false);
	printf("seed %llu, %d days with deaths\n", (unsigned long long)seed, n_days);
	return live(seed, n_days, true) && good;
}
