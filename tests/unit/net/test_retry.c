/* SPDX-License-Identifier: MIT */
#include "net/retry.h"

#include <stdio.h>
#include <string.h>
#include "lib/fakeclock.h"
#include "lib/fakehttp.h"
#include "lib/unit.h"

enum { TOTAL_MS = 10000 };

struct world {
	struct world *self; /* for judge */
	struct fakeclock clock;
	struct loop *loop;
	struct http *http;
	struct retry *retry;
	int n_ends;
	enum outcome_kind outcome;
	int status;
	bool cancels; /* in its on_end */
	bool ends_loop;
};

static void judge(struct outcome *out, const struct http_reply *reply, const char *url,
		  const void *subject)
{
	struct world *w = *(struct world *const *)subject;

	CU_ASSERT_STRING_EQUAL(url, "https://a.example/");
	CU_ASSERT_EQUAL(out->kind, reply->end == OUTCOME_LATER ? OUTCOME_REFUSED : reply->end);
	w->outcome = reply->end;
	buf_addf(&out->text, "status %d", reply->status);
}

static void on_end(void *owner, const struct outcome *outcome)
{
	struct world *w = owner;
	char sentence[32];

	w->n_ends++;
	w->status = outcome->status;
	snprintf(sentence, sizeof(sentence), "status %d", outcome->status);
	CU_ASSERT_STRING_EQUAL(outcome->sentence, sentence);
	if (w->cancels)
		retry_cancel(w->retry); /* does no harm */
	if (w->ends_loop) {
		http_free(w->http);
		loop_free(w->loop);
	}
}

static void world_init(struct world *w)
{
	const struct http_request req = { .url = "https://a.example/",
					  .body = STR("{}"),
					  .total_ms = TOTAL_MS };

	memset(w, 0, sizeof(*w));
	w->self = w;
	fakeclock_init(&w->clock);
	CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, &w->clock.clock), 0);
	CU_ASSERT_EQUAL_FATAL(http_new(&w->http, w->loop, NULL), 0);
	w->retry = retry_start(w->http, &req, judge, &w->self, on_end, w);
}

static void world_deinit(struct world *w)
{
	http_free(w->http);
	loop_free(w->loop);
}

static void pass(struct world *w, int64_t ms)
{
	fakeclock_pass(&w->clock, ms);
	loop_turn(w->loop, 0);
}

static bool is_open(const struct world *w)
{
	return fakehttp_n_open(w->http) > 0;
}

static void reply(struct world *w, struct http_reply what)
{
	struct fakehttp_request *request = fakehttp_open(w->http, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(request);
	CU_ASSERT_TRUE(retry_may_have_acted(w->retry));
	what.why = "because";
	fakehttp_reply(request, &what);
	loop_turn(w->loop, 0);
}

static void reply_not_sent(struct world *w)
{
	reply(w, (struct http_reply){ .end = OUTCOME_LATER });
}

static void reply_status(struct world *w, int status, const char *retry_after)
{
	reply(w, (struct http_reply){ .end = OUTCOME_DONE,
				      .status = status,
				      .retry_after = str_from(retry_after) });
}

static void check_end(const struct world *w, enum outcome_kind outcome, int status)
{
	CU_ASSERT_EQUAL(w->n_ends, 1);
	CU_ASSERT_EQUAL(w->outcome, outcome);
	CU_ASSERT_EQUAL(w->status, status);
	CU_ASSERT_FALSE(is_open(w));
}

/* The next try comes after this time and not before. */
static void check_wait(struct world *w, int64_t ms)
{
	CU_ASSERT_EQUAL(w->n_ends, 0);
	CU_ASSERT_FALSE(is_open(w));
	CU_ASSERT_FALSE(retry_may_have_acted(w->retry));
	if (ms > 0)
		pass(w, ms - 1);
	CU_ASSERT_FALSE(is_open(w));
	pass(w, 1);
	CU_ASSERT_TRUE(is_open(w));
}

static void test_an_answer_is_the_end(void)
{
	static const int statuses[] = { 200, 204, 302, 400, 404, 429, 500, 503 };

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct world w;

		world_init(&w);
		CU_ASSERT_EQUAL(fakehttp_open(w.http, 0)->total_ms, TOTAL_MS);
		reply_status(&w, statuses[i], "");
		check_end(&w, OUTCOME_DONE, statuses[i]);
		pass(&w, 600000);
		check_end(&w, OUTCOME_DONE, statuses[i]);
		world_deinit(&w);
	}
}

static void test_what_may_have_happened_is_the_end(void)
{
	struct world w;

	world_init(&w);
	reply(&w, (struct http_reply){ .end = OUTCOME_UNKNOWN });
	pass(&w, 600000);
	check_end(&w, OUTCOME_UNKNOWN, 0);
	world_deinit(&w);
	world_init(&w);
	reply(&w, (struct http_reply){ .end = OUTCOME_UNKNOWN,
				       .status = 503,
				       .too_large = true,
				       .retry_after = STR("1") });
	pass(&w, 600000);
	check_end(&w, OUTCOME_UNKNOWN, 503);
	world_deinit(&w);
}

