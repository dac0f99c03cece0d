/* SPDX-License-Identifier: MIT */
/* The Web API, webhooks and the addresses of commands are played by this file: it keeps the calls and answers when a
 * case says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "deliver/deliver.h"
#include "lib/unit.h"
#include "model/workspace.h"
#include "webapi/response_url.h"

/* ---- a Web API of our own ---- */

struct api_call {
	api_turn_fn *on_turn; /* NULL = it leaves at once */
	outcome_fn *on_answer;
	void *owner;
	struct buf form;
	char *text; /* method, channel and form; NULL = it has not left */
	const char *method, *channel;
	enum api_turn turn;
	bool cancelled;
	bool may_have_acted;
};

static struct {
	struct api_call calls[8];
	size_t n;
	bool is_busy; /* whose turn it is, is said by the test */
} fake;

static struct api_call *new_call(const char *method, outcome_fn *on_answer, void *owner)
{
	CU_ASSERT_FATAL(fake.n < ARRAY_LEN(fake.calls));
	fake.calls[fake.n] = (struct api_call){
		.method = method, .on_answer = on_answer, .owner = owner, .turn = API_TURN_WAIT
	};
	return &fake.calls[fake.n++];
}

static void let_leave(struct api_call *call, struct str channel)
{
	struct buf text;

	buf_init(&text, 0);
	buf_addf(&text, "%s [%.*s]%.*s", call->method, STR_ARG(channel),
		 STR_ARG(buf_str(&call->form)));
	free(call->text);
	call->text = buf_take(&text);
}

static void give_turn(struct api_call *call)
{
	call->turn = call->on_turn(call->owner, &call->form);
	if (call->turn == API_TURN_GO)
		let_leave(call, str_from(call->channel));
}

void api_arg(void *form, const char *name, struct str value)
{
	buf_addf(form, " %s=%.*s", name, STR_ARG(value));
}

struct api_call *api_call(struct api *api, const char *method, const struct secret *token,
			  struct str channel, struct buf *take_form, outcome_fn *on_answer,
			  void *owner)
{
	struct api_call *call = new_call(method, on_answer, owner);

	(void)api;
	(void)token;
	call->form = *take_form;
	let_leave(call, channel);
	return call;
}

struct api_call *api_queue(struct api *api, const char *method, const struct secret *token,
			   struct str channel, struct buf *take_form, api_turn_fn *on_turn,
			   outcome_fn *on_answer, void *owner)
{
	struct api_call *call = new_call(method, on_answer, owner);

	(void)api;
	(void)token;
	(void)take_form;
	call->on_turn = on_turn;
	call->channel = channel.p; /* the job's */
	if (!fake.is_busy)
		give_turn(call);
	return call->turn == API_TURN_OVER ? NULL : call;
}

void api_go(struct api_call *call)
{
	CU_ASSERT_EQUAL(call->turn, API_TURN_WAIT);
	let_leave(call, str_from(call->channel));
}

bool api_may_have_acted(const struct api_call *call)
{
	return call->may_have_acted;
}

void api_cancel(struct api_call *call)
{
	if (call != NULL)
		call->cancelled = true;
}

static void answer(size_t n, enum outcome_kind kind, const char *sentence)
{
	const struct outcome outcome = { .kind = kind, .sentence = sentence };

	CU_ASSERT_FATAL(n < fake.n);
	fake.calls[n].on_answer(fake.calls[n].owner, &outcome);
}

/* ---- webhooks and commands of our own ---- */

/* A request to either, which both see through in the same way. */
struct retry {
	outcome_fn *on_answer;
	void *owner;
	char *text;
	bool cancelled, may_have_acted;
};

static struct retry requested;
static const char *not_allowed; /* why no address may be called; NULL = they may */

static struct retry *request(struct buf *take_text, outcome_fn *on_answer, void *owner)
{
	free(requested.text);
	requested = (struct retry){ on_answer, owner, buf_take(take_text), false, false };
	return &requested;
}

