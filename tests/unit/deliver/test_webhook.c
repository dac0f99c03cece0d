/* SPDX-License-Identifier: MIT */
#include "deliver/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/peer.h"
#include "lib/pump.h"
#include "lib/testcert.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

struct world {
	struct tmpdir dir;
	struct loop *loop;
	struct tls_identity *id;
	struct http *http;
	struct peer peer;
	struct buf seen; /* the bodies of all requests, each with a | behind it */
	int n_requests;
	const char *answer; /* NULL = none */
	size_t cut_at; /* so many bytes of it are said, then the connection is closed; 0 = all, and it stays */
	const char *then; /* the next answer */

	char url[96];
	struct webhook hook;
	struct option_pair pairs[4];
	struct retry *call;
	int n_answers;
	bool done;
	enum outcome_kind outcome;
	int status;
	char *sentence, *body; /* body NULL = no JSON */
	bool cancels;	       /* in its on_answer */
};

static void on_bytes(void *owner, struct peer_conn *conn)
{
	struct world *w = owner;

	while (conn->stream != NULL && peer_take_request(conn)) {
		struct str answer = str_from(w->answer);

		buf_add(&w->seen, buf_str(&conn->body));
		buf_addc(&w->seen, '|');
		w->n_requests++;
		if (w->answer == NULL)
			continue;
		peer_say(conn, w->cut_at > 0 ? str_sub(answer, 0, w->cut_at) : answer);
		if (w->cut_at > 0)
			peer_close(conn);
		if (w->then != NULL)
			w->answer = TAKE(w->then);
	}
}

static void world_init(struct world *w)
{
	const char *folder, *why = NULL;

	memset(w, 0, sizeof(*w));
	tmpdir_init(&w->dir);
	folder = tmpdir_path(&w->dir);
	CU_ASSERT_EQUAL_FATAL(testcert_write(folder), 0);
	CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(
		tls_identity_new(&w->id, str_keepf(&w->dir.arena, "%s/good.pem", folder).p,
				 str_keepf(&w->dir.arena, "%s/good.key", folder).p, &why),
		0);
	CU_ASSERT_EQUAL_FATAL(
		http_new(&w->http, w->loop, str_keepf(&w->dir.arena, "%s/ca.pem", folder).p), 0);
	peer_init(&w->peer, w->loop, w->id, on_bytes, w);
	buf_init(&w->seen, 0);
	w->answer = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"id\":\"T-1\"}";
	snprintf(w->url, sizeof(w->url), "https://localhost:%d/new?key=q-s3cret", w->peer.port);
	w->hook = (struct webhook){ .name = (char *)"tickets",
				    .url = w->url,
				    .headers.at = w->pairs,
				    .timeout_ms = 5000,
				    .allow_private = true };
}

static void add_header(struct world *w, const char *name, const char *value)
{
	w->pairs[w->hook.headers.n++] = (struct option_pair){ .name = (char *)name,
							      .value = { (char *)value } };
}

static void forget_answer(struct world *w)
{
	w->done = false;
	mem_freep(&w->sentence);
	mem_freep(&w->body);
	w->sentence = w->body = NULL;
}

static void world_deinit(struct world *w)
{
	http_free(w->http);
	peer_deinit(&w->peer);
	tls_identity_free(w->id);
	loop_free(w->loop);
	tmpdir_deinit(&w->dir);
	buf_deinit(&w->seen);
	forget_answer(w);
}

static void on_answer(void *owner, const struct outcome *outcome)
{
	struct world *w = owner;
	struct buf body;

	w->n_answers++;
	w->done = true;
	w->outcome = outcome->kind;
	w->status = outcome->status;
	w->sentence = mem_strdup(outcome->sentence);
	if (outcome->body != NULL) {
		buf_init(&body, 0);
		json_print(outcome->body, &body);
		w->body = buf_take(&body);
	}
	CU_ASSERT_FALSE(retry_may_have_acted(w->call));
	if (w->cancels)
		retry_cancel(w->call); /* does no harm */
}

static void send(struct world *w, const char *json)
{
	char *body = mem_strdup(json);

	forget_answer(w);
	w->call = webhook_send(w->http, &w->hook, str_from(body), on_answer, w);
	memset(body, 'x', strlen(body)); /* it has its own */
	mem_freep(&body);
	CU_ASSERT_FALSE(w->done);
}

