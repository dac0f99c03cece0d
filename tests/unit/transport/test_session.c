/* SPDX-License-Identifier: MIT */
/*
 * The session with a protocol of a few words: `hello` (with a number of connections), `replace`, `break`,
 * `crowded`, `off`, `event`, `pong`.
 */
#include "transport/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/stage.h"
#include "lib/unit.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

struct talk {
	struct stage stage;
	struct transport *transport;
	void (*deed)(struct stage *stage); /* of an owner, inside a callback */
};

static void on_word(const struct transport_setup *setup, struct session_socket *socket,
		    struct str text)
{
	int64_t n = 0;

	(void)setup;
	if (str_skip(&text, "hello"))
		session_hello(socket, str_int(str_trim(text), &n) ? n : 0);
	else if (str_is(text, "replace"))
		session_replace(socket, "asked to");
	else if (str_is(text, "break"))
		session_break(socket, BACKOFF_SOON, "nonsense");
	else if (str_is(text, "crowded"))
		session_break(socket, BACKOFF_CROWDED, "too many");
	else if (str_is(text, "off"))
		session_break(socket, BACKOFF_SWITCHED_OFF, "switched off");
	else if (str_is(text, "pong"))
		session_ponged(socket);
	else if (str_skip(&text, "event "))
		session_give(socket, event_new(), text);
}

static void add_ping(struct buf *out, int64_t id, int64_t time_ms)
{
	(void)time_ms;
	buf_addf(out, "ping %d", (int)id);
}

static const struct connect_error_advice no_advice[] = { { NULL, NULL } };

static const struct session_protocol words = {
	.name = "words",
	.token_advice = "Get a token.",
	.advice = no_advice,
	.on_text = on_word,
	.ack_frame = buf_add,
};

static const struct session_protocol words_with_pings = {
	.name = "words with pings",
	.token_advice = "Get a token.",
	.advice = no_advice,
	.on_text = on_word,
	.ack_frame = buf_add,
	.ping_frame = add_ping,
};

static void prepare(struct talk *talk)
{
	memset(talk, 0, sizeof(*talk));
	stage_init(&talk->stage, "words.open");
	talk->stage.setup.protocol = &words;
}

static void begin(struct talk *talk)
{
	prepare(talk);
	talk->transport = transport_new(&talk->stage.setup);
}

static void end(struct talk *talk)
{
	transport_free(talk->transport);
	stage_deinit(&talk->stage);
}

static bool is_gone(const struct fakews *ws)
{
	return ws->is_freed || ws->is_closing;
}

/* ---- getting live ---- */

static void test_connects(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	CU_ASSERT_EQUAL(stage_until_asked(&talk.stage, SECOND), 0);
	CU_ASSERT_STRING_EQUAL(fakeapi_method(), "words.open");
	CU_ASSERT_PTR_EQUAL(fakeapi_token(), &talk.stage.token);
	ws = stage_greet(&talk.stage);
	CU_ASSERT_STRING_EQUAL(ws->url, "wss://localhost/link/?ticket=1");
	CU_ASSERT_FALSE(talk.stage.is_live);
	fakews_text(ws, "hello 1");
	CU_ASSERT_TRUE(talk.stage.is_live);
	CU_ASSERT_EQUAL(stage_until_asked(&talk.stage, SECOND), -1);
	end(&talk);
}

static void test_hello_is_late(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_greet(&talk.stage);
	stage_pass(&talk.stage, 9900);
	CU_ASSERT_FALSE(is_gone(ws));
	stage_pass(&talk.stage, 200);
	CU_ASSERT_TRUE(is_gone(ws));
	CU_ASSERT(stage_until_asked(&talk.stage, SECOND) >= 0);
	CU_ASSERT_EQUAL(talk.stage.n_live, 0);
	end(&talk);
}

static void test_bad_urls(void)
{
	static const char *const bodies[] = {
		"{\"ok\":true}",
		"{\"ok\":true,\"url\":\"\"}",
		"{\"ok\":true,\"url\":17}",
		"{\"ok\":true,\"url\":\"ws://localhost/\"}",
		"{\"ok\":true,\"url\":\"https://localhost/\"}",
		"{\"ok\":true,\"url\":\"wss://\"}",
	};
	struct talk talk;

	begin(&talk);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		CU_ASSERT_FATAL(stage_until_asked(&talk.stage, 70 * SECOND) >= 0);
		fakeapi_say(bodies[i]);
		CU_ASSERT_EQUAL(fakews_count(), 0);
	}
	stage_connect(&talk.stage, "hello");
	CU_ASSERT_TRUE(talk.stage.is_live);
	end(&talk);
}

static void test_elsewhere_is_not_dialled(void)
{
	struct talk talk;

	prepare(&talk);
	talk.stage.setup.base_url = "https://slack.com/api/";
	talk.transport = transport_new(&talk.stage.setup);
	stage_until_asked(&talk.stage, SECOND);
	fakeapi_say("{\"ok\":true,\"url\":\"wss://slack.com.example.org/link\"}");
	CU_ASSERT_EQUAL(fakews_count(), 0);
	CU_ASSERT(stage_until_asked(&talk.stage, 2 * SECOND) >= 0);
	fakeapi_say("{\"ok\":true,\"url\":\"wss://wss-primary.slack.com/link\"}");
	CU_ASSERT_EQUAL(fakews_count(), 1);
	end(&talk);
}