struct retry *webhook_send(struct http *http, const struct webhook *hook, struct str json_body,
			   outcome_fn *on_answer, void *owner)
{
	struct buf text;

	(void)http;
	buf_init(&text, 0);
	buf_addf(&text, "%s %.*s", hook->name, STR_ARG(json_body));
	return request(&text, on_answer, owner);
}

void response_url_message(struct buf *out, struct str text, const struct json *blocks,
			  bool in_channel)
{
	buf_addf(out, "%s %.*s %zu", in_channel ? "all" : "one", STR_ARG(text),
		 blocks != NULL ? json_len(blocks) : 0);
}

struct retry *response_url_send(struct http *http, const char *base_url, const char *url,
				struct str message, outcome_fn *on_answer, void *owner,
				const char **why)
{
	struct buf text;

	(void)http;
	(void)base_url;
	*why = not_allowed;
	if (not_allowed != NULL)
		return NULL;
	buf_init(&text, 0);
	buf_addf(&text, "%s %.*s", url, STR_ARG(message));
	return request(&text, on_answer, owner);
}

void retry_cancel(struct retry *retry)
{
	if (retry != NULL)
		retry->cancelled = true;
}

bool retry_may_have_acted(const struct retry *retry)
{
	return retry->may_have_acted;
}

static void end_request(enum outcome_kind kind, struct json *body, const char *sentence)
{
	const struct outcome outcome = { .kind = kind, .body = body, .sentence = sentence };

	requested.on_answer(requested.owner, &outcome);
}

static void fake_reset(void)
{
	free(TAKE(requested.text));
	not_allowed = NULL;
	while (fake.n > 0) {
		free(fake.calls[--fake.n].text);
		buf_deinit(&fake.calls[fake.n].form);
	}
	fake.is_busy = false;
}

/* ---- a deliverer ---- */

struct fixture {
	struct list jobs; /* sent, and not settled; those that came back at the end are in none */
	size_t n_unsent;  /* jobs that came back at the end */
	struct deliver *deliver;
	int fatal;
	struct buf settled; /* "verb end sentence channel ts body", one after the other */
	enum api_turn turn; /* what is answered when one's turn has come */
	int n_turns;
	struct buf probed; /* "end sentence channel ts", one after the other */
};

static const struct webhook tickets = { .name = (char *)"tickets" };

static const struct webhook *webhook(void *owner, const char *name)
{
	(void)owner;
	return strcmp(name, "tickets") == 0 ? &tickets : NULL;
}

static const char *const ends[] = {
	[OUTCOME_DONE] = "done",      [OUTCOME_LATER] = "later", [OUTCOME_REFUSED] = "dead",
	[OUTCOME_UNKNOWN] = "unsure", [OUTCOME_FATAL] = "fatal",
};

/* What it is told of is over, and freed: it must not be looked at again. */
static enum api_turn on_turn(void *owner, struct job *job)
{
	struct fixture *h = owner;

	h->n_turns++;
	if (h->turn == API_TURN_OVER) {
		list_remove(&job->link);
		job_free(job);
	}
	return h->turn;
}

static void on_probed(void *owner, struct job *job, const struct outcome *outcome)
{
	struct fixture *h = owner;

	buf_addf(&h->probed, "%s%s", h->probed.len > 0 ? " | " : "", ends[outcome->kind]);
	if (outcome->sentence != NULL)
		buf_addf(&h->probed, " (%s)", outcome->sentence);
	if (outcome->ts.len > 0)
		buf_addf(&h->probed, " %.*s/%.*s", STR_ARG(outcome->channel), STR_ARG(outcome->ts));
	list_remove(&job->link);
	job_free(job);
}

static void on_settled(void *owner, struct job *job, const struct outcome *outcome)
{
	struct fixture *h = owner;

	buf_addf(&h->settled, "%s%s %s", h->settled.len > 0 ? " | " : "", job->verb,
		 ends[outcome->kind]);
	if (outcome->sentence != NULL)
		buf_addf(&h->settled, " (%s)", outcome->sentence);
	if (outcome->ts.len > 0)
		buf_addf(&h->settled, " %.*s/%.*s", STR_ARG(outcome->channel),
			 STR_ARG(outcome->ts));
	if (outcome->body != NULL) {
		buf_addc(&h->settled, ' ');
		json_print(outcome->body, &h->settled);
	}
	list_remove(&job->link);
	job_free(job);
}

