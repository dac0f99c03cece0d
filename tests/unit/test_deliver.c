/* SPDX-License-Identifier: MIT */
/* The Web API is played by this file: it keeps the calls and answers when a case says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "deliver.h"
#include "lib/unit.h"
#include "store/memory.h"

/* ---- a Web API of our own ---- */

struct api_args {
	struct buf text;
};

struct api_call {
	void (*on_answer)(void *owner, const struct api_answer *answer);
	void *owner;
	bool cancelled;
	bool has_left;
};

static struct {
	struct api_call calls[8];
	char *texts[8];
	size_t n;
} fake;

struct api_args *api_args_new(void)
{
	struct api_args *args = mem_zero(1, sizeof(*args));

	buf_init(&args->text, 0);
	return args;
}

void api_arg(struct api_args *args, const char *name, struct str value)
{
	buf_addf(&args->text, " %s=%.*s", name, STR_ARG(value));
}

void api_arg_bool(struct api_args *args, const char *name, bool value)
{
	buf_addf(&args->text, " %s=%s", name, value ? "true" : "false");
}

struct api_call *api_call(struct api *api, const char *method, const struct secret *token,
			  struct str channel, struct api_args *take_args,
			  void (*on_answer)(void *owner, const struct api_answer *answer),
			  void *owner)
{
	struct buf text;

	(void)api;
	(void)token;
	buf_init(&text, 0);
	buf_addf(&text, "%s [%.*s]%.*s", method, STR_ARG(channel),
		 STR_ARG(buf_str(&take_args->text)));
	buf_deinit(&take_args->text);
	free(take_args);
	CU_ASSERT_FATAL(fake.n < ARRAY_LEN(fake.calls));
	fake.texts[fake.n] = buf_take(&text);
	fake.calls[fake.n] = (struct api_call){ .on_answer = on_answer, .owner = owner };
	return &fake.calls[fake.n++];
}

bool api_may_have_acted(const struct api_call *call)
{
	return call->has_left;
}

void api_cancel(struct api_call *call)
{
	call->cancelled = true;
}

static void answer(size_t n, enum api_outcome outcome, const char *sentence)
{
	const struct api_answer answer = { .outcome = outcome, .sentence = sentence };

	CU_ASSERT_FATAL(n < fake.n);
	fake.calls[n].on_answer(fake.calls[n].owner, &answer);
}

static void fake_reset(void)
{
	while (fake.n > 0)
		free(fake.texts[--fake.n]);
}

/* ---- a house ---- */

struct house {
	struct store *store;
	struct deliver *deliver;
	int fatal;
};

static void on_fatal(void *owner, const char *sentence)
{
	struct house *h = owner;

	CU_ASSERT_STRING_EQUAL(sentence, "the token was revoked");
	h->fatal++;
}

static void house_init(struct house *h)
{
	struct deliver_setup setup = { .clock = clock_system(), .owner = h, .on_fatal = on_fatal };

	log_set_level(LOG_ERROR);
	*h = (struct house){ .store = memory_new() };
	setup.store = h->store;
	h->deliver = deliver_new(&setup);
}

static void house_deinit(struct house *h)
{
	deliver_free(h->deliver);
	h->store->ops->free(h->store);
	fake_reset();
}

static void on_committed(void *owner, int r)
{
	(void)owner;
	(void)r;
}

static struct job *job_for(enum verb verb)
{
	struct job *job = job_new();

	job->verb = verb;
	job->channel = mem_strdup("C1");
	job->body = mem_strdup("hi");
	job->key = mem_strdup("k");
	job->rule = mem_strdup("r");
	job->rule_file = mem_strdup("f.ini");
	job->at = (struct place){ job->rule_file, 3 };
	return job;
}

static void send(struct house *h, struct job *job)
{
	h->store->ops->put(h->store, job);
	h->store->ops->commit(h->store, on_committed, NULL);
	deliver_run(h->deliver);
}

/* ---- cases ---- */

