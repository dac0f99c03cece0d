/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "base/json.h"
#include "lib/unit.h"
#include "model/job.h"

/* ---- jobs with all that they can have ---- */

static struct job *with_head(enum job_kind kind, const char *verb)
{
	struct job *job = job_new(kind, verb);

	job->id = 9007199254740993; /* more than a double counts to */
	job->state = JOB_IN_FLIGHT;
	job->rule = job_keep(job, STR("hello"));
	job->file = job_keep(job, STR("rules/a.ini"));
	job->line = 4294967295;
	job->key = job_keep(job, STR("m:T1:C1:1.1/hello/0"));
	job->channel = job_keep(job, STR("#général"));
	job->run = 12;
	job->cause_ts = job_keep(job, STR("1767787200.000100"));
	job->attempts = 3;
	job->late_ms = 1767788100000;
	return job;
}

static struct job *full(enum job_kind kind)
{
	static const char *const verbs[] = { "whisper", "unreact", "edit", "call", "webhook" };
	struct job *job = with_head(kind, verbs[kind]);

	switch (kind) {
	case JOB_MESSAGE:
		job->message.text = job_keep(job,
					     STR("a \"b\"\n\t\\ \x01 <@U1> ü\xF0\x9F\x98\x80"));
		job->message.blocks = job_keep(job, STR("[{\"type\":\"divider\"}]"));
		job->message.thread_ts = job_keep(job, STR("1.1"));
		job->message.user = job_keep(job, STR("U1"));
		job->message.response_url = job_keep(job, STR("https://hooks.example/1"));
		job->message.broadcast = true;
		job->message.unfurl = true;
		break;
	case JOB_REACTION:
		job->reaction.ts = job_keep(job, STR("1.2"));
		job->reaction.emoji = job_keep(job, STR("+1"));
		job->reaction.away = true;
		break;
	case JOB_CHANGE:
		job->change.ts = job_keep(job, STR("1.3"));
		job->change.text = job_keep(job, STR(""));
		job->change.blocks = job_keep(job, STR("[]"));
		break;
	case JOB_CALL:
		job->call.method = job_keep(job, STR("pins.add"));
		job->call.args = job_keep(job, STR("{\"channel\":\"C1\"}"));
		break;
	case JOB_WEBHOOK:
		job->webhook.name = job_keep(job, STR("tickets"));
		job->webhook.body = job_keep(job, STR("{\"a\":1}"));
		break;
	case N_JOB_KINDS:
		break;
	}
	return job;
}

/* The least that a line of that kind says. */
static struct job *bare(enum job_kind kind)
{
	struct job *job = full(kind);

	job->cause_ts = NULL;
	job->late_ms = 0;
	switch (kind) {
	case JOB_MESSAGE:
		job->message.blocks = NULL;
		job->message.thread_ts = NULL;
		job->message.user = NULL;
		job->message.response_url = NULL;
		job->message.broadcast = job->message.unfurl = false;
		break;
	case JOB_REACTION:
		job->reaction.away = false;
		break;
	case JOB_CHANGE:
		job->change.text = NULL;
		job->change.blocks = NULL;
		break;
	case JOB_CALL:
	case JOB_WEBHOOK:
	case N_JOB_KINDS:
		break;
	}
	return job;
}

/* ---- comparing ---- */

static void same_text(const char *seen, const char *wanted)
{
	CU_ASSERT_EQUAL(seen == NULL, wanted == NULL);
	if (seen != NULL && wanted != NULL)
		CU_ASSERT_STRING_EQUAL(seen, wanted);
}

static void same_body(const struct job *seen, const struct job *wanted)
{
	switch (wanted->kind) {
	case JOB_MESSAGE:
		same_text(seen->message.text, wanted->message.text);
		same_text(seen->message.blocks, wanted->message.blocks);
		same_text(seen->message.thread_ts, wanted->message.thread_ts);
		same_text(seen->message.user, wanted->message.user);
		same_text(seen->message.response_url, wanted->message.response_url);
		CU_ASSERT_EQUAL(seen->message.broadcast, wanted->message.broadcast);
		CU_ASSERT_EQUAL(seen->message.unfurl, wanted->message.unfurl);
		break;
	case JOB_REACTION:
		same_text(seen->reaction.ts, wanted->reaction.ts);
		same_text(seen->reaction.emoji, wanted->reaction.emoji);
		CU_ASSERT_EQUAL(seen->reaction.away, wanted->reaction.away);
		break;
	case JOB_CHANGE:
		same_text(seen->change.ts, wanted->change.ts);
		same_text(seen->change.text, wanted->change.text);
		same_text(seen->change.blocks, wanted->change.blocks);
		break;
	case JOB_CALL:
		same_text(seen->call.method, wanted->call.method);
		same_text(seen->call.args, wanted->call.args);
		break;
	case JOB_WEBHOOK:
		same_text(seen->webhook.name, wanted->webhook.name);
		same_text(seen->webhook.body, wanted->webhook.body);
		break;
	case N_JOB_KINDS:
		break;
	}
}