static void on_unsent(void *owner, struct job *job)
{
	struct fixture *h = owner;

	h->n_unsent++;
	list_remove(&job->link);
	job_free(job);
}

static void on_fatal(void *owner, const char *sentence)
{
	struct fixture *h = owner;

	CU_ASSERT_STRING_EQUAL(sentence, "the token was revoked");
	h->fatal++;
}

static const struct secret token = { (char *)"xoxb-1" }, receipt_key = { (char *)"k" };
static const struct identity me = { .user_id = (char *)"UBOT", .bot_id = (char *)"BBOT" };

static void fixture_init(struct fixture *h)
{
	struct deliver_setup setup = {
		.token = &token,
		.receipt_key = &receipt_key,
		.me = &me,
		.on_turn = on_turn,
		.on_probed = on_probed,
		.clock = clock_system(),
		.http = (struct http *)h, /* never looked at */
		.owner = h,
		.webhook = webhook,
		.on_settled = on_settled,
		.on_unsent = on_unsent,
		.on_fatal = on_fatal,
	};

	log_set_level(LOG_ERROR);
	*h = (struct fixture){ .n_unsent = 0 };
	list_init(&h->jobs);
	buf_init(&h->settled, 0);
	buf_init(&h->probed, 0);
	h->turn = API_TURN_GO;
	h->deliver = deliver_new(&setup);
}

static void fixture_deinit(struct fixture *h)
{
	deliver_free(h->deliver);
	list_each (link, &h->jobs)
		job_free(list_entry(link, struct job, link));
	buf_deinit(&h->settled);
	buf_deinit(&h->probed);
	fake_reset();
}

static struct job *job_for(enum job_kind kind, const char *verb, const char *channel)
{
	struct job *job = job_new(kind, verb);

	job->channel = job_keep(job, str_from(channel));
	job->key = job_keep(job, STR("k"));
	job->rule = job_keep(job, STR("r"));
	job->file = job_keep(job, STR("f.ini"));
	job->line = 3;
	return job;
}

static struct job *message_job(const char *verb)
{
	struct job *job = job_for(JOB_MESSAGE, verb, "C1");

	job->message.text = job_keep(job, STR("hi"));
	return job;
}

static void send(struct fixture *h, struct job *job)
{
	list_append(&h->jobs, &job->link);
	deliver_send(h->deliver, job);
}

static struct job *webhook_job(const char *name)
{
	struct job *job = job_for(JOB_WEBHOOK, "webhook", "");

	job->webhook.name = job_keep(job, str_from(name));
	job->webhook.body = job_keep(job, STR("{\"a\":1}"));
	return job;
}

static struct job *command_job(void)
{
	struct job *job = message_job("reply");

	job->message.response_url = job_keep(job, STR("https://h/1"));
	job->message.user = job_keep(job, STR("U1"));
	return job;
}

#define RECEIPT "085c56ee72f5b5dc54fe7cbf976c3f43"
#define METADATA \
	" metadata={\"event_type\":\"retort_reply\",\"event_payload\":{\"k\":\"" RECEIPT "\"}}"

/* ---- cases ---- */

static void test_every_job_becomes_its_call(void)
{
	struct fixture h;
	struct job *job;

	fixture_init(&h);
	job = message_job("reply");
	job->message.thread_ts = job_keep(job, STR("1.1"));
	send(&h, job);
	send(&h, message_job("say"));
	job = message_job("whisper");
	job->message.user = job_keep(job, STR("U1"));
	send(&h, job);
	job = job_for(JOB_REACTION, "react", "C1");
	job->reaction.ts = job_keep(job, STR("1.1"));
	job->reaction.emoji = job_keep(job, STR("hi"));
	send(&h, job);
	CU_ASSERT_EQUAL_FATAL(fake.n, 4);
	CU_ASSERT_STRING_EQUAL(fake.calls[0].text,
			       "chat.postMessage [C1] channel=C1 text=hi thread_ts=1.1 "
			       "unfurl_links=false unfurl_media=false" METADATA);
	CU_ASSERT_STRING_EQUAL(fake.calls[1].text,
			       "chat.postMessage [C1] channel=C1 text=hi unfurl_links=false "
			       "unfurl_media=false" METADATA);
	CU_ASSERT_STRING_EQUAL(fake.calls[2].text,
			       "chat.postEphemeral [C1] channel=C1 text=hi user=U1");
	CU_ASSERT_STRING_EQUAL(fake.calls[3].text,
			       "reactions.add [C1] channel=C1 timestamp=1.1 name=hi");
	for (size_t i = 0; i < 4; i++)
		answer(i, OUTCOME_DONE, NULL);
	ASSERT_STR(buf_str(&h.settled), "reply done | say done | whisper done | react done");
	CU_ASSERT_TRUE(list_is_empty(&h.jobs));
	fixture_deinit(&h);
}