static void test_every_verb_becomes_its_call(void)
{
	struct house h;
	struct job *job;

	house_init(&h);
	job = job_for(VERB_REPLY);
	job->thread_ts = mem_strdup("1.1");
	send(&h, job);
	send(&h, job_for(VERB_SAY));
	job = job_for(VERB_WHISPER);
	job->user = mem_strdup("U1");
	send(&h, job);
	job = job_for(VERB_REACT);
	job->ts = mem_strdup("1.1");
	send(&h, job);
	CU_ASSERT_EQUAL_FATAL(fake.n, 4);
	CU_ASSERT_STRING_EQUAL(fake.texts[0],
			       "chat.postMessage [C1] channel=C1 text=hi thread_ts=1.1 "
			       "unfurl_links=false unfurl_media=false");
	CU_ASSERT_STRING_EQUAL(fake.texts[1],
			       "chat.postMessage [C1] channel=C1 text=hi unfurl_links=false "
			       "unfurl_media=false");
	CU_ASSERT_STRING_EQUAL(fake.texts[2], "chat.postEphemeral [C1] channel=C1 text=hi user=U1");
	CU_ASSERT_STRING_EQUAL(fake.texts[3],
			       "reactions.add [C1] channel=C1 timestamp=1.1 name=hi");
	for (size_t i = 0; i < 4; i++)
		answer(i, API_OK, NULL);
	CU_ASSERT_EQUAL(deliver_stats(h.deliver)->done, 4);
	CU_ASSERT_EQUAL(h.store->ops->unsettled(h.store), 0);
	house_deinit(&h);
}

static void test_a_job_is_sent_once(void)
{
	struct house h;

	house_init(&h);
	send(&h, job_for(VERB_SAY));
	deliver_run(h.deliver);
	deliver_run(h.deliver);
	CU_ASSERT_EQUAL(fake.n, 1);
	answer(0, API_OK, NULL);
	deliver_run(h.deliver);
	CU_ASSERT_EQUAL(fake.n, 1);
	house_deinit(&h);
}

static void test_unsure_is_not_sent_again(void)
{
	struct house h;

	house_init(&h);
	send(&h, job_for(VERB_SAY));
	answer(0, API_UNSURE, "no answer");
	deliver_run(h.deliver);
	CU_ASSERT_EQUAL(fake.n, 1);
	CU_ASSERT_EQUAL(deliver_stats(h.deliver)->unsure, 1);
	CU_ASSERT_EQUAL(h.store->ops->unsettled(h.store), 0);
	house_deinit(&h);
}

static void test_a_refusal_ends_the_job_and_a_dead_token_ends_us(void)
{
	struct house h;

	house_init(&h);
	send(&h, job_for(VERB_SAY));
	send(&h, job_for(VERB_SAY));
	answer(0, API_REFUSED, "channel_not_found");
	CU_ASSERT_EQUAL(h.fatal, 0);
	answer(1, API_FATAL, "the token was revoked");
	CU_ASSERT_EQUAL(h.fatal, 1);
	CU_ASSERT_EQUAL(deliver_stats(h.deliver)->dead, 2);
	house_deinit(&h);
}

static void test_what_is_under_way_at_the_end_is_cancelled(void)
{
	struct house h;

	house_init(&h);
	send(&h, job_for(VERB_SAY));
	send(&h, job_for(VERB_SAY));
	fake.calls[0].has_left = true;
	deliver_free(TAKE(h.deliver));
	CU_ASSERT_TRUE(fake.calls[0].cancelled);
	CU_ASSERT_TRUE(fake.calls[1].cancelled);
	CU_ASSERT_EQUAL(h.store->ops->unsettled(h.store), 1); /* the one that never left */
	house_deinit(&h);
}

UNIT_MAIN("deliver", { "every verb becomes its call", test_every_verb_becomes_its_call },
	  { "a job is sent once", test_a_job_is_sent_once },
	  { "unsure is not sent again", test_unsure_is_not_sent_again },
	  { "a refusal ends the job and a dead token ends us",
	    test_a_refusal_ends_the_job_and_a_dead_token_ends_us },
	  { "what is under way at the end is cancelled",
	    test_what_is_under_way_at_the_end_is_cancelled })