static void same_job(const struct job *seen, const struct job *wanted)
{
	CU_ASSERT_EQUAL(seen->id, wanted->id);
	CU_ASSERT_EQUAL_FATAL(seen->kind, wanted->kind);
	CU_ASSERT_EQUAL(seen->state, wanted->state);
	same_text(seen->verb, wanted->verb);
	same_text(seen->rule, wanted->rule);
	same_text(seen->file, wanted->file);
	CU_ASSERT_EQUAL(seen->line, wanted->line);
	same_text(seen->key, wanted->key);
	same_text(seen->channel, wanted->channel);
	CU_ASSERT_EQUAL(seen->run, wanted->run);
	same_text(seen->cause_ts, wanted->cause_ts);
	CU_ASSERT_EQUAL(seen->attempts, wanted->attempts);
	CU_ASSERT_EQUAL(seen->late_ms, wanted->late_ms);
	CU_ASSERT_PTR_NULL(seen->workspace);
	CU_ASSERT_EQUAL(seen->caused.ns, 0);
	CU_ASSERT_TRUE(list_is_empty(&seen->link));
	same_body(seen, wanted);
}

static void goes_round(struct job *take)
{
	CLEANUP(job_freep) struct job *job = take;
	CLEANUP(job_freep) struct job *read = NULL;
	CLEANUP(buf_deinit) struct buf line = { 0 };
	CLEANUP(buf_deinit) struct buf again = { 0 };

	job_write(job, true, &line);
	CU_ASSERT_TRUE(str_find_char(buf_str(&line), '\n') == SIZE_MAX);
	CU_ASSERT_EQUAL_FATAL(job_read(&read, buf_str(&line)), 0);
	same_job(read, job);
	job_write(read, true, &again);
	CU_ASSERT_TRUE(str_eq(buf_str(&again), buf_str(&line)));
}

static void test_every_kind_goes_round(void)
{
	for (int kind = 0; kind < N_JOB_KINDS; kind++) {
		goes_round(full((enum job_kind)kind));
		goes_round(bare((enum job_kind)kind));
	}
}

static void test_every_state_goes_round(void)
{
	for (int state = 0; state < N_JOB_STATES; state++) {
		struct job *job = bare(JOB_REACTION);

		job->state = (enum job_state)state;
		goes_round(job);
	}
}

static void test_what_a_line_looks_like(void)
{
	CLEANUP(job_freep) struct job *job = full(JOB_REACTION);
	CLEANUP(buf_deinit) struct buf line = { 0 };

	job_write(job, true, &line);
	ASSERT_STR(buf_str(&line),
		   "{\"kind\":\"reaction\",\"state\":\"in flight\",\"id\":9007199254740993,"
		   "\"verb\":\"unreact\",\"rule\":\"hello\",\"file\":\"rules/a.ini\","
		   "\"line\":4294967295,\"key\":\"m:T1:C1:1.1/hello/0\",\"channel\":\"#général\","
		   "\"run\":12,\"cause\":\"1767787200.000100\",\"attempts\":3,"
		   "\"late\":1767788100000,\"ts\":\"1.2\",\"emoji\":\"+1\",\"away\":true}");
}

static void test_what_it_says(void)
{
	static const char *const bodies[] = { NULL, "+1", "", "{\"channel\":\"C1\"}", "{\"a\":1}" };

	for (int kind = JOB_REACTION; kind < N_JOB_KINDS; kind++) {
		CLEANUP(job_freep) struct job *job = full((enum job_kind)kind);

		CU_ASSERT_STRING_EQUAL(job_body(job), bodies[kind]);
	}
}

/* ---- lines that are none ---- */

static bool is_refused(struct str line)
{
	CLEANUP(job_freep) struct job *job = NULL;

	return job_read(&job, line) == JOB_MALFORMED && job == NULL;
}