/* ---- turns ---- */

static void test_a_job_leaves_when_its_turn_has_come(void)
{
	struct fixture h;
	struct job *job;

	fixture_init(&h);
	fake.is_busy = true;
	h.turn = API_TURN_WAIT;
	job = message_job("say");
	send(&h, job);
	CU_ASSERT_EQUAL(h.n_turns, 0);
	give_turn(&fake.calls[0]);
	CU_ASSERT_EQUAL(h.n_turns, 1);
	CU_ASSERT_PTR_NULL(fake.calls[0].text); /* that it is on its way must stand first */
	deliver_go(h.deliver, job);
	CU_ASSERT_STRING_EQUAL(fake.calls[0].text,
			       "chat.postMessage [C1] channel=C1 text=hi unfurl_links=false "
			       "unfurl_media=false" METADATA);
	h.turn = API_TURN_GO; /* Slack held it back, and its turn comes again */
	give_turn(&fake.calls[0]);
	CU_ASSERT_EQUAL(h.n_turns, 2);
	CU_ASSERT_STRING_EQUAL(fake.calls[0].text,
			       "chat.postMessage [C1] channel=C1 text=hi unfurl_links=false "
			       "unfurl_media=false" METADATA);
	answer(0, OUTCOME_DONE, NULL);
	ASSERT_STR(buf_str(&h.settled), "say done");
	fixture_deinit(&h);
}

static void test_a_job_whose_turn_is_over_is_known_no_more(void)
{
	struct fixture h;

	fixture_init(&h);
	h.turn = API_TURN_OVER;
	send(&h, message_job("say")); /* at once */
	fake.is_busy = true;
	send(&h, message_job("say")); /* later */
	give_turn(&fake.calls[1]);
	send(&h, webhook_job("tickets"));
	send(&h, command_job());
	CU_ASSERT_EQUAL(h.n_turns, 4);
	CU_ASSERT_TRUE(list_is_empty(&h.jobs));
	CU_ASSERT_PTR_NULL(requested.text);
	deliver_free(TAKE(h.deliver));
	CU_ASSERT_EQUAL(h.n_unsent, 0);
	fixture_deinit(&h);
}

static void test_what_has_an_address_of_its_own_has_its_turn_at_once(void)
{
	struct fixture h;
	struct job *job;

	fixture_init(&h);
	h.turn = API_TURN_WAIT;
	job = webhook_job("tickets");
	send(&h, job);
	CU_ASSERT_EQUAL(h.n_turns, 1);
	CU_ASSERT_PTR_NULL(requested.text);
	deliver_go(h.deliver, job);
	CU_ASSERT_STRING_EQUAL(requested.text, "tickets {\"a\":1}");
	end_request(OUTCOME_DONE, NULL, "");
	job = command_job();
	send(&h, job);
	deliver_go(h.deliver, job);
	CU_ASSERT_STRING_EQUAL(requested.text, "https://h/1 one hi 0");
	end_request(OUTCOME_REFUSED, NULL, "used up");
	CU_ASSERT_EQUAL_FATAL(fake.n, 1); /* that it is on its way stands: no further turn */
	CU_ASSERT_EQUAL(h.n_turns, 2);
	answer(0, OUTCOME_DONE, NULL);
	ASSERT_STR(buf_str(&h.settled), "webhook done () | reply done");
	fixture_deinit(&h);
}