/* ---- every end of a socket, in every state ---- */

static const struct ending {
	const char *name;
	const char *text; /* the frame that ends it; NULL = as `how` says */
	enum { BY_FRAME, BY_CLOSE, BY_RESET, BY_SILENCE } how;
	bool is_announced;	   /* the socket goes on until it is replaced */
	int64_t least_ms, most_ms; /* until the next question */
} endings[] = {
	{ "replace", "replace", BY_FRAME, true, 0, 300 },
	{ "break", "break", BY_FRAME, false, 0, 1050 },
	{ "crowded", "crowded", BY_FRAME, false, 30000, 37550 },
	{ "off", "off", BY_FRAME, false, 300000, 375050 },
	{ "close frame", NULL, BY_CLOSE, false, 0, 1050 },
	{ "reset", NULL, BY_RESET, false, 0, 1050 },
	{ "silence", NULL, BY_SILENCE, false, 0, 31050 },
};

static void end_socket(struct fakews *ws, const struct ending *ending)
{
	switch (ending->how) {
	case BY_FRAME:
		fakews_text(ws, ending->text);
		break;
	case BY_CLOSE:
		fakews_over(ws, 1001, 0, "going away");
		break;
	case BY_RESET:
		fakews_over(ws, WS_CLOSE_NONE, 0, "connection reset");
		break;
	case BY_SILENCE:
		break;
	}
}

static void test_ends_before_hello(void)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		struct talk talk;
		struct fakews *ws;
		int64_t waited;

		begin(&talk);
		ws = stage_greet(&talk.stage);
		end_socket(ws, &endings[i]);
		waited = stage_until_asked(&talk.stage, 400 * SECOND);
		CU_ASSERT(waited >= endings[i].least_ms);
		CU_ASSERT(waited <= endings[i].most_ms + (endings[i].is_announced ? 1000 : 0));
		CU_ASSERT_TRUE(is_gone(ws));
		CU_ASSERT_EQUAL(talk.stage.n_live, 0);
		stage_connect(&talk.stage, "hello");
		CU_ASSERT_TRUE(talk.stage.is_live);
		CU_ASSERT_EQUAL(fakeapi_asked(), 2);
		end(&talk);
	}
}

static void test_ends_while_live(void)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		struct talk talk;
		struct fakews *ws;
		int64_t waited;

		begin(&talk);
		ws = stage_connect(&talk.stage, "hello");
		end_socket(ws, &endings[i]);
		CU_ASSERT_EQUAL(is_gone(ws) || ws->is_freed,
				!endings[i].is_announced && endings[i].how != BY_SILENCE);
		waited = stage_until_asked(&talk.stage, 400 * SECOND);
		if (waited < endings[i].least_ms || waited > endings[i].most_ms)
			printf("\n  %s: %d ms", endings[i].name, (int)waited);
		CU_ASSERT(waited >= endings[i].least_ms && waited <= endings[i].most_ms);
		CU_ASSERT_EQUAL(talk.stage.is_live, endings[i].is_announced);
		stage_connect(&talk.stage, "hello");
		CU_ASSERT_TRUE(talk.stage.is_live);
		CU_ASSERT_EQUAL(fakeapi_asked(), 2);
		end(&talk);
	}
}

/* The old socket has been told to go and then ends, while its successor is still asked for (0), dialled (1) or
 * waiting for hello (2). */
static struct fakews *bring_successor(struct talk *talk, int stage)
{
	stage_until_asked(&talk->stage, SECOND);
	if (stage == 0)
		return NULL;
	if (stage == 1)
		return stage_dial(&talk->stage);
	return stage_greet(&talk->stage);
}

static void test_ends_during_replacement(void)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		for (int stage = 0; stage < 3; stage++) {
			const bool must_pause = endings[i].least_ms > 0;
			struct talk talk;
			struct fakews *old, *new;

			if (endings[i].how == BY_SILENCE)
				continue;
			begin(&talk);
			old = stage_connect(&talk.stage, "hello");
			fakews_text(old, "replace");
			new = bring_successor(&talk, stage);
			end_socket(old, &endings[i]);
			stage_pass(&talk.stage, 0);
			CU_ASSERT_EQUAL(talk.stage.is_live, endings[i].is_announced);
			if (must_pause) {
				/* The server wants fewer sockets: the successor goes, too. */
				CU_ASSERT_FALSE(fakeapi_is_asked());
				CU_ASSERT(new == NULL || is_gone(new));
				CU_ASSERT(stage_until_asked(&talk.stage, 400 * SECOND) >=
					  endings[i].least_ms);
			} else {
				CU_ASSERT_EQUAL(fakeapi_asked(), 2);
				CU_ASSERT(new == NULL || !is_gone(new));
			}
			if (new == NULL || must_pause)
				new = stage_greet(&talk.stage);
			else if (stage == 1)
				fakews_open(new);
			fakews_text(new, "hello");
			CU_ASSERT_TRUE(talk.stage.is_live);
			CU_ASSERT_EQUAL(fakeapi_asked(), must_pause ? 3 : 2);
			end(&talk);
		}
	}
}

