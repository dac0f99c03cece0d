/* SPDX-License-Identifier: MIT */
/*
 * Rows of the store, each with the sign 0x1E behind it: the table, the key and the value, with a tabulator between; a
 * fingerprint of 0 is that of the rule. Whatever they say, the engine begins, goes on with what makes sense, and stops;
 * what it reads it writes again as it was.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/inner.h"
#include "lib/fakeclock.h"
#include "lib/journal.h"
#include "model/event_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_USED = 16384, ROW_END = 0x1E, ROWS_MAX = 64, STEPS_MAX = 1000, HOURS = 60 };

static const char rules[] =
	"[rule hello]\nmatch = ^hi (?<who>.*)$\nlimit = 2 per user per 1h\nset n[{who}] = {who}\n"
	"reply = Hi {who}! | Hello {user.name}! | {n[{who}]}\nwait = 10m unless answered or reacted\n"
	"react = eyes\ncall chat.meMessage = {\"channel\": \"C1\", \"text\": \"{n[{who}]}\"}\n"
	"whisper = {result} {count}\non error dm = {error}\n"
	"[rule noon]\non = cron 0 12 * * *\npost #general = noon {count}\n";

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- there and back ---- */

static void check_job(struct str line)
{
	CLEANUP(buf_deinit) struct buf first = { 0 };
	CLEANUP(buf_deinit) struct buf again = { 0 };
	struct job *job = NULL;

	if (job_read(&job, line) != 0)
		return;
	job_write(job, true, &first);
	job_free(job);
	must(job_read(&job, buf_str(&first)) == 0);
	job_write(job, true, &again);
	must(str_eq(buf_str(&first), buf_str(&again)));
	buf_clear(&again);
	job_write(job, false, &again);
	must(str_find(buf_str(&again), "hooks.slack.com") == SIZE_MAX ||
	     str_find(buf_str(&again), "response_url") == SIZE_MAX);
	job_free(job);
}

static void check_run(struct str line)
{
	CLEANUP(buf_deinit) struct buf first = { 0 };
	CLEANUP(buf_deinit) struct buf again = { 0 };
	struct run *run = NULL;

	if (run_read(&run, line) != 0)
		return;
	run_write(run, &first);
	run_free(run);
	must(run_read(&run, buf_str(&first)) == 0);
	run_write(run, &again);
	must(str_eq(buf_str(&first), buf_str(&again)));
	run_free(run);
}

static void check_event(struct str line)
{
	CLEANUP(buf_deinit) struct buf first = { 0 };
	CLEANUP(buf_deinit) struct buf again = { 0 };
	struct event *ev = NULL;

	if (event_read(&ev, line) != 0)
		return;
	event_write(ev, &first);
	event_free(ev);
	must(event_read(&ev, buf_str(&first)) == 0);
	event_write(ev, &again);
	must(str_eq(buf_str(&first), buf_str(&again)));
	event_free(ev);
}

/* ---- a start ---- */

static bool find(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	(void)w;
	*id = sigil == '#' ? STR("C1") : STR("U1");
	return str_is(name, "general") || str_is(name, "ana");
}

static bool person(const struct workspace *w, struct str id, struct person *out)
{
	(void)w;
	*out = (struct person){ .id = id, .handle = id, .name = id, .email = id };
	return id.len > 0;
}

static bool channel(const struct workspace *w, struct str id, struct str *name)
{
	(void)w;
	*name = id;
	return id.len > 0;
}

static size_t choose(const struct workspace *w, size_t n)
{
	(void)w;
	return n - 1;
}

static enum tristate is_user(const struct workspace *w, struct str name, const struct person *who)
{
	(void)w;
	(void)name;
	(void)who;
	return TRISTATE_NO;
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *who)
{
	(void)w;
	(void)id;
	(void)who;
	return TRISTATE_UNKNOWN;
}

static const struct resolver resolver = { is_user, in_group, find, person, channel, choose };
static const struct workspace workspace = { .name = "main",
					    .me = { .team_id = (char *)"T1",
						    .team_url = (char *)"https://a.slack.com/",
						    .user_id = (char *)"UBOT" },
					    .resolver = &resolver };

static void on_committed(void *owner, bool stands)
{
	(void)owner;
	must(stands);
}

/* Rules change their fingerprints when the language grows; the runs of the corpus go on all the same. */
static void put_known(struct buf *out, struct str line, const struct ruleset *set)
{
	const struct rule *rule = ruleset_rule(set, 0);
	size_t at = str_find(line, "\"fingerprint\":0,");

	buf_add(out, str_sub(line, 0, at));
	if (at != SIZE_MAX)
		buf_addf(out, "\"fingerprint\":%" PRId64 "%.*s", (int64_t)rule->fingerprint,
			 STR_ARG(str_sub(line, at + strlen("\"fingerprint\":0"), line.len)));
}