static void test_what_waits_to_leave_at_the_end_comes_back(void)
{
	struct fixture h;

	fixture_init(&h);
	h.turn = API_TURN_WAIT;
	send(&h, message_job("say"));
	send(&h, webhook_job("tickets"));
	fake.is_busy = true;
	send(&h, message_job("say"));
	deliver_free(TAKE(h.deliver));
	CU_ASSERT_EQUAL(h.n_unsent, 3);
	fixture_deinit(&h);
}

static void test_unsure_is_not_sent_again(void)
{
	struct fixture h;

	fixture_init(&h);
	send(&h, message_job("say"));
	answer(0, OUTCOME_UNKNOWN, "no answer");
	CU_ASSERT_EQUAL(fake.n, 1);
	ASSERT_STR(buf_str(&h.settled), "say unsure (no answer)");
	CU_ASSERT_TRUE(list_is_empty(&h.jobs));
	fixture_deinit(&h);
}

static void test_a_refusal_ends_the_job_and_a_dead_token_ends_us(void)
{
	struct fixture h;

	fixture_init(&h);
	send(&h, message_job("say"));
	send(&h, message_job("say"));
	answer(0, OUTCOME_REFUSED, "channel_not_found");
	CU_ASSERT_EQUAL(h.fatal, 0);
	answer(1, OUTCOME_FATAL, "the token was revoked");
	CU_ASSERT_EQUAL(h.fatal, 1);
	ASSERT_STR(buf_str(&h.settled), "say dead (channel_not_found)");
	CU_ASSERT_EQUAL(h.n_unsent, 1); /* a better token may send it */
	fixture_deinit(&h);
}

static void test_what_is_under_way_at_the_end_is_cancelled(void)
{
	struct fixture h;

	fixture_init(&h);
	send(&h, message_job("say"));
	send(&h, message_job("say"));
	fake.calls[0].may_have_acted = true;
	deliver_free(TAKE(h.deliver));
	CU_ASSERT_TRUE(fake.calls[0].cancelled);
	CU_ASSERT_TRUE(fake.calls[1].cancelled);
	CU_ASSERT_EQUAL(h.n_unsent, 1);		 /* the one that never left */
	CU_ASSERT_FALSE(list_is_empty(&h.jobs)); /* of the other nobody is told */
	fixture_deinit(&h);
}

/* ---- what the owner is told ---- */

static void answer_with(size_t n, const char *text)
{
	CLEANUP(json_freep) struct json *body = NULL;
	struct outcome a = { .kind = OUTCOME_DONE };

	CU_ASSERT_FATAL(n < fake.n);
	CU_ASSERT_EQUAL_FATAL(json_parse(&body, str_from(text), NULL), 0);
	a.body = body;
	a.channel = json_str(body, "channel");
	a.ts = json_str(body, "ts");
	fake.calls[n].on_answer(fake.calls[n].owner, &a);
}

static void test_the_owner_is_told_how_each_job_ended(void)
{
	struct fixture h;

	fixture_init(&h);
	for (int i = 0; i < 4; i++)
		send(&h, message_job("say"));
	answer_with(0, "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1.1\"}");
	answer(1, OUTCOME_REFUSED, "is_archived");
	answer(2, OUTCOME_UNKNOWN, "no answer");
	answer(3, OUTCOME_DONE, NULL);
	ASSERT_STR(buf_str(&h.settled),
		   "say done C1/1.1 {\"ok\":true,\"channel\":\"C1\",\"ts\":\"1.1\"} | "
		   "say dead (is_archived) | say unsure (no answer) | say done");
	fixture_deinit(&h);
}

static void test_what_is_not_sent_is_not_settled(void)
{
	struct fixture h;

	fixture_init(&h);
	send(&h, message_job("say"));
	deliver_free(TAKE(h.deliver));
	ASSERT_STR(buf_str(&h.settled), "");
	CU_ASSERT_EQUAL(h.n_unsent, 1);
	fixture_deinit(&h);
}