/* The successor ends before its hello: the old one stays, and another successor is got. */
static void test_successor_ends(void)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		struct talk talk;
		struct fakews *old, *new;

		begin(&talk);
		old = stage_connect(&talk.stage, "hello");
		fakews_text(old, "replace");
		new = stage_greet(&talk.stage);
		end_socket(new, &endings[i]);
		for (int second = 0; second < 400 && !fakeapi_is_asked(); second++) {
			fakews_heard(old);
			stage_pass(&talk.stage, SECOND);
		}
		CU_ASSERT_TRUE(is_gone(new));
		CU_ASSERT_FALSE(is_gone(old));
		CU_ASSERT_TRUE(talk.stage.is_live);
		CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
		stage_connect(&talk.stage, "hello");
		stage_pass(&talk.stage, 11 * SECOND);
		CU_ASSERT_TRUE(is_gone(old));
		CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
		end(&talk);
	}
}

/* ---- make before break ---- */

static void test_make_before_break(void)
{
	struct talk talk;
	struct fakews *old, *new;

	begin(&talk);
	old = stage_connect(&talk.stage, "hello");
	fakews_text(old, "replace");
	fakews_text(old, "replace"); /* said twice, done once */
	new = stage_greet(&talk.stage);
	stage_pass(&talk.stage, 9 * SECOND);
	CU_ASSERT_FALSE(is_gone(old));
	fakews_heard(old);
	fakews_text(new, "hello 2");
	fakews_text(old, "event e1");
	fakews_text(new, "event e2");
	CU_ASSERT_EQUAL(talk.stage.n_events, 2);
	stage_pass(&talk.stage, 9900);
	CU_ASSERT_FALSE(is_gone(old));
	CU_ASSERT_FALSE(is_gone(new));
	fakews_text(old, "event e3");
	CU_ASSERT_EQUAL(talk.stage.n_events, 3);
	stage_pass(&talk.stage, 200);
	CU_ASSERT_TRUE(old->is_closing);
	CU_ASSERT_EQUAL(old->close_code, 1000);
	CU_ASSERT_FALSE(is_gone(new));
	CU_ASSERT_EQUAL(fakeapi_asked(), 2);
	CU_ASSERT_EQUAL(talk.stage.n_live, 1);
	CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
	end(&talk);
}

/* What comes on a socket between our close frame and its end is not lost, and acknowledged elsewhere. */
static void test_events_after_our_close(void)
{
	struct talk talk;
	struct fakews *old, *new;

	begin(&talk);
	fakews_answer_close(false);
	old = stage_connect(&talk.stage, "hello");
	fakews_text(old, "replace");
	new = stage_connect(&talk.stage, "hello");
	stage_pass(&talk.stage, 10 * SECOND);
	CU_ASSERT_TRUE(old->is_closing && !old->is_freed);
	fakews_text(old, "event late");
	CU_ASSERT_EQUAL(talk.stage.n_events, 1);
	transport_ack(&talk.stage.ack);
	ASSERT_STR(buf_str(&old->sent), "");
	ASSERT_STR(buf_str(&new->sent), "late\n");
	fakews_text(old, "hello");
	fakews_text(old, "replace");
	fakews_text(old, "crowded");
	stage_pass(&talk.stage, 3 * SECOND);
	CU_ASSERT_TRUE(old->is_freed);
	CU_ASSERT_FALSE(is_gone(new));
	CU_ASSERT_EQUAL(fakeapi_asked(), 2);
	end(&talk);
}

static void test_late_close_of_an_old_socket(void)
{
	struct talk talk;
	struct fakews *old, *new;

	begin(&talk);
	old = stage_connect(&talk.stage, "hello");
	fakews_text(old, "replace");
	new = stage_connect(&talk.stage, "hello");
	fakews_over(old, WS_CLOSE_NONE, 0, "connection reset");
	stage_pass(&talk.stage, 5 * SECOND);
	CU_ASSERT_FALSE(is_gone(new));
	CU_ASSERT_TRUE(talk.stage.is_live);
	CU_ASSERT_EQUAL(fakeapi_asked(), 2);
	CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
	end(&talk);
}

/* The successor dies while the old one is being drained: the old one must stay for as long as it can. */
static void test_successor_dies_during_drain(void)
{
	struct talk talk;
	struct fakews *old, *new;

	begin(&talk);
	old = stage_connect(&talk.stage, "hello");
	fakews_text(old, "replace");
	new = stage_connect(&talk.stage, "hello");
	stage_pass(&talk.stage, 5 * SECOND);
	fakews_over(new, WS_CLOSE_NONE, 0, "connection reset");
	CU_ASSERT(stage_until_asked(&talk.stage, 2 * SECOND) >= 0);
	stage_pass(&talk.stage, 10 * SECOND);
	CU_ASSERT_FALSE(is_gone(old));
	CU_ASSERT_TRUE(talk.stage.is_live);
	stage_connect(&talk.stage, "hello");
	stage_pass(&talk.stage, 11 * SECOND);
	CU_ASSERT_TRUE(is_gone(old));
	CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
	end(&talk);
}

static void test_100_refreshes(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, "hello");
	for (int i = 0; i < 100; i++) {
		struct fakews *old = ws;

		stage_pass(&talk.stage, (i % 5) * 10 * SECOND / 2);
		fakews_heard(old);
		fakews_text(old, "replace");
		CU_ASSERT_FALSE(is_gone(old));
		ws = stage_greet(&talk.stage);
		CU_ASSERT_FALSE(is_gone(old));
		fakews_text(ws, "hello 2");
		CU_ASSERT_FALSE(is_gone(ws));
		if (i % 2 == 0)
			fakews_over(old, 1000, 0, "bye");
	}
	CU_ASSERT_EQUAL(fakeapi_asked(), 101);
	CU_ASSERT_EQUAL(talk.stage.n_live, 1);
	CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
	end(&talk);
}