static void send_and_wait(struct world *w, const char *json)
{
	send(w, json);
	CU_ASSERT_FATAL(pump_flag(w->loop, &w->done));
	CU_ASSERT_PTR_NULL(strstr(w->sentence, "s3cret"));
	CU_ASSERT_PTR_NULL(strstr(w->sentence, "https:"));
}

static bool has_line(struct world *w, const char *line)
{
	CLEANUP(buf_deinit) struct buf whole = { 0 };

	buf_addf(&whole, "\r\n%s\r\n", line);
	buf_addc(&whole, '\0');
	return str_find(buf_str(&peer_last(&w->peer)->head), whole.p) != SIZE_MAX;
}

/* ---- what is sent ---- */

static void test_request(void)
{
	static struct world w;

	world_init(&w);
	add_header(&w, "Authorization", "Bearer abc-s3cret");
	add_header(&w, "X-Kind", "a; b");
	send_and_wait(&w, "{\"a\":1}");
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_DONE);
	CU_ASSERT_EQUAL(w.status, 200);
	ASSERT_STR(str_from(w.body), "{\"id\":\"T-1\"}");
	ASSERT_STR(str_from(w.sentence), "the webhook tickets answered 200: {\"id\":\"T-1\"}");
	ASSERT_STR(buf_str(&w.seen), "{\"a\":1}|");
	CU_ASSERT(str_starts(buf_str(&peer_last(&w.peer)->head),
			     "POST /new?key=q-s3cret HTTP/1.1\r\n"));
	CU_ASSERT(has_line(&w, "Authorization: Bearer abc-s3cret"));
	CU_ASSERT(has_line(&w, "X-Kind: a; b"));
	CU_ASSERT(has_line(&w, "Content-Type: application/json; charset=utf-8"));
	CU_ASSERT(has_line(&w, "Content-Length: 7"));
	world_deinit(&w);
}

static void test_methods(void)
{
	for (int i = 0; webhook_methods[i] != NULL; i++) {
		static struct world w;
		bool is_get = strcmp(webhook_methods[i], "GET") == 0;
		char start[32];

		world_init(&w);
		w.hook.method = i;
		snprintf(start, sizeof(start), "%s /new", webhook_methods[i]);
		send_and_wait(&w, "{}");
		CU_ASSERT_EQUAL(w.outcome, OUTCOME_DONE);
		CU_ASSERT(str_starts(buf_str(&peer_last(&w.peer)->head), start));
		ASSERT_STR(buf_str(&w.seen), is_get ? "|" : "{}|");
		CU_ASSERT_EQUAL(has_line(&w, "Content-Type: application/json; charset=utf-8"),
				!is_get);
		world_deinit(&w);
	}
}

static void test_a_content_type_of_ones_own(void)
{
	static struct world w;

	world_init(&w);
	add_header(&w, "content-type", "application/vnd.x+json");
	send_and_wait(&w, "{}");
	CU_ASSERT(has_line(&w, "content-type: application/vnd.x+json"));
	CU_ASSERT_FALSE(has_line(&w, "Content-Type: application/json; charset=utf-8"));
	CU_ASSERT_FALSE(has_line(&w, "Content-Type: application/x-www-form-urlencoded"));
	world_deinit(&w);
}

static void test_http_when_allowed(void)
{
	static struct world w;

	world_init(&w);
	w.peer.id = NULL;
	snprintf(w.url, sizeof(w.url), "http://127.0.0.1:%d/", w.peer.port);
	w.hook.allow_http = true;
	send_and_wait(&w, "{}");
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_DONE);
	w.hook.allow_http = false;
	send_and_wait(&w, "{}");
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_REFUSED);
	CU_ASSERT_EQUAL(w.n_requests, 1);
	world_deinit(&w);
}

/* ---- answers ---- */

