/* SPDX-License-Identifier: MIT */
#include "deliver/receipt.h"

#include <string.h>
#include "base/mem.h"
#include "lib/unit.h"

static char key_text[] = "0123456789-secret";
static const struct secret key_of_store = { key_text };
static char user[] = "U1", bot[] = "B1";
static const struct identity me = { .user_id = user, .bot_id = bot };

static struct job *job_about(const char *channel, const char *key)
{
	struct job *job = job_new(JOB_MESSAGE, "reply");

	job->channel = job_keep(job, str_from(channel));
	job->key = job_keep(job, str_from(key));
	return job;
}

static void receipt_for(char out[RECEIPT_SIZE], const char *channel, const char *key)
{
	struct job *job = job_about(channel, key);

	receipt_of(out, &key_of_store, job);
	job_free(job);
}

static void test_it_follows_from_what_is_answered(void)
{
	char a[RECEIPT_SIZE], b[RECEIPT_SIZE];

	receipt_for(a, "C1", "m:T1:C1:1.1/hello/0");
	CU_ASSERT_EQUAL(strlen(a), RECEIPT_SIZE - 1);
	receipt_for(b, "C1", "m:T1:C1:1.1/hello/0");
	CU_ASSERT_STRING_EQUAL(a, b);
	receipt_for(b, "C2", "m:T1:C1:1.1/hello/0");
	CU_ASSERT_STRING_NOT_EQUAL(a, b);
	receipt_for(b, "C1", "m:T1:C1:1.1/hello/1");
	CU_ASSERT_STRING_NOT_EQUAL(a, b);
	key_text[14] = 'x';
	receipt_for(b, "C1", "m:T1:C1:1.1/hello/0");
	key_text[14] = 'r';
	CU_ASSERT_STRING_NOT_EQUAL(a, b);
}

static bool is_on(const char *bot_id, const char *user_id, const char *metadata,
		  const char *receipt)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(json_freep) struct json *message = NULL;

	buf_addf(&text, "{\"bot_id\":\"%s\",\"user\":\"%s\",\"metadata\":%s}", bot_id, user_id,
		 metadata);
	CU_ASSERT_EQUAL_FATAL(json_parse(&message, buf_str(&text), NULL), 0);
	return receipt_is_on(message, receipt, &me);
}

static void test_it_is_known_again_on_our_own_messages_alone(void)
{
	CLEANUP(buf_deinit) struct buf metadata = { 0 };
	CLEANUP(mem_freep) char *text = NULL;
	struct job *job = job_about("C1", "a");
	char receipt[RECEIPT_SIZE], other[RECEIPT_SIZE];

	receipt_for(receipt, "C1", "a");
	receipt_for(other, "C1", "b");
	receipt_metadata(&key_of_store, job, &metadata);
	job_free(job);
	text = buf_take(&metadata);
	CU_ASSERT_TRUE(is_on("B1", "", text, receipt));
	CU_ASSERT_TRUE(is_on("", "U1", text, receipt));
	CU_ASSERT_FALSE(is_on("B2", "U2", text, receipt)); /* who copied it */
	CU_ASSERT_FALSE(is_on("", "", text, receipt));
	CU_ASSERT_FALSE(is_on("B1", "U1", text, other));
	CU_ASSERT_FALSE(is_on("B1", "U1", "{\"event_type\":\"retort_reply\"}", receipt));
	CU_ASSERT_FALSE(is_on("B1", "U1", "null", receipt));
}

UNIT_MAIN("receipt", { "it follows from what is answered", test_it_follows_from_what_is_answered },
	  { "it is known again on our own messages alone",
	    test_it_is_known_again_on_our_own_messages_alone })