/* Old sockets that Slack leaves open are closed by and by, the oldest first. */
static void test_sockets_do_not_pile_up(void)
{
	struct talk talk;

	begin(&talk);
	stage_connect(&talk.stage, "hello");
	for (int i = 0; i < 30; i++) {
		size_t n = 0;

		fakews_text(fakews_last(), "replace");
		stage_connect(&talk.stage, "hello");
		for (size_t k = 0; k < fakews_count(); k++)
			n += !is_gone(fakews_at(k));
		CU_ASSERT(n <= 4);
		CU_ASSERT(i == 0 || !is_gone(fakews_at(fakews_count() - 3)));
	}
	CU_ASSERT_EQUAL(talk.stage.n_dead, 0);
	end(&talk);
}

static void test_steady_sockets_are_replaced_at_once(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, "hello");
	for (int i = 0; i < 4; i++) {
		stage_pass(&talk.stage, 9 * SECOND);
		fakews_heard(ws);
	}
	fakews_text(ws, "replace");
	CU_ASSERT_EQUAL(stage_until_asked(&talk.stage, SECOND), 0);
	end(&talk);
}

/* ---- acknowledgements ---- */

static void test_acks_go_to_their_socket(void)
{
	struct talk talk;
	struct fakews *old, *new;
	struct ack first, second;

	begin(&talk);
	old = stage_connect(&talk.stage, "hello");
	fakews_text(old, "event e1");
	first = talk.stage.ack;
	fakews_text(old, "replace");
	new = stage_connect(&talk.stage, "hello");
	fakews_text(new, "event e2");
	second = talk.stage.ack;
	CU_ASSERT_NOT_EQUAL(first.socket, second.socket);
	transport_ack(&second);
	transport_ack(&first);
	ASSERT_STR(buf_str(&old->sent), "e1\n");
	ASSERT_STR(buf_str(&new->sent), "e2\n");
	fakews_over(old, 1000, 0, "bye");
	transport_ack(&first); /* its socket is gone: the newest takes it */
	ASSERT_STR(buf_str(&new->sent), "e2\ne1\n");
	fakews_over(new, 1000, 0, "bye");
	transport_ack(&first); /* nowhere to go: Slack sends the envelope again */
	end(&talk);
}

/* Two transports in one loop, whose sockets have the same numbers. */
static void test_acks_go_to_their_transport(void)
{
	struct talk first, second;
	struct fakews *here, *there;
	struct ack ack;

	begin(&first);
	here = stage_connect(&first.stage, "hello");
	second = first;
	second.stage.sink.owner = &second.stage;
	second.stage.setup.sink = &second.stage.sink;
	second.stage.is_live = false;
	second.transport = transport_new(&second.stage.setup);
	there = stage_connect(&second.stage, "hello");
	fakews_text(here, "event e1");
	fakews_text(there, "event e2");
	fakews_text(here, "event e3");
	ack = first.stage.ack;
	CU_ASSERT_EQUAL(ack.socket, second.stage.ack.socket);
	transport_ack(&ack);
	transport_ack(&second.stage.ack);
	ASSERT_STR(buf_str(&here->sent), "e3\n");
	ASSERT_STR(buf_str(&there->sent), "e2\n");
	/* One that is stopping waits for its own alone, and the other goes on. */
	transport_stop(first.transport, stage_on_stopped, &first.stage);
	fakews_text(there, "event e4");
	transport_ack(&second.stage.ack);
	stage_pass(&first.stage, 100);
	CU_ASSERT_FALSE(is_gone(here));
	snprintf(ack.envelope_id, sizeof(ack.envelope_id), "e1");
	transport_ack(&ack);
	stage_pass(&first.stage, 100);
	CU_ASSERT_TRUE(is_gone(here));
	CU_ASSERT_TRUE(first.stage.is_stopped);
	CU_ASSERT_FALSE(is_gone(there));
	CU_ASSERT_TRUE(second.stage.is_live);
	ASSERT_STR(buf_str(&there->sent), "e2\ne4\n");
	transport_free(second.transport);
	event_free(second.stage.event);
	end(&first);
}

/* ---- waiting ---- */

static void test_backs_off(void)
{
	int64_t ceiling = 1000;
	struct talk talk;

	begin(&talk);
	CU_ASSERT_EQUAL(stage_until_asked(&talk.stage, SECOND), 0);
	for (int i = 0; i < 30; i++) {
		int64_t waited;

		if (i % 3 == 0)
			fakeapi_say_later("internal_error", 0);
		else if (i % 3 == 1)
			fakeapi_say_later("", 0);
		else
			fakews_over(stage_dial(&talk.stage), WS_CLOSE_NONE, 0,
				    "connection refused");
		waited = stage_until_asked(&talk.stage, 2 * MINUTE);
		CU_ASSERT(waited >= 0 && waited <= ceiling + 50);
		ceiling = ceiling >= 30000 ? 60000 : ceiling * 2;
	}
	CU_ASSERT_PTR_NULL(talk.stage.fatal);
	end(&talk);
}

