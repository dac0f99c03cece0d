/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "deliver/slack_request.h"
#include "lib/unit.h"

static void note(void *owner, const char *name, struct str value)
{
	buf_addf(owner, " %s=%.*s", name, STR_ARG(value));
}

/* A job with everything; each verb takes of it what it needs. */
static struct job *full(enum verb verb)
{
	struct job *job = job_new();

	job->verb = verb;
	job->channel = mem_strdup("C1");
	job->thread_ts = mem_strdup("1.1");
	job->ts = mem_strdup("1.2");
	job->body = mem_strdup("hi");
	job->blocks = mem_strdup("[]");
	return job;
}

static void check(struct job *take, const char *wanted, unsigned line)
{
	CLEANUP(job_freep) struct job *job = take;
	CLEANUP(buf_deinit) struct buf out = { 0 };
	const struct slack_request_sink sink = { &out, note };

	buf_init(&out, 0);
	buf_addz(&out, slack_request_method(job));
	slack_request_arguments(job, &sink);
	unit_str_is(buf_str(&out), wanted, __FILE__, line);
}

#define POST                                                                              \
	"chat.postMessage channel=C1 text=hi blocks=[] thread_ts=1.1 unfurl_links=false " \
	"unfurl_media=false"

static void test_every_verb_has_its_method(void)
{
	check(full(VERB_REPLY), POST, __LINE__);
	check(full(VERB_SAY), POST, __LINE__);
	check(full(VERB_DM), POST, __LINE__);
	check(full(VERB_POST), POST, __LINE__);
	check(full(VERB_REACT), "reactions.add channel=C1 timestamp=1.2 name=hi", __LINE__);
	check(full(VERB_UNREACT), "reactions.remove channel=C1 timestamp=1.2 name=hi", __LINE__);
	check(full(VERB_EDIT), "chat.update channel=C1 ts=1.2 text=hi blocks=[]", __LINE__);
	check(full(VERB_REMOVE), "chat.delete channel=C1 ts=1.2", __LINE__);
}

static void test_broadcast_and_unfurl(void)
{
	struct job *job = full(VERB_BROADCAST);

	job->broadcast = true;
	job->unfurl = true;
	check(job,
	      "chat.postMessage channel=C1 text=hi blocks=[] thread_ts=1.1 reply_broadcast=true "
	      "unfurl_links=true unfurl_media=true",
	      __LINE__);
}

static void test_what_one_person_sees_is_a_whisper(void)
{
	struct job *job = full(VERB_WHISPER);

	job->user = mem_strdup("U1");
	check(job, "chat.postEphemeral channel=C1 text=hi blocks=[] thread_ts=1.1 user=U1",
	      __LINE__);
	job = full(VERB_REPLY);
	job->user = mem_strdup("U1");
	check(job, "chat.postEphemeral channel=C1 text=hi blocks=[] thread_ts=1.1 user=U1",
	      __LINE__);
}

static void check_call(const char *body, const char *wanted, unsigned line)
{
	struct job *job = job_new();

	job->verb = VERB_CALL;
	job->channel = mem_strdup("");
	job->name = mem_strdup("pins.add");
	job->body = mem_strdup(body);
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

UNIT_MAIN("call", { "every verb has its method", test_every_verb_has_its_method },
	  { "broadcast and unfurl", test_broadcast_and_unfurl },
	  { "what one person sees is a whisper", test_what_one_person_sees_is_a_whisper },
	  { "a call gives its members", test_a_call_gives_its_members },
	  { "a call never names a token", test_a_call_never_names_a_token })