static void test_answers(void)
{
	static const struct {
		const char *answer;
		enum outcome_kind outcome;
		const char *body, *sentence;
	} cases[] = {
		{ "HTTP/1.1 204 No Content\r\n\r\n", OUTCOME_DONE, NULL, "answered 204" },
		{ "HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\ndone", OUTCOME_DONE, NULL,
		  "answered 201: done" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n[1 2", OUTCOME_DONE, NULL,
		  "answered 200: [1 2" },
		{ "HTTP/1.1 299 Fine\r\nContent-Length: 2\r\n\r\n17", OUTCOME_DONE, "17",
		  "answered 299: 17" },
		{ "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
		  OUTCOME_REFUSED, NULL, "answered 302 (redirects are not followed)" },
		{ "HTTP/1.1 307 Again\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n",
		  OUTCOME_REFUSED, NULL, "answered 307 (redirects are not followed)" },
		{ "HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\n{\"no\":\"such\"}",
		  OUTCOME_REFUSED, "{\"no\":\"such\"}", "answered 404: {\"no\":\"such\"}" },
		{ "HTTP/1.1 500 Oh\r\nContent-Length: 11\r\n\r\n\n a\x1b[2J\r\nb\n",
		  OUTCOME_REFUSED, NULL, "answered 500: a\\x1B[2J\\x0D\\x0Ab" },
		{ "HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nab\xff"
		  "cd",
		  OUTCOME_REFUSED, NULL, "answered 503: ab…" },
		{ "HTTP/1.1 503 Busy\r\nRetry-After: 31\r\nContent-Length: 0\r\n\r\n",
		  OUTCOME_REFUSED, NULL, "answered 503" },
		{ "HTTP/1.1 400 No\r\nContent-Length: 18\r\n\r\nno xoxb-123-456 ok",
		  OUTCOME_REFUSED, NULL, "answered 400: no xoxb-… ok" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct world w;
		struct str sentence;

		world_init(&w);
		w.answer = cases[i].answer;
		send_and_wait(&w, "{}");
		CU_ASSERT_EQUAL(w.outcome, cases[i].outcome);
		sentence = str_from(w.sentence);
		CU_ASSERT(str_skip(&sentence, "the webhook tickets "));
		ASSERT_STR(sentence, cases[i].sentence);
		ASSERT_STR(str_from(w.body), cases[i].body != NULL ? cases[i].body : "");
		CU_ASSERT_EQUAL(w.body == NULL, cases[i].body == NULL);
		CU_ASSERT_EQUAL(w.n_requests, 1);
		world_deinit(&w);
	}
}

/* 200 bytes of it, no letter cut. */
static void test_a_long_answer_is_shown_in_part(void)
{
	static struct world w;
	char answer[600] = "HTTP/1.1 500 Oh\r\nContent-Length: 301\r\n\r\na";

	for (int i = 0; i < 150; i++)
		strcat(answer, "\xC3\xA4");
	world_init(&w);
	w.answer = answer;
	send_and_wait(&w, "{}");
	CU_ASSERT_EQUAL(strlen(w.sentence),
			strlen("the webhook tickets answered 500: ") + 199 + strlen("…"));
	CU_ASSERT(str_ends(str_from(w.sentence), "ä…"));
	world_deinit(&w);
}

/* Endpoints for tests like to show people their own request. */
static void test_an_answer_that_repeats_secrets(void)
{
	static const char *const texts[] = {
		"you said Bearer abcdefgh-1",
		"bad token: abcdefgh-1!",
		"GET /new?key=q-s3cret HTTP/1.1",
		"x-key: k7",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		static struct world w;
		char answer[256];

		world_init(&w);
		add_header(&w, "Authorization", "Bearer abcdefgh-1");
		add_header(&w, "X-Key", "k7");
		snprintf(answer, sizeof(answer), "HTTP/1.1 401 No\r\nContent-Length: %zu\r\n\r\n%s",
			 strlen(texts[i]), texts[i]);
		w.answer = answer;
		send_and_wait(&w, "{}");
		ASSERT_STR(str_from(w.sentence),
			   "the webhook tickets answered 401: (not shown: it repeats what the "
			   "request keeps secret)");
		w.answer = "HTTP/1.1 401 No\r\nContent-Length: 17\r\n\r\nno Bearer token: ";
		send_and_wait(&w, "{}");
		ASSERT_STR(str_from(w.sentence),
			   "the webhook tickets answered 401: no Bearer token:");
		world_deinit(&w);
	}
}

/* What {result} would show: each text that repeats a secret is gone, the others stay. */
static void test_answers_without_secrets(void)
{
	static const struct {
		const char *answer, *body;
	} cases[] = {
		{ "{\"id\":\"T-1\",\"headers\":{\"Authorization\":\"Bearer abcdefgh-1\"}}",
		  "{\"id\":\"T-1\",\"headers\":{\"Authorization\":\"(secret)\"}}" },
		{ "[\"abcd\\u0065fgh-1\", 7, null]", "[\"(secret)\",7,null]" },
		{ "{\"abcdefgh-1\":true}", "{\"(secret)\":true}" },
		{ "{\"args\":{\"key\":\"q-s3cret\"}}", "{\"args\":{\"key\":\"(secret)\"}}" },
		{ "{\"url\":\"/new?key=q%2Ds3cret\"}", "{\"url\":\"(secret)\"}" },
		{ "{\"user\":\"ann\",\"password\":\"pa55\"}",
		  "{\"user\":\"ann\",\"password\":\"(secret)\"}" },
		{ "{\"cookie\":\"c00kie-12\"}", "{\"cookie\":\"(secret)\"}" },
		{ "{\"type\":\"application/json\",\"key\":\"k7\",\"is\":\"Bearer\"}",
		  "{\"type\":\"application/json\",\"key\":\"k7\",\"is\":\"Bearer\"}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct world w;
		char answer[256];

		world_init(&w);
		add_header(&w, "Authorization", "Bearer abcdefgh-1");
		add_header(&w, "X-Basic", "Basic YW5uOnBhNTU=");
		add_header(&w, "Cookie", "sid=c00kie-12; x=1");
		add_header(&w, "Accept", "application/json");
		snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
			 strlen(cases[i].answer), cases[i].answer);
		w.answer = answer;
		send_and_wait(&w, "{}");
		ASSERT_STR(str_from(w.body), cases[i].body);
		CU_ASSERT_EQUAL(strstr(cases[i].body, "(secret)") != NULL,
				strstr(w.sentence, "not shown") != NULL);
		world_deinit(&w);
	}
}

static char *answer_of(const char *status, size_t len)
{
	struct buf out = { 0 };

	buf_addf(&out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n\"", status, len);
	for (size_t i = 0; i < len - 2; i++)
		buf_addc(&out, 'a');
	buf_addc(&out, '"');
	return buf_take(&out);
}

static void test_large_answers(void)
{
	static const struct {
		const char *status;
		size_t len;
		enum outcome_kind outcome;
		bool has_body;
	} cases[] = {
		{ "200 OK", WEBHOOK_MAX_BODY, OUTCOME_DONE, true },
		{ "200 OK", WEBHOOK_MAX_BODY + 1, OUTCOME_DONE, false },
		{ "200 OK", 20 << 20, OUTCOME_DONE, false },
		{ "500 Oh", WEBHOOK_MAX_BODY + 1, OUTCOME_REFUSED, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		static struct world w;
		CLEANUP(mem_freep) char *answer = answer_of(cases[i].status, cases[i].len);

		world_init(&w);
		w.answer = answer;
		send_and_wait(&w, "{}");
		CU_ASSERT_EQUAL(w.outcome, cases[i].outcome);
		CU_ASSERT_EQUAL(w.body != NULL, cases[i].has_body);
		CU_ASSERT(strlen(w.sentence) < 300);
		world_deinit(&w);
	}
}

/* ---- what may have happened ---- */

static void test_cut_at_every_byte(void)
{
	static struct world w;
	size_t whole;

	world_init(&w);
	whole = strlen(w.answer);
	for (size_t n = 1; n <= whole; n++) {
		int before = w.n_requests;

		w.cut_at = n;
		send_and_wait(&w, "{}");
		CU_ASSERT_EQUAL(w.outcome, n < whole ? OUTCOME_UNKNOWN : OUTCOME_DONE);
		CU_ASSERT_EQUAL(w.body != NULL, n == whole);
		CU_ASSERT_EQUAL(w.n_requests, before + 1);
		if (n < whole)
			CU_ASSERT(str_starts(str_from(w.sentence),
					     "the webhook tickets gave no whole answer: "));
	}
	CU_ASSERT_EQUAL(w.n_answers, (int)whole);
	world_deinit(&w);
}

static bool was_asked(const void *subject)
{
	return ((const struct world *)subject)->n_requests > 0;
}

static void test_no_answer_in_time(void)
{
	static struct world w;

	world_init(&w);
	w.answer = NULL;
	w.hook.timeout_ms = 1000;
	send(&w, "{}");
	CU_ASSERT(pump(w.loop, was_asked, &w));
	CU_ASSERT_TRUE(retry_may_have_acted(w.call));
	CU_ASSERT(pump_flag(w.loop, &w.done));
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_UNKNOWN);
	CU_ASSERT_EQUAL(w.n_requests, 1);
	world_deinit(&w);
}

/* ---- what has not happened ---- */

static void test_private_addresses(void)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1", "[::1]",
					     "[::ffff:127.0.0.1]" };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		static struct world w;

		world_init(&w);
		w.hook.allow_private = false;
		snprintf(w.url, sizeof(w.url), "https://%s:%d/?key=s3cret", hosts[i], w.peer.port);
		send_and_wait(&w, "{}");
		CU_ASSERT_EQUAL(w.outcome, OUTCOME_REFUSED);
		ASSERT_STR(str_from(w.sentence),
			   "the webhook tickets leads into a private network, which the "
			   "configuration does not allow (`allow private`)");
		CU_ASSERT_EQUAL(w.peer.n_conns, 0);
		world_deinit(&w);
	}
}