/* Only 30 s of life make up for failures; a hello alone does not. */
static void test_what_forgives(void)
{
	static const struct {
		int64_t lived_ms;
		bool forgives;
	} cases[] = { { 0, false }, { 29000, false }, { 30050, true } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t longest = 0;

		for (int round = 0; round < 12; round++) {
			struct talk talk;
			struct fakews *ws;
			int64_t waited;

			begin(&talk);
			for (int n = 0; n < 6; n++) {
				stage_until_asked(&talk.stage, 2 * MINUTE);
				fakeapi_say_later("fatal_error", 0);
			}
			ws = stage_connect(&talk.stage, "hello");
			for (int64_t ms = 0; ms < cases[i].lived_ms; ms += 50) {
				stage_pass(&talk.stage, 50);
				fakews_heard(ws);
			}
			fakews_over(ws, 1006, 0, "gone");
			waited = stage_until_asked(&talk.stage, 2 * MINUTE);
			longest = waited > longest ? waited : longest;
			end(&talk);
		}
		/* Below 60 s by chance: twelve times below 1 s does not happen. */
		CU_ASSERT_EQUAL(longest <= 1050, cases[i].forgives);
	}
}

static void test_retry_after(void)
{
	struct talk talk;
	int64_t waited;

	begin(&talk);
	for (int i = 0; i < 20; i++) {
		stage_until_asked(&talk.stage, 2 * MINUTE);
		fakeapi_say_later("ratelimited", 67000);
		waited = stage_until_asked(&talk.stage, 2 * MINUTE);
		CU_ASSERT(waited >= 67000 && waited <= 68050);
	}
	end(&talk);
}

static void test_moving_house(void)
{
	static const int64_t least[] = { 5000,	 10000,	 20000,	 40000, 80000,
					 160000, 320000, 600000, 600000 };
	struct talk talk;

	begin(&talk);
	stage_until_asked(&talk.stage, SECOND);
	for (size_t i = 0; i < ARRAY_LEN(least); i++) {
		int64_t waited;

		/* Whatever class the table of the Web API puts it in. */
		if (i % 2 == 0)
			fakeapi_say_later("migration_in_progress", 0);
		else
			fakeapi_say_fatal("org_login_required");
		waited = stage_until_asked(&talk.stage, 800 * SECOND);
		CU_ASSERT(waited >= least[i] && waited <= least[i] + least[i] / 4 + 50);
	}
	CU_ASSERT_PTR_NULL(talk.stage.fatal);
	end(&talk);
}

static void test_refused_handshakes(void)
{
	static const int statuses[] = { 408, 409, 502, 403, 404, 200, 407, 500, 429 };
	struct talk talk;

	begin(&talk);
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct fakews *ws = stage_dial(&talk.stage);

		fakews_over(ws, WS_CLOSE_NONE, statuses[i], "refused");
		CU_ASSERT_EQUAL(fakeapi_asked(), i + 1);
	}
	stage_connect(&talk.stage, "hello");
	/* One URL, one attempt. */
	for (size_t i = 1; i < fakews_count(); i++)
		CU_ASSERT_STRING_NOT_EQUAL(fakews_at(i)->url, fakews_at(i - 1)->url);
	CU_ASSERT_TRUE(talk.stage.is_live);
	end(&talk);
}

static void test_crowded_grows(void)
{
	static const int64_t least[] = { 30000, 60000, 120000, 240000, 480000, 600000, 600000 };
	struct talk talk;

	begin(&talk);
	for (size_t i = 0; i < ARRAY_LEN(least); i++) {
		struct fakews *ws = stage_greet(&talk.stage);
		int64_t waited;

		fakews_text(ws, "crowded");
		CU_ASSERT_TRUE(ws->is_closing);
		waited = stage_until_asked(&talk.stage, 800 * SECOND);
		CU_ASSERT(waited >= least[i] && waited <= least[i] + least[i] / 4 + 50);
		CU_ASSERT_TRUE(ws->is_freed);
	}
	end(&talk);
}

/* ---- fatal ---- */

static void test_fatal(void)
{
	static const char *const errors[] = { "invalid_auth", "token_revoked", "account_inactive",
					      "not_authed" };

	for (size_t i = 0; i < ARRAY_LEN(errors) * 3; i++) {
		const char *error = errors[i / 3];
		struct talk talk;

		begin(&talk);
		stage_until_asked(&talk.stage, SECOND);
		if (i % 3 == 2) { /* found out only when the socket is to be replaced */
			fakews_text(stage_connect(&talk.stage, "hello"), "replace");
			stage_until_asked(&talk.stage, SECOND);
		}
		if (i % 3 == 0)
			fakeapi_say_later(error, 0);
		else
			fakeapi_say_fatal(error);
		CU_ASSERT_TRUE(stage_fatal_has(&talk.stage, error));
		CU_ASSERT_EQUAL(stage_until_asked(&talk.stage, 20 * MINUTE), -1);
		if (i % 3 == 2)
			CU_ASSERT_TRUE(fakews_at(0)->is_freed);
		transport_stop(talk.transport, stage_on_stopped, &talk.stage);
		stage_pass(&talk.stage, 3 * SECOND);
		CU_ASSERT_TRUE(talk.stage.is_stopped);
		end(&talk);
	}
}

/* An error that came after this program: no reason to give up for ever. */
static void test_unknown_refusal(void)
{
	struct talk talk;
	int64_t waited;

	begin(&talk);
	stage_until_asked(&talk.stage, SECOND);
	fakeapi_say_fatal("something_new");
	CU_ASSERT_PTR_NULL(talk.stage.fatal);
	waited = stage_until_asked(&talk.stage, MINUTE);
	CU_ASSERT(waited >= 5000 && waited <= 6300);
	end(&talk);
}