static void test_not_sent_is_tried_again(void)
{
	struct world w;

	world_init(&w);
	reply_not_sent(&w);
	check_wait(&w, 250);
	reply_not_sent(&w);
	check_wait(&w, 500);
	reply_not_sent(&w);
	check_wait(&w, 1000);
	reply_not_sent(&w);
	pass(&w, 600000);
	check_end(&w, OUTCOME_LATER, 0);
	world_deinit(&w);
	world_init(&w);
	reply_not_sent(&w);
	check_wait(&w, 250);
	reply_status(&w, 200, "");
	check_end(&w, OUTCOME_DONE, 200);
	world_deinit(&w);
}

/* Nothing would change. */
static void test_what_is_barred_is_the_end(void)
{
	struct world w;

	world_init(&w);
	reply(&w, (struct http_reply){ .end = OUTCOME_REFUSED });
	pass(&w, 600000);
	check_end(&w, OUTCOME_REFUSED, 0);
	world_deinit(&w);
}

/* Four times the time of one try is all there is, and the last try gets what is left of it. */
static void test_there_is_an_end_to_trying(void)
{
	struct world w;

	world_init(&w);
	for (int i = 0; i < 3; i++) {
		fakeclock_pass(&w.clock, TOTAL_MS - 10);
		loop_turn(w.loop, 0);
		reply_not_sent(&w);
		check_wait(&w, 250 << i);
	}
	CU_ASSERT_EQUAL(fakehttp_open(w.http, 0)->total_ms, TOTAL_MS + 30 - 250 - 500 - 1000);
	reply_not_sent(&w);
	check_end(&w, OUTCOME_LATER, 0);
	world_deinit(&w);
	world_init(&w);
	fakeclock_pass(&w.clock, 4 * TOTAL_MS - 250);
	loop_turn(w.loop, 0);
	reply_not_sent(&w);
	check_end(&w, OUTCOME_LATER, 0);
	world_deinit(&w);
}

static void test_waits_once_when_asked(void)
{
	static const int statuses[] = { 429, 503 };

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct world w;

		world_init(&w);
		reply_status(&w, statuses[i], "30");
		check_wait(&w, 30000);
		CU_ASSERT_EQUAL(fakehttp_open(w.http, 0)->total_ms, TOTAL_MS);
		reply_status(&w, statuses[i], "1");
		check_end(&w, OUTCOME_DONE, statuses[i]);
		world_deinit(&w);
	}
}

static void test_waits_that_are_not_waited(void)
{
	static const struct {
		int status;
		const char *retry_after;
	} cases[] = {
		{ 429, "31" },
		{ 429, "-1" },
		{ 429, "" },
		{ 429, "soon" },
		{ 503, "Wed, 25 Nov 2026 22:00:00 GMT" },
		{ 503, "1.5" },
		{ 500, "1" },
		{ 404, "1" },
		{ 200, "1" },
		{ 302, "1" },
		{ 429, "99999999999999999999" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world w;

		world_init(&w);
		reply_status(&w, cases[i].status, cases[i].retry_after);
		check_end(&w, OUTCOME_DONE, cases[i].status);
		world_deinit(&w);
	}
}

static void test_no_time_at_all_to_wait(void)
{
	struct world w;

	world_init(&w);
	reply_status(&w, 429, "0");
	loop_turn(w.loop, 0);
	CU_ASSERT_TRUE(is_open(&w));
	reply_status(&w, 429, "0");
	check_end(&w, OUTCOME_DONE, 429);
	world_deinit(&w);
}

static void test_cancel(void)
{
	struct world w;

	retry_cancel(NULL);
	world_init(&w);
	retry_cancel(w.retry);
	CU_ASSERT_FALSE(is_open(&w));
	world_deinit(&w);
	world_init(&w);
	reply_not_sent(&w);
	retry_cancel(w.retry);
	pass(&w, 600000);
	CU_ASSERT_FALSE(is_open(&w));
	CU_ASSERT_EQUAL(w.n_ends, 0);
	world_deinit(&w);
	world_init(&w);
	w.cancels = true;
	reply_status(&w, 200, "");
	check_end(&w, OUTCOME_DONE, 200);
	world_deinit(&w);
}

static void test_the_end_of_everything_in_on_end(void)
{
	struct world w;

	world_init(&w);
	w.ends_loop = true;
	fakehttp_answer(fakehttp_open(w.http, 0), 200, "");
	CU_ASSERT_EQUAL(w.n_ends, 1);
}

UNIT_MAIN("retry", { "an answer is the end", test_an_answer_is_the_end },
	  { "what may have happened is the end", test_what_may_have_happened_is_the_end },
	  { "not sent is tried again", test_not_sent_is_tried_again },
	  { "what is barred is the end", test_what_is_barred_is_the_end },
	  { "there is an end to trying", test_there_is_an_end_to_trying },
	  { "waits once when asked", test_waits_once_when_asked },
	  { "waits that are not waited", test_waits_that_are_not_waited },
	  { "no time at all to wait", test_no_time_at_all_to_wait }, { "cancel", test_cancel },
	  { "the end of everything in on_end", test_the_end_of_everything_in_on_end })