static void test_what_notifies_everyone_does_not_leave(void)
{
	struct job *job = message_job("reply"), *command = command_job();
	struct fixture h;

	fixture_init(&h);
	job->message.text = job_keep(job, STR("<!here> hi"));
	command->message.text = job_keep(command, STR("<!here> hi"));
	send(&h, job);
	send(&h, command);
	CU_ASSERT_EQUAL(fake.n, 0);
	ASSERT_STR(buf_str(&h.settled),
		   "reply dead (it would notify everyone, which needs `allow broadcast = yes` in "
		   "the configuration) | reply dead (it would notify everyone, which needs `allow "
		   "broadcast = yes` in the configuration)");
	fixture_deinit(&h);
}

/* ---- webhooks ---- */

static void test_a_webhook_is_sent_and_its_answer_told(void)
{
	CLEANUP(json_freep) struct json *body = NULL;
	struct fixture h;

	CU_ASSERT_EQUAL_FATAL(json_parse(&body, STR("{\"key\":\"T-1\"}"), NULL), 0);
	fixture_init(&h);
	send(&h, webhook_job("tickets"));
	CU_ASSERT_STRING_EQUAL(requested.text, "tickets {\"a\":1}");
	CU_ASSERT_EQUAL(fake.n, 0);
	end_request(OUTCOME_DONE, body, "");
	send(&h, webhook_job("tickets"));
	end_request(OUTCOME_REFUSED, NULL, "it said 500");
	send(&h, webhook_job("tickets"));
	end_request(OUTCOME_UNKNOWN, NULL, "no answer");
	ASSERT_STR(buf_str(&h.settled), "webhook done () {\"key\":\"T-1\"} | "
					"webhook dead (it said 500) | webhook unsure (no answer)");
	CU_ASSERT_TRUE(list_is_empty(&h.jobs));
	fixture_deinit(&h);
}

static void test_an_undeclared_webhook_fails_at_once(void)
{
	struct fixture h;

	fixture_init(&h);
	send(&h, webhook_job("nowhere"));
	CU_ASSERT_PTR_NULL(requested.text);
	ASSERT_STR(buf_str(&h.settled),
		   "webhook dead (the configuration declares no such webhook)");
	CU_ASSERT_TRUE(list_is_empty(&h.jobs));
	fixture_deinit(&h);
}

static void test_a_webhook_under_way_at_the_end(void)
{
	struct fixture h;

	fixture_init(&h);
	send(&h, webhook_job("tickets"));
	requested.may_have_acted = true;
	deliver_free(TAKE(h.deliver));
	CU_ASSERT_TRUE(requested.cancelled);
	CU_ASSERT_EQUAL(h.n_unsent, 0); /* not sent a second time */
	fixture_deinit(&h);
}

/* ---- commands ---- */

static void test_a_command_is_answered_at_its_address(void)
{
	struct fixture h;
	struct job *job = message_job("say");

	fixture_init(&h);
	send(&h, command_job());
	CU_ASSERT_STRING_EQUAL(requested.text, "https://h/1 one hi 0");
	CU_ASSERT_EQUAL(fake.n, 0);
	end_request(OUTCOME_DONE, NULL, "");
	job->message.response_url = job_keep(job, STR("https://h/2"));
	job->message.blocks = job_keep(job, STR("[1,2]"));
	send(&h, job);
	CU_ASSERT_STRING_EQUAL(requested.text, "https://h/2 all hi 2");
	end_request(OUTCOME_UNKNOWN, NULL, "no answer");
	ASSERT_STR(buf_str(&h.settled), "reply done () | say unsure (no answer)");
	fixture_deinit(&h);
}

static void test_what_the_address_refuses_goes_the_common_way(void)
{
	struct fixture h;

	fixture_init(&h);
	send(&h, command_job());
	end_request(OUTCOME_REFUSED, NULL, "used up");
	ASSERT_STR(buf_str(&h.settled), "");
	CU_ASSERT_EQUAL_FATAL(fake.n, 1);
	CU_ASSERT_STRING_EQUAL(fake.calls[0].text,
			       "chat.postEphemeral [C1] channel=C1 text=hi user=U1");
	answer(0, OUTCOME_DONE, NULL);
	ASSERT_STR(buf_str(&h.settled), "reply done");
	fixture_deinit(&h);
}