/* ---- alive? ---- */

static void test_a_quiet_socket_lives(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, "hello");
	for (unsigned i = 0; i < 360; i++) {
		stage_pass(&talk.stage, 10 * SECOND);
		CU_ASSERT_EQUAL(ws->n_pings, i + 1);
		fakews_heard(ws); /* the pong */
	}
	CU_ASSERT_FALSE(is_gone(ws));
	CU_ASSERT_EQUAL(fakeapi_asked(), 1);
	end(&talk);
}

static void test_a_dead_socket_is_found(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, "hello");
	stage_pass(&talk.stage, 25 * SECOND);
	fakews_heard(ws);
	stage_pass(&talk.stage, 29900);
	CU_ASSERT_FALSE(is_gone(ws));
	stage_pass(&talk.stage, 200);
	CU_ASSERT_TRUE(ws->is_freed); /* at once: nobody is there to read a close frame */
	CU_ASSERT_FALSE(ws->is_closing);
	CU_ASSERT_FALSE(talk.stage.is_live);
	CU_ASSERT(stage_until_asked(&talk.stage, SECOND) >= 0);
	end(&talk);
}

/* Death may be set to come sooner than the next ping. */
static void test_impatient(void)
{
	struct talk talk;
	struct fakews *ws;

	prepare(&talk);
	talk.stage.setup.dead_after_ms = 3 * SECOND;
	talk.transport = transport_new(&talk.stage.setup);
	ws = stage_connect(&talk.stage, "hello");
	stage_pass(&talk.stage, 2900);
	CU_ASSERT_FALSE(is_gone(ws));
	stage_pass(&talk.stage, 200);
	CU_ASSERT_TRUE(ws->is_freed);
	end(&talk);
}

/* A suspended machine wakes up: the time that passed counts. */
static void test_a_long_sleep(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	ws = stage_connect(&talk.stage, "hello");
	fakeclock_pass(&talk.stage.clock, 600 * SECOND);
	loop_turn(talk.stage.loop, 0);
	CU_ASSERT_TRUE(ws->is_freed);
	CU_ASSERT(stage_until_asked(&talk.stage, SECOND) >= 0);
	end(&talk);
}

static void test_own_pings_unanswered(void)
{
	struct talk talk;
	struct fakews *ws;

	prepare(&talk);
	talk.stage.setup.protocol = &words_with_pings;
	talk.transport = transport_new(&talk.stage.setup);
	ws = stage_connect(&talk.stage, "hello");
	for (int i = 0; i < 20; i++) {
		stage_pass(&talk.stage, 5 * SECOND);
		fakews_text(ws, "pong");
	}
	CU_ASSERT_FALSE(is_gone(ws));
	for (int i = 0; i < 6; i++) {
		stage_pass(&talk.stage, 5 * SECOND);
		CU_ASSERT_FALSE_FATAL(is_gone(ws));
		fakews_heard(ws); /* something is there, but it is not Slack */
	}
	stage_pass(&talk.stage, 15 * SECOND);
	CU_ASSERT_TRUE(is_gone(ws));
	end(&talk);
}

/* What the log says to a hello. */
static char *log_of_hello(const char *hello)
{
	static char said[4096];
	FILE *file = tmpfile();
	int keep = dup(2);
	size_t n;

	CU_ASSERT_FATAL(file != NULL && keep >= 0);
	fflush(stderr);
	dup2(fileno(file), 2);
	fakews_text(fakews_last(), hello);
	fflush(stderr);
	dup2(keep, 2);
	close(keep);
	rewind(file);
	n = fread(said, 1, sizeof(said) - 1, file);
	said[n] = '\0';
	fclose(file);
	return said;
}

static void test_ghosts(void)
{
	struct talk talk;
	struct fakews *old;
	char *said;

	begin(&talk);
	old = stage_connect(&talk.stage, "hello 1");
	fakews_text(old, "replace");
	stage_greet(&talk.stage);
	said = log_of_hello("hello 2"); /* both are ours */
	CU_ASSERT_PTR_NULL(strstr(said, " warn "));
	fakews_text(old, "replace");
	fakews_over(old, 1000, 0, "bye");
	fakews_text(fakews_last(), "replace");
	stage_greet(&talk.stage);
	said = log_of_hello("hello 3");
	CU_ASSERT_PTR_NOT_NULL(strstr(said, " warn "));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "3 connections"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "only 2"));
	end(&talk);
}

/* ---- stopping ---- */

/* 0 waiting, 1 asking, 2 dialling, 3 greeting, 4 live, 5 being replaced, 6 draining */
static void bring(struct talk *talk, int state)
{
	struct fakews *ws;

	stage_until_asked(&talk->stage, SECOND);
	if (state == 0)
		fakeapi_say_later("", 30000);
	if (state == 2)
		stage_dial(&talk->stage);
	if (state == 3)
		stage_greet(&talk->stage);
	if (state < 4)
		return;
	ws = stage_connect(&talk->stage, "hello");
	if (state == 4)
		return;
	fakews_text(ws, "replace");
	ws = stage_greet(&talk->stage);
	if (state == 6)
		fakews_text(ws, "hello");
}

