/* SPDX-License-Identifier: MIT */
#include "deliver/guard.h"
#include "lib/unit.h"

static const char *refused_call(const char *args)
{
	CLEANUP(job_freep) struct job *job = job_new(JOB_CALL, "call");

	job->call.method = job_keep(job, STR("chat.postMessage"));
	job->call.args = job_keep(job, str_from(args));
	return guard_refuses(job);
}

static const char *refused_message(const char *text, const char *blocks)
{
	CLEANUP(job_freep) struct job *job = job_new(JOB_MESSAGE, "reply");

	job->message.text = job_keep(job, str_from(text));
	job->message.blocks = blocks != NULL ? job_keep(job, str_from(blocks)) : NULL;
	return guard_refuses(job);
}

static void test_calls_to_everyone_are_found(void)
{
	static const char *const bad[] = {
		"{\"text\":\"<!channel>\"}",
		"{\"text\":\"a <!HERE|x>\"}",
		"{\"text\":\"a <b <!everyone>\"}",
		"{\"text\":\"<!subteam^S1TEAM>\"}",
		"{\"text\":{\"type\":\"text\",\"text\":\"<!channel>\"}}",
		"{\"text\":{\"type\":\"plain_text\",\"url\":\"<!channel>\"}}",
		"{\"text\":[\"<!here>\"]}",
		"{\"markdown_text\":\"<!here>\"}",
		"{\"attachments\":[{\"type\":\"text\",\"text\":\"<!channel>\"}]}",
		"{\"attachments\":[{\"fields\":[{\"title\":\"x\",\"value\":\"<!here>\"}]}]}",
		"{\"attachments\":\"[{\\\"text\\\":\\\"\\\\u003c!here>\\\"}]\"}",
		"{\"link_names\":true}",
		"{\"link_names\":\"1\"}",
		"{\"link_names\":1}",
		"{\"parse\":\"full\"}",
		"{\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"<!here>\"}}]}",
		"{\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":\"text\",\"text\":\"<!here>\"}}]}",
		("{\"blocks\":[{\"type\":\"rich_text\",\"elements\":[{\"type\":\"rich_text_section\","
		 "\"elements\":[{\"type\":\"broadcast\",\"range\":\"here\"}]}]}]}"),
		"{\"blocks\":\"[{\\\"type\\\":\\\"broadcast\\\"}]\"}",
		"{\"view\":{\"blocks\":[{\"type\":\"usergroup\",\"usergroup_id\":\"S1\"}]}}",
		"{\"unfurls\":{\"https://x.example\":{\"text\":\"<!here>\"}}}",
		"{\"whatever\":{\"deep\":[[\"<!channel>\"]]}}",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (refused_call(bad[i]) == NULL)
			printf("\n  passed: %s", bad[i]);
		CU_ASSERT_PTR_NOT_NULL(refused_call(bad[i]));
	}
}

/* Nobody can stop a message by what he writes where it is shown as it is. */
static void test_what_notifies_nobody_passes(void)
{
	static const char *const good[] = {
		"{}",
		"{\"text\":\"&lt;!channel&gt; <@U1> <!date^1^x|y>\"}",
		"{\"link_names\":false,\"parse\":\"none\"}",
		"{\"link_names\":\"0\"}",
		"{\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"<!here>\"}}]}",
		("{\"blocks\":[{\"type\":\"rich_text\",\"elements\":[{\"type\":\"rich_text_section\","
		 "\"elements\":[{\"type\":\"text\",\"text\":\"<!here>\"}]}]}]}"),
		"{\"text\":\"{\\\"type\\\": \\\"broadcast\\\"}\"}",
		"{\"attachments\":[{\"text\":\"{\\\"type\\\": \\\"broadcast\\\"}\"}]}",
	};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (refused_call(good[i]) != NULL)
			printf("\n  refused: %s", good[i]);
		CU_ASSERT_PTR_NULL(refused_call(good[i]));
	}
}

static void test_messages(void)
{
	CU_ASSERT_PTR_NULL(refused_message("<!subteam^S1> hi", "[]"));
	CU_ASSERT_PTR_NOT_NULL(refused_message("<!channel> hi", NULL));
	CU_ASSERT_PTR_NOT_NULL(refused_message("hi", "[{\"type\":\"broadcast\"}]"));
}

UNIT_MAIN("guard", { "calls to everyone are found", test_calls_to_everyone_are_found },
	  { "what notifies nobody passes", test_what_notifies_nobody_passes },
	  { "messages", test_messages })