static void test_an_address_that_is_not_allowed_is_not_called(void)
{
	struct fixture h;

	fixture_init(&h);
	not_allowed = "elsewhere";
	send(&h, command_job());
	CU_ASSERT_PTR_NULL(requested.text);
	CU_ASSERT_EQUAL_FATAL(fake.n, 1);
	answer(0, OUTCOME_DONE, NULL);
	ASSERT_STR(buf_str(&h.settled), "reply done");
	fixture_deinit(&h);
}

/* ---- was it posted? ---- */

static void probe(struct fixture *h, struct job *job)
{
	list_append(&h->jobs, &job->link);
	deliver_probe(h->deliver, job);
}

static struct job *posted_job(const char *channel, const char *thread)
{
	struct job *job = job_for(JOB_MESSAGE, "say", channel);

	job->message.text = job_keep(job, STR("hi"));
	job->cause_ts = job_keep(job, STR("7.7"));
	if (thread != NULL)
		job->message.thread_ts = job_keep(job, str_from(thread));
	return job;
}

#define MINE                                                                                 \
	"{\"ts\":\"9.9\",\"bot_id\":\"BBOT\",\"metadata\":{\"event_type\":\"retort_reply\"," \
	"\"event_payload\":{\"k\":\"" RECEIPT "\"}}}"
#define COPIED                                                                                 \
	"{\"ts\":\"9.8\",\"bot_id\":\"BOTHER\",\"metadata\":{\"event_type\":\"retort_reply\"," \
	"\"event_payload\":{\"k\":\"" RECEIPT "\"}}}"

static void test_a_message_is_looked_for_where_it_would_stand(void)
{
	struct fixture h;

	fixture_init(&h);
	probe(&h, posted_job("C1", NULL));
	probe(&h, posted_job("C1", "5.5"));
	CU_ASSERT_EQUAL_FATAL(fake.n, 2);
	CU_ASSERT_STRING_EQUAL(fake.calls[0].text,
			       "conversations.history [] channel=C1 oldest=7.7 inclusive=true "
			       "include_all_metadata=true limit=200");
	CU_ASSERT_STRING_EQUAL(fake.calls[1].text,
			       "conversations.replies [] channel=C1 ts=5.5 oldest=7.7 "
			       "inclusive=true include_all_metadata=true limit=200");
	answer_with(0, "{\"messages\":[" COPIED "," MINE "]}");
	answer_with(1, "{\"messages\":[" COPIED "]}");
	ASSERT_STR(buf_str(&h.probed), "done C1/9.9 | dead");
	CU_ASSERT_TRUE(list_is_empty(&h.jobs));
	CU_ASSERT_EQUAL(h.n_turns, 0);
	fixture_deinit(&h);
}

static void test_every_page_is_read(void)
{
	struct fixture h;

	fixture_init(&h);
	probe(&h, posted_job("C1", NULL));
	answer_with(0,
		    "{\"messages\":[" COPIED "],\"response_metadata\":{\"next_cursor\":\"p2\"}}");
	ASSERT_STR(buf_str(&h.probed), "");
	CU_ASSERT_EQUAL_FATAL(fake.n, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(fake.calls[1].text, " cursor=p2"));
	answer_with(1, "{\"messages\":[" MINE "]}");
	ASSERT_STR(buf_str(&h.probed), "done C1/9.9");
	fixture_deinit(&h);
}

static void test_it_may_be_that_it_cannot_be_told(void)
{
	struct fixture h;

	fixture_init(&h);
	probe(&h, posted_job("C1", NULL));
	answer(0, OUTCOME_REFUSED, "missing_scope");
	probe(&h, posted_job("C1", "5.5"));
	answer(1, OUTCOME_UNKNOWN, "no answer");
	probe(&h, posted_job("C1", NULL));
	answer(2, OUTCOME_FATAL, "the token was revoked");
	probe(&h, posted_job("C1", "5.5"));
	fake.calls[3].on_answer(
		fake.calls[3].owner,
		&(struct outcome){ .kind = OUTCOME_REFUSED, .error = STR("thread_not_found") });
	ASSERT_STR(buf_str(&h.probed), "unsure (missing_scope) | unsure (no answer) | "
				       "fatal (the token was revoked) | dead");
	fixture_deinit(&h);
}

