/* SPDX-License-Identifier: MIT */
#include "net/curl_multi.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include "lib/peer.h"
#include "lib/pump.h"
#include "lib/unit.h"

enum { MANY = 12 };

/* One transfer and what became of it. */
struct fetch {
	struct transfer transfer;
	bool done;
	int code;
	struct pool **frees_pool; /* in its on_done */
	struct fetch *stops;	  /* likewise */
};

struct world {
	struct loop *loop;
	struct pool *pool;
	struct peer peer;
	char url[64];
};

static void on_bytes(void *owner, struct peer_conn *conn)
{
	(void)owner;
	while (peer_take_request(conn))
		peer_answer(conn, "fine");
}

static size_t on_write(char *data, size_t size, size_t n, void *user)
{
	(void)data;
	(void)user;
	return size * n;
}

static void on_done(struct transfer *t, int code)
{
	struct fetch *f = container_of(t, struct fetch, transfer);

	CU_ASSERT(!f->done);
	f->done = true;
	f->code = code;
	if (f->stops != NULL)
		transfer_deinit(&f->stops->transfer);
	transfer_deinit(t);
	if (f->frees_pool != NULL) {
		pool_free(*f->frees_pool);
		*f->frees_pool = NULL;
	}
}

static void world_init(struct world *w, long max_host_connections)
{
	*w = (struct world){ 0 };
	CU_ASSERT_EQUAL_FATAL(loop_new(&w->loop, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(pool_new(&w->pool, w->loop, max_host_connections), 0);
	peer_init(&w->peer, w->loop, NULL, on_bytes, w);
	snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%d/", w->peer.port);
}

static void world_deinit(struct world *w)
{
	pool_free(w->pool);
	peer_deinit(&w->peer);
	loop_free(w->loop);
}

static void fetch(struct world *w, struct fetch *f, const char *url)
{
	*f = (struct fetch){ .code = -1 };
	transfer_init(&f->transfer, w->pool, on_done);
	curl_easy_setopt(f->transfer.easy, CURLOPT_URL, url);
	curl_easy_setopt(f->transfer.easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(f->transfer.easy, CURLOPT_WRITEFUNCTION, on_write);
	transfer_start(&f->transfer);
	CU_ASSERT(!f->done); /* it comes from the loop */
}

static void test_side_by_side(void)
{
	struct fetch fetches[MANY];
	struct world w;

	world_init(&w, 3);
	for (int i = 0; i < MANY; i++)
		fetch(&w, &fetches[i], w.url);
	for (int i = 0; i < MANY; i++) {
		CU_ASSERT(pump_flag(w.loop, &fetches[i].done));
		CU_ASSERT_EQUAL(fetches[i].code, CURLE_OK);
	}
	CU_ASSERT(w.peer.n_conns > 1 && w.peer.n_conns <= 3);
	world_deinit(&w);
}

static void test_failure_has_a_sentence(void)
{
	struct transfer t;
	struct world w;

	world_init(&w, POOL_ANY_CONNECTIONS);
	transfer_init(&t, w.pool, on_done);
	CU_ASSERT(transfer_why(&t, CURLE_COULDNT_CONNECT)[0] != '\0');
	snprintf(t.error, sizeof(t.error), "what libcurl says is better");
	ASSERT_STR(str_from(transfer_why(&t, CURLE_COULDNT_CONNECT)),
		   "what libcurl says is better");
	transfer_deinit(&t);
	world_deinit(&w);
}

static void test_pool_dies_in_on_done(void)
{
	struct fetch one;
	struct world w;

	world_init(&w, POOL_ANY_CONNECTIONS);
	fetch(&w, &one, w.url);
	one.frees_pool = &w.pool;
	CU_ASSERT(pump_flag(w.loop, &one.done));
	loop_turn(w.loop, 0);
	CU_ASSERT_PTR_NULL(w.pool);
	world_deinit(&w);
}

/* Two that are over in the same moment: the first to be told stops the other. */
static void test_stops_a_neighbour(void)
{
	struct fetch one, other;
	struct world w;

	world_init(&w, POOL_ANY_CONNECTIONS);
	fetch(&w, &one, "gone://nowhere");
	fetch(&w, &other, "gone://nowhere");
	one.stops = &other;
	CU_ASSERT(pump_flag(w.loop, &one.done));
	loop_turn(w.loop, 0);
	CU_ASSERT(!other.done);
	world_deinit(&w);
}

UNIT_MAIN("pool", { "side by side", test_side_by_side },
	  { "failure has a sentence", test_failure_has_a_sentence },
	  { "pool dies in on_done", test_pool_dies_in_on_done },
	  { "stops a neighbour", test_stops_a_neighbour })