static void test_stops_in_every_state(void)
{
	for (int state = 0; state <= 6; state++) {
		for (int answers = 0; answers < 2; answers++) {
			struct talk talk;

			begin(&talk);
			fakews_answer_close(answers);
			bring(&talk, state);
			transport_stop(talk.transport, stage_on_stopped, &talk.stage);
			CU_ASSERT_FALSE(talk.stage.is_stopped); /* never from within */
			stage_pass(&talk.stage, answers ? 200 : 2900);
			CU_ASSERT_TRUE(talk.stage.is_stopped);
			for (size_t i = 0; i < fakews_count(); i++) {
				CU_ASSERT_TRUE(fakews_at(i)->is_freed);
				CU_ASSERT(fakews_at(i)->is_closing || state == 2);
			}
			CU_ASSERT_FALSE(fakeapi_is_asked());
			CU_ASSERT_EQUAL(stage_until_asked(&talk.stage, 2 * MINUTE), -1);
			end(&talk);
		}
	}
}

static void test_stop_waits_for_acks(void)
{
	struct talk talk;
	struct fakews *ws;
	struct ack ack;

	begin(&talk);
	ws = stage_connect(&talk.stage, "hello");
	fakews_text(ws, "event e1");
	ack = talk.stage.ack;
	transport_stop(talk.transport, stage_on_stopped, &talk.stage);
	stage_pass(&talk.stage, 300);
	CU_ASSERT_FALSE(ws->is_closing);
	fakews_text(ws, "event e2"); /* too late: Slack will send it again */
	CU_ASSERT_EQUAL(talk.stage.n_events, 1);
	transport_ack(&ack);
	stage_pass(&talk.stage, 50);
	ASSERT_STR(buf_str(&ws->sent), "e1\n");
	CU_ASSERT_TRUE(ws->is_closing);
	CU_ASSERT_TRUE(talk.stage.is_stopped);
	end(&talk);
}

/* Nothing will be said about one that could not be taken. */
static void test_stop_does_not_wait_for_what_is_forgone(void)
{
	struct talk talk;
	struct fakews *ws;
	struct ack ack;

	begin(&talk);
	ws = stage_connect(&talk.stage, "hello");
	fakews_text(ws, "event e1");
	transport_forgo(&talk.stage.ack);
	fakews_text(ws, "event e2");
	ack = talk.stage.ack;
	transport_stop(talk.transport, stage_on_stopped, &talk.stage);
	stage_pass(&talk.stage, 300);
	CU_ASSERT_FALSE(ws->is_closing);
	transport_forgo(&ack);
	stage_pass(&talk.stage, 50);
	ASSERT_STR(buf_str(&ws->sent), "");
	CU_ASSERT_TRUE(ws->is_closing);
	CU_ASSERT_TRUE(talk.stage.is_stopped);
	end(&talk);
}

static void test_stop_does_not_wait_for_ever(void)
{
	struct talk talk;
	struct fakews *ws;

	begin(&talk);
	fakews_answer_close(false);
	ws = stage_connect(&talk.stage, "hello");
	fakews_text(ws, "event e1");
	transport_stop(talk.transport, stage_on_stopped, &talk.stage);
	stage_pass(&talk.stage, 1600); /* names are asked for as long as this */
	CU_ASSERT_FALSE(ws->is_closing);
	stage_pass(&talk.stage, 500);
	CU_ASSERT_TRUE(ws->is_closing);
	stage_pass(&talk.stage, 2400);
	CU_ASSERT_TRUE(talk.stage.is_stopped);
	end(&talk);
}

/* ---- owners that do things inside callbacks ---- */

static void free_session(struct stage *stage)
{
	struct talk *talk = stage->actor;

	transport_free(talk->transport);
	talk->transport = NULL;
	stage->on_anything = NULL;
}

static void stop_session(struct stage *stage)
{
	struct talk *talk = stage->actor;

	transport_stop(talk->transport, stage_on_stopped, stage);
	stage->on_anything = NULL;
}

/* What makes the session call its owner, once a socket waits for its hello. */
static void say_live(struct talk *talk)
{
	(void)talk;
	fakews_text(fakews_last(), "hello");
}

static void say_event(struct talk *talk)
{
	(void)talk;
	fakews_text(fakews_last(), "event e1");
}

static void say_dead(struct talk *talk)
{
	talk->stage.on_anything = NULL;
	fakews_text(fakews_last(), "hello");
	talk->stage.on_anything = talk->deed;
	fakews_over(fakews_last(), 1006, 0, "gone");
}

static void say_fatal(struct talk *talk)
{
	fakews_over(fakews_last(), 1006, 0, "gone");
	CU_ASSERT_FATAL(stage_until_asked(&talk->stage, 2 * SECOND) >= 0);
	fakeapi_say_fatal("invalid_auth");
}

static void test_owner_acts_in_callbacks(void)
{
	static void (*const deeds[])(struct stage *) = { free_session, stop_session };
	static void (*const occasions[])(struct talk *) = { say_live, say_event, say_dead,
							    say_fatal };

	for (size_t i = 0; i < ARRAY_LEN(deeds) * ARRAY_LEN(occasions); i++) {
		struct talk talk;

		begin(&talk);
		stage_greet(&talk.stage);
		talk.deed = deeds[i % 2];
		talk.stage.on_anything = talk.deed;
		talk.stage.actor = &talk;
		occasions[i / 2](&talk);
		CU_ASSERT_PTR_NULL(talk.stage.on_anything);
		stage_pass(&talk.stage, 4 * SECOND);
		CU_ASSERT_EQUAL(talk.transport == NULL, talk.deed == free_session);
		CU_ASSERT_EQUAL(talk.stage.is_stopped, talk.deed == stop_session);
		CU_ASSERT_FALSE(fakeapi_is_asked());
		end(&talk);
	}
}