static void test_not_sent(void)
{
	static struct world w;
	int port, fd = tcp_listen(&port);

	close(fd);
	world_init(&w);
	snprintf(w.url, sizeof(w.url), "https://127.0.0.1:%d/?key=s3cret", port);
	send_and_wait(&w, "{}");
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_REFUSED);
	CU_ASSERT_EQUAL(w.status, 0);
	CU_ASSERT(str_starts(str_from(w.sentence), "the webhook tickets cannot be reached: "));
	world_deinit(&w);
}

static bool came_once(const void *subject)
{
	return ((const struct world *)subject)->peer.n_conns > 0;
}

/* The first who knocks speaks no TLS; the second time it does. */
static void test_not_sent_is_tried_again(void)
{
	static struct world w;

	world_init(&w);
	w.peer.id = NULL;
	send(&w, "{}");
	CU_ASSERT(pump(w.loop, came_once, &w));
	peer_reset(peer_last(&w.peer));
	w.peer.id = w.id;
	CU_ASSERT(pump_flag(w.loop, &w.done));
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_DONE);
	CU_ASSERT_EQUAL(w.n_answers, 1);
	CU_ASSERT_EQUAL(w.peer.n_conns, 2);
	ASSERT_STR(buf_str(&w.seen), "{}|");
	world_deinit(&w);
}