static void test_what_is_no_line_is_refused(void)
{
	static const char *const lines[] = {
		"", "null", "[]", "7", "\"job\"", "{}", "{\"kind\":\"message\"}", "{\"kind\":",
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		CU_ASSERT_TRUE(is_refused(str_from(lines[i])));
}

/* A line without its end is none, wherever it ends. */
static void test_every_cut_is_refused(void)
{
	for (int kind = 0; kind < N_JOB_KINDS; kind++) {
		CLEANUP(job_freep) struct job *job = full((enum job_kind)kind);
		CLEANUP(buf_deinit) struct buf line = { 0 };

		job_write(job, true, &line);
		for (size_t n = 0; n < line.len; n++)
			CU_ASSERT_TRUE(is_refused(str_make(line.p, n)));
	}
}

/* Each member of the line in turn is something else, and then missing. */
static void check_members(const struct job *job)
{
	static const char *const others[] = {
		"null",		 "[]",	"{\"a\":1}", "1.5", "-1", "true", "99999999999999999999",
		"\"a\\u0000b\"", "\"\""
	};
	CLEANUP(buf_deinit) struct buf line = { 0 };
	CLEANUP(json_freep) struct json *whole = NULL;
	struct json *value;
	struct str name;
	size_t at = 0;

	job_write(job, true, &line);
	CU_ASSERT_EQUAL_FATAL(json_parse(&whole, buf_str(&line), NULL), 0);
	while (json_member(whole, &at, &name, &value)) {
		for (size_t i = 0; i < ARRAY_LEN(others); i++) {
			CLEANUP(json_freep) struct json *spoiled = json_copy(whole);
			CLEANUP(job_freep) struct job *read = NULL;
			CLEANUP(mem_freep) char *member = str_dup(name);
			CLEANUP(buf_deinit) struct buf text = { 0 };
			struct json *other = NULL;

			CU_ASSERT_EQUAL_FATAL(json_parse(&other, str_from(others[i]), NULL), 0);
			json_set(spoiled, member, other);
			json_print(spoiled, &text);
			if (job_read(&read, buf_str(&text)) != 0)
				continue;
			/* Only where it may be so, or may be absent. */
			CU_ASSERT_TRUE(json_kind(value) == JSON_STRING ? i == 0 || i == 8 :
				       json_kind(value) == JSON_BOOL   ? i == 0 || i == 5 :
				       str_is(name, "late")	       ? i == 0 :
									 false);
		}
	}
}

static void test_every_member_may_be_hostile(void)
{
	for (int kind = 0; kind < N_JOB_KINDS; kind++) {
		CLEANUP(job_freep) struct job *job = full((enum job_kind)kind);

		check_members(job);
	}
}

static void test_what_must_be_there(void)
{
	static const char *const lines[] = {
		/* no text, no ts, no emoji, no method, no args, no name, no body, no rule */
		"\"kind\":\"message\",\"rule\":\"r\"",
		"\"kind\":\"reaction\",\"emoji\":\"x\",\"rule\":\"r\"",
		"\"kind\":\"reaction\",\"ts\":\"1.1\",\"rule\":\"r\"",
		"\"kind\":\"change\",\"text\":\"x\",\"rule\":\"r\"",
		"\"kind\":\"call\",\"args\":\"{}\",\"rule\":\"r\"",
		"\"kind\":\"call\",\"method\":\"a.b\",\"rule\":\"r\"",
		"\"kind\":\"webhook\",\"body\":\"{}\",\"rule\":\"r\"",
		"\"kind\":\"webhook\",\"name\":\"x\",\"rule\":\"r\"",
		"\"kind\":\"message\",\"text\":\"x\"",
		"\"kind\":\"shout\",\"text\":\"x\",\"rule\":\"r\"",
	};
	CLEANUP(job_freep) struct job *job = NULL;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		CLEANUP(buf_deinit) struct buf line = { 0 };

		buf_addf(
			&line,
			"{%s,\"state\":\"pending\",\"id\":1,\"verb\":\"v\",\"file\":\"f\",\"line\":1,"
			"\"key\":\"k\",\"channel\":\"\",\"run\":0,\"attempts\":0}",
			lines[i]);
		CU_ASSERT_TRUE(is_refused(buf_str(&line)));
	}
	/* What a later program may add is passed over. */
	CU_ASSERT_EQUAL(job_read(&job, STR("{\"kind\":\"message\",\"text\":\"x\",\"rule\":\"r\","
					   "\"state\":\"pending\",\"id\":1,\"verb\":\"v\","
					   "\"file\":\"f\",\"line\":1,\"key\":\"k\","
					   "\"channel\":\"\",\"run\":0,\"attempts\":0,"
					   "\"colour\":[1]}")),
			0);
}

UNIT_MAIN("job", { "every kind goes round", test_every_kind_goes_round },
	  { "every state goes round", test_every_state_goes_round },
	  { "what a line looks like", test_what_a_line_looks_like },
	  { "what it says", test_what_it_says },
	  { "what is no line is refused", test_what_is_no_line_is_refused },
	  { "every cut is refused", test_every_cut_is_refused },
	  { "every member may be hostile", test_every_member_may_be_hostile },
	  { "what must be there", test_what_must_be_there })