/* ---- anything, in any order ---- */

static bool has_usable_socket(void)
{
	for (size_t i = 0; i < fakews_count(); i++) {
		if (!is_gone(fakews_at(i)) && fakews_at(i)->is_open)
			return true;
	}
	return false;
}

static void random_deed(struct talk *talk)
{
	static const char *const texts[] = { "hello", "hello 9",  "replace",   "break", "crowded",
					     "off",   "event e1", "gibberish", "pong" };
	struct fakews *ws = fakews_count() > 0 ? fakews_at((size_t)random() % fakews_count()) :
						 NULL;

	switch (random() % 8) {
	case 0:
		if (fakeapi_is_asked())
			fakeapi_say_later("internal_error", random() % 3 == 0 ? 3000 : 0);
		return;
	case 1:
	case 2:
		if (fakeapi_is_asked())
			stage_dial(&talk->stage);
		return;
	case 3:
		if (ws != NULL && !ws->is_freed && !ws->is_open && !ws->is_closing)
			fakews_open(ws);
		return;
	case 4:
		if (ws != NULL && !ws->is_freed && random() % 3 == 0)
			fakews_over(ws, random() % 2 ? 1006 : 1000, 0, "gone");
		return;
	case 5:
		stage_pass(&talk->stage, random() % 20 * SECOND);
		return;
	case 6:
		ws = fakews_count() > 0 ? fakews_last() : NULL;
		if (ws != NULL && ws->is_open)
			fakews_text(ws, random() % 2 == 0 ? "hello" : "event e2");
		return;
	default:
		if (ws != NULL && ws->is_open)
			fakews_text(ws, texts[(size_t)random() % ARRAY_LEN(texts)]);
		return;
	}
}

/* All is well again with the world; then it must be with the session. */
static void recover(struct talk *talk)
{
	for (size_t i = 0; i < fakews_count(); i++) {
		struct fakews *ws = fakews_at(i);

		if (!ws->is_freed && !ws->is_open && !ws->is_closing)
			fakews_over(ws, WS_CLOSE_NONE, 0, "timed out");
	}
	for (int i = 0; i < 40 && !talk->stage.is_live; i++) {
		stage_pass(&talk->stage, 30 * SECOND);
		if (fakeapi_is_asked())
			stage_connect(&talk->stage, "hello");
	}
}

static void test_random_walks(void)
{
	srandom(unit_seed());
	log_set_level(LOG_ERROR);
	for (int walk = 0; walk < 30; walk++) {
		struct talk talk;

		begin(&talk);
		for (int step = 0; step < 200; step++) {
			random_deed(&talk);
			CU_ASSERT_FATAL(!talk.stage.is_live || has_usable_socket());
		}
		recover(&talk);
		CU_ASSERT_TRUE(talk.stage.is_live);
		transport_stop(talk.transport, stage_on_stopped, &talk.stage);
		stage_pass(&talk.stage, 3 * SECOND);
		CU_ASSERT_TRUE(talk.stage.is_stopped);
		end(&talk);
	}
	log_set_level(LOG_INFO);
}

UNIT_MAIN("session", { "connects", test_connects }, { "hello is late", test_hello_is_late },
	  { "bad URLs", test_bad_urls },
	  { "does not dial elsewhere", test_elsewhere_is_not_dialled },
	  { "ends before hello", test_ends_before_hello },
	  { "ends while live", test_ends_while_live },
	  { "ends during replacement", test_ends_during_replacement },
	  { "successor ends", test_successor_ends },
	  { "make before break", test_make_before_break },
	  { "events after our close", test_events_after_our_close },
	  { "late close of an old socket", test_late_close_of_an_old_socket },
	  { "successor dies during the drain", test_successor_dies_during_drain },
	  { "100 refreshes", test_100_refreshes },
	  { "sockets do not pile up", test_sockets_do_not_pile_up },
	  { "steady sockets are replaced at once", test_steady_sockets_are_replaced_at_once },
	  { "acks go to their socket", test_acks_go_to_their_socket },
	  { "acks go to their transport", test_acks_go_to_their_transport },
	  { "backs off", test_backs_off }, { "what forgives failures", test_what_forgives },
	  { "Retry-After", test_retry_after }, { "moving house", test_moving_house },
	  { "refused handshakes", test_refused_handshakes }, { "crowded", test_crowded_grows },
	  { "fatal", test_fatal }, { "unknown refusal", test_unknown_refusal },
	  { "a quiet socket lives", test_a_quiet_socket_lives },
	  { "a dead socket is found", test_a_dead_socket_is_found },
	  { "impatient", test_impatient }, { "a long sleep", test_a_long_sleep },
	  { "own pings unanswered", test_own_pings_unanswered }, { "ghosts", test_ghosts },
	  { "stops in every state", test_stops_in_every_state },
	  { "stop waits for acks", test_stop_waits_for_acks },
	  { "stop does not wait for what is forgone", test_stop_does_not_wait_for_what_is_forgone },
	  { "stop does not wait for ever", test_stop_does_not_wait_for_ever },
	  { "owner acts in callbacks", test_owner_acts_in_callbacks },
	  { "random walks", test_random_walks })