static void test_a_dm_is_opened_first(void)
{
	struct fixture h;

	fixture_init(&h);
	probe(&h, posted_job("U1ANA", NULL));
	CU_ASSERT_EQUAL_FATAL(fake.n, 1);
	CU_ASSERT_STRING_EQUAL(fake.calls[0].text, "conversations.open [] users=U1ANA");
	answer_with(0, "{\"channel\":{\"id\":\"D1\"}}");
	CU_ASSERT_EQUAL_FATAL(fake.n, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(fake.calls[1].text, "conversations.history [] channel=D1"));
	answer_with(1, "{\"messages\":[]}");
	probe(&h, posted_job("W1", NULL));
	answer(2, OUTCOME_REFUSED, "user_disabled");
	probe(&h, posted_job("U1", NULL));
	answer_with(3, "{\"channel\":{}}");
	ASSERT_STR(buf_str(&h.probed), "dead | unsure (user_disabled) | unsure");
	fixture_deinit(&h);
}

static void test_looking_ends_with_the_program(void)
{
	struct fixture h;

	fixture_init(&h);
	probe(&h, posted_job("C1", NULL));
	probe(&h, posted_job("U1", NULL));
	probe(&h, posted_job("U1", NULL));
	answer_with(2, "{\"channel\":{\"id\":\"D1\"}}");
	deliver_free(TAKE(h.deliver));
	CU_ASSERT_TRUE(fake.calls[0].cancelled);
	CU_ASSERT_TRUE(fake.calls[1].cancelled);
	CU_ASSERT_TRUE(fake.calls[3].cancelled);
	CU_ASSERT_EQUAL(h.n_unsent, 0); /* it may have been posted, and is not sent blindly */
	ASSERT_STR(buf_str(&h.probed), "");
	fixture_deinit(&h);
}

UNIT_MAIN("deliver",
	  { "what notifies everyone does not leave", test_what_notifies_everyone_does_not_leave },
	  { "every job becomes its call", test_every_job_becomes_its_call },
	  { "a job leaves when its turn has come", test_a_job_leaves_when_its_turn_has_come },
	  { "a job whose turn is over is known no more",
	    test_a_job_whose_turn_is_over_is_known_no_more },
	  { "what has an address of its own has its turn at once",
	    test_what_has_an_address_of_its_own_has_its_turn_at_once },
	  { "what waits to leave at the end comes back",
	    test_what_waits_to_leave_at_the_end_comes_back },
	  { "a message is looked for where it would stand",
	    test_a_message_is_looked_for_where_it_would_stand },
	  { "every page is read", test_every_page_is_read },
	  { "it may be that it cannot be told", test_it_may_be_that_it_cannot_be_told },
	  { "a dm is opened first", test_a_dm_is_opened_first },
	  { "looking ends with the program", test_looking_ends_with_the_program },
	  { "unsure is not sent again", test_unsure_is_not_sent_again },
	  { "a refusal ends the job and a dead token ends us",
	    test_a_refusal_ends_the_job_and_a_dead_token_ends_us },
	  { "the owner is told how each job ended", test_the_owner_is_told_how_each_job_ended },
	  { "what is not sent is not settled", test_what_is_not_sent_is_not_settled },
	  { "a webhook is sent and its answer told", test_a_webhook_is_sent_and_its_answer_told },
	  { "an undeclared webhook fails at once", test_an_undeclared_webhook_fails_at_once },
	  { "a webhook under way at the end", test_a_webhook_under_way_at_the_end },
	  { "a command is answered at its address", test_a_command_is_answered_at_its_address },
	  { "what the address refuses goes the common way",
	    test_what_the_address_refuses_goes_the_common_way },
	  { "an address that is not allowed is not called",
	    test_an_address_that_is_not_allowed_is_not_called },
	  { "what is under way at the end is cancelled",
	    test_what_is_under_way_at_the_end_is_cancelled })
