/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "deliver/deliver.h"
#include "lib/unit.h"
#include "slack/method_check.h"

static void note(void *owner, const char *name, struct str value)
{
	buf_addf(owner, " %s=%.*s", name, STR_ARG(value));
}

static struct job *job_in_c1(enum job_kind kind, const char *verb)
{
	struct job *job = job_new(kind, verb);

	job->channel = job_keep(job, STR("C1"));
	return job;
}

static struct job *a_message(const char *verb)
{
	struct job *job = job_in_c1(JOB_MESSAGE, verb);

	job->message.thread_ts = job_keep(job, STR("1.1"));
	job->message.text = job_keep(job, STR("hi"));
	job->message.blocks = job_keep(job, STR("[]"));
	return job;
}

static struct job *a_reaction(bool away)
{
	struct job *job = job_in_c1(JOB_REACTION, away ? "unreact" : "react");

	job->reaction.ts = job_keep(job, STR("1.2"));
	job->reaction.emoji = job_keep(job, STR("hi"));
	job->reaction.away = away;
	return job;
}

static struct job *a_change(const char *text)
{
	struct job *job = job_in_c1(JOB_CHANGE, text != NULL ? "edit" : "remove");

	job->change.ts = job_keep(job, STR("1.2"));
	job->change.text = text != NULL ? job_keep(job, str_from(text)) : NULL;
	job->change.blocks = text != NULL ? job_keep(job, STR("[]")) : NULL;
	return job;
}

static void note_member(void *owner, const char *name, struct str value)
{
	json_set_str(owner, name, value);
}

/* The table of methods knows every argument that we give, and misses none. */
static void check_known(const struct job *job)
{
	CLEANUP(json_freep) struct json *args = json_new_object();
	const struct slack_request_sink sink = { args, note_member };
	const char *method = slack_request(job, &sink);
	struct diag diag;

	diag_init(&diag);
	CU_ASSERT_TRUE(method_check(str_from(method), args, (struct place){ 0 }, &diag));
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	diag_deinit(&diag);
}

static void check(struct job *take, const char *wanted, unsigned line)
{
	CLEANUP(job_freep) struct job *job = take;
	CLEANUP(buf_deinit) struct buf arguments = { 0 };
	CLEANUP(buf_deinit) struct buf out = { 0 };
	const struct slack_request_sink sink = { &arguments, note };

	buf_addz(&out, slack_request(job, &sink));
	buf_add(&out, buf_str(&arguments));
	unit_str_is(buf_str(&out), wanted, __FILE__, line);
	if (job->kind != JOB_CALL)
		check_known(job);
}

#define POST                                                                              \
	"chat.postMessage channel=C1 text=hi blocks=[] thread_ts=1.1 unfurl_links=false " \
	"unfurl_media=false"

static void test_every_job_has_its_method(void)
{
	check(a_message("reply"), POST, __LINE__);
	check(a_reaction(false), "reactions.add channel=C1 timestamp=1.2 name=hi", __LINE__);
	check(a_reaction(true), "reactions.remove channel=C1 timestamp=1.2 name=hi", __LINE__);
	check(a_change("hi"), "chat.update channel=C1 ts=1.2 text=hi blocks=[]", __LINE__);
	check(a_change(NULL), "chat.delete channel=C1 ts=1.2", __LINE__);
}

static void test_broadcast_and_unfurl(void)
{
	struct job *job = a_message("broadcast");

	job->message.broadcast = true;
	job->message.unfurl = true;
	check(job,
	      "chat.postMessage channel=C1 text=hi blocks=[] thread_ts=1.1 reply_broadcast=true "
	      "unfurl_links=true unfurl_media=true",
	      __LINE__);
}

static void test_what_one_person_sees_is_a_whisper(void)
{
	struct job *job = a_message("whisper");

	job->message.user = job_keep(job, STR("U1"));
	check(job, "chat.postEphemeral channel=C1 text=hi blocks=[] thread_ts=1.1 user=U1",
	      __LINE__);
	job = a_message("reply");
	job->message.user = job_keep(job, STR("U1"));
	check(job, "chat.postEphemeral channel=C1 text=hi blocks=[] thread_ts=1.1 user=U1",
	      __LINE__);
}

static void check_call(const char *body, const char *wanted, unsigned line)
{
	struct job *job = job_new(JOB_CALL, "call");

	job->call.method = job_keep(job, STR("pins.add"));
	job->call.args = job_keep(job, str_from(body));
	check(job, wanted, line);
}

static void test_a_call_gives_its_members(void)
{
	check_call(
		"{\"channel\":\"C1\",\"n\":7,\"yes\":true,\"no\":null,\"list\":[1,{\"a\":\"b\"}],\"t\":\"a&b\"}",
		"pins.add channel=C1 n=7 yes=true list=[1,{\"a\":\"b\"}] t=a&b", __LINE__);
	check_call("{}", "pins.add", __LINE__);
}

static void test_a_call_never_names_a_token(void)
{
	check_call("{\"token\":\"xoxb-1\",\"a\":\"b\"}", "pins.add a=b", __LINE__);
}

UNIT_MAIN("call", { "every job has its method", test_every_job_has_its_method },
	  { "broadcast and unfurl", test_broadcast_and_unfurl },
	  { "what one person sees is a whisper", test_what_one_person_sees_is_a_whisper },
	  { "a call gives its members", test_a_call_gives_its_members },
	  { "a call never names a token", test_a_call_never_names_a_token })