static void put_row(struct batch *batch, struct str line, const struct ruleset *set)
{
	CLEANUP(buf_deinit) struct buf known = { 0 };
	struct str table, key;
	enum store_table which;

	if (!str_cut(&line, '\t', &table) || !str_cut(&line, '\t', &key) || line.p == NULL ||
	    !store_table_named(table, &which))
		return;
	put_known(&known, line, set);
	line = buf_str(&known);
	batch_put(batch, which, key, line);
	check_job(line);
	check_run(line);
	check_event(line);
}

static void put_rows(struct store *store, struct str text, const struct ruleset *set)
{
	struct batch batch;
	struct str line;

	batch_init(&batch);
	while (batch.n < ROWS_MAX && str_cut(&text, ROW_END, &line))
		put_row(&batch, line, set);
	store->ops->commit(store, STR("T1"), &batch, on_committed, NULL);
	store->ops->wait(store);
	batch_clear(&batch);
}

static struct ruleset *load_rules(void)
{
	const struct ruleset_options options = { .calls = "*", .zone = "UTC" };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct ruleset *set = NULL;

	must(ruleset_load_text(&set, str_from(rules), "rows.ini", &options, &diag) == 0);
	return set;
}

/* ---- going on ---- */

static void settle(struct engine *e, struct job *job, size_t n)
{
	const struct outcome outcome = { .kind = n % 5 == 4 ? OUTCOME_UNKNOWN :
						 n % 3 == 2 ? OUTCOME_REFUSED :
							      OUTCOME_DONE,
					 .sentence = "why",
					 .channel = STR("C1"),
					 .ts = STR("1800000000.000001") };

	must(job->kind >= JOB_MESSAGE && job->kind < N_JOB_KINDS);
	must(job->verb != NULL && job->rule != NULL && job->key != NULL && job->channel != NULL);
	engine_settled(e, job, &outcome);
}

static void probe(struct engine *e, struct job *job, size_t n)
{
	const struct outcome outcome = { .kind = n % 2 == 0 ? OUTCOME_DONE : OUTCOME_REFUSED,
					 .sentence = "",
					 .channel = STR("C1"),
					 .ts = STR("1800000000.000002") };

	engine_probed(e, job, &outcome);
}

/* One thing that is to be done; false: nothing is. */
static bool step(struct engine *e, struct store *store, const struct fakeclock *clock, size_t n)
{
	struct outbox *outbox = engine_outbox(e);
	struct job *job;

	engine_tick(e);
	engine_commit(e);
	while (journal_answer(store))
		;
	if ((job = outbox_ready(outbox)) != NULL)
		settle(e, job, n);
	else if ((job = outbox_probe(outbox, clock_mono(&clock->clock))) != NULL)
		probe(e, job, n);
	else if ((job = outbox_lease(outbox)) == NULL)
		return false;
	else if (engine_turn(e, job) == ENGINE_TURN_GO)
		settle(e, job, n);
	return true;
}

static struct event *message(unsigned n)
{
	struct event *ev = event_new();

	ev->kind = EVENT_MESSAGE;
	ev->workspace = &workspace;
	ev->type = STR("message");
	ev->channel = STR("C1");
	ev->channel_name = STR("general");
	ev->channel_kind = CHANNEL_PUBLIC;
	ev->user = (struct person){ .id = STR("U1"), .handle = STR("ana"), .name = STR("Ana") };
	ev->author = ev->user;
	ev->text = ev->text_to_bot = ev->text_raw = STR("hi x");
	ev->text_known = true;
	ev->ts = ev->event_ts = str_keepf(&ev->arena, "1700000000.%06u", n);
	ev->key = str_keepf(&ev->arena, "m:T1:C1:%.*s", STR_ARG(ev->ts));
	ev->event_id = STR_EMPTY;
	ev->time = (struct wall){ 1700000000000 };
	return ev;
}

static void go_on(struct engine *e, struct store *store, struct fakeclock *clock)
{
	size_t n = 0;

	for (unsigned i = 0; i < 3; i++)
		engine_take(e, message(i), NULL, NULL, NULL);
	for (int hour = 0; hour < HOURS; hour++) {
		while (n < STEPS_MAX && step(e, store, clock, n))
			n++;
		must(engine_due_ms(e) >= -1);
		fakeclock_pass(clock, 3600000);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct store *store;
	struct ruleset *set;
	struct fakeclock clock;
	struct engine *e;

	if (size > SIZE_USED || !utf8_valid(text))
		return 0;
	log_set_level(LOG_ERROR);
	fakeclock_init(&clock);
	store = journal_new();
	set = load_rules();
	put_rows(store, text, set);
	e = engine_new(&(struct engine_setup){
		.store = store, .clock = &clock.clock, .workspace = &workspace });
	engine_set_rules(e, set);
	must(engine_load(e) == 0);
	go_on(e, store, &clock);
	engine_finish(e);
	engine_free(e);
	ruleset_unref(set);
	store->ops->close(store);
	return 0;
}