static void test_comes_back_when_asked_to(void)
{
	static struct world w;

	world_init(&w);
	w.then = w.answer;
	w.answer = "HTTP/1.1 429 Later\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n";
	send_and_wait(&w, "{}");
	CU_ASSERT_EQUAL(w.outcome, OUTCOME_DONE);
	ASSERT_STR(buf_str(&w.seen), "{}|{}|");
	world_deinit(&w);
}

/* ---- ends ---- */

static void test_cancel(void)
{
	static struct world w;

	world_init(&w);
	retry_cancel(NULL);
	send(&w, "{}");
	retry_cancel(w.call);
	w.answer = NULL;
	send(&w, "{}");
	CU_ASSERT(pump(w.loop, was_asked, &w));
	retry_cancel(w.call);
	loop_turn(w.loop, 10);
	CU_ASSERT_EQUAL(w.n_answers, 0);
	w.answer = "HTTP/1.1 204 Fine\r\n\r\n";
	w.cancels = true;
	send_and_wait(&w, "{}");
	CU_ASSERT_EQUAL(w.n_answers, 1);
	world_deinit(&w);
}

UNIT_MAIN("webhook", { "request", test_request }, { "methods", test_methods },
	  { "a content type of one's own", test_a_content_type_of_ones_own },
	  { "http when allowed", test_http_when_allowed }, { "answers", test_answers },
	  { "a long answer is shown in part", test_a_long_answer_is_shown_in_part },
	  { "an answer that repeats secrets", test_an_answer_that_repeats_secrets },
	  { "answers without secrets", test_answers_without_secrets },
	  { "large answers", test_large_answers }, { "cut at every byte", test_cut_at_every_byte },
	  { "no answer in time", test_no_answer_in_time },
	  { "private addresses", test_private_addresses }, { "not sent", test_not_sent },
	  { "not sent is tried again", test_not_sent_is_tried_again },
	  { "comes back when asked to", test_comes_back_when_asked_to }, { "cancel", test_cancel })
