/* SPDX-License-Identifier: MIT */
#include "lib/stage.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum { STEP_MS = 50, LONG_MS = 20 * 60 * 1000 };

static void anything(struct stage *stage)
{
	if (stage->on_anything != NULL)
		stage->on_anything(stage);
}

static void on_event(void *owner, struct event *take, const struct ack *ack)
{
	struct stage *stage = owner;

	event_free(stage->event);
	stage->event = take;
	stage->ack = *ack;
	stage->n_events++;
	anything(stage);
}

static void on_live(void *owner, bool live, const char *detail)
{
	struct stage *stage = owner;

	assert(live != stage->is_live && detail != NULL && detail[0] != '\0');
	(void)detail;
	stage->is_live = live;
	stage->n_live += live;
	stage->n_dead += !live;
	anything(stage);
}

static void on_renewed(void *owner, const char *detail)
{
	struct stage *stage = owner;

	assert(stage->is_live && detail[0] != '\0');
	(void)detail;
	anything(stage);
}

static void on_fatal(void *owner, const char *sentence)
{
	struct stage *stage = owner;

	assert(stage->fatal == NULL);
	stage->fatal = mem_strdup(sentence);
	anything(stage);
}

void stage_on_stopped(void *owner)
{
	struct stage *stage = owner;

	assert(!stage->is_stopped);
	stage->is_stopped = true;
}

bool stage_fatal_has(const struct stage *stage, const char *word)
{
	return stage->fatal != NULL && strstr(stage->fatal, word) != NULL;
}

void stage_init(struct stage *stage, const char *method)
{
	int r;

	memset(stage, 0, sizeof(*stage));
	fakeclock_init(&stage->clock);
	r = loop_new(&stage->loop, &stage->clock.clock);
	assert(r == 0);
	(void)r;
	secret_set(&stage->token, STR("xapp-test"));
	stage->sink = (struct transport_sink){
		.owner = stage,
		.on_event = on_event,
		.on_live = on_live,
		.on_renewed = on_renewed,
		.on_fatal = on_fatal,
	};
	stage->setup = (struct transport_setup){
		.loop = stage->loop,
		.base_url = "https://localhost:1/api/",
		.token = &stage->token,
		.me = &stage->me,
		.method = method,
		.sink = &stage->sink,
	};
	fakeapi_reset();
}

void stage_deinit(struct stage *stage)
{
	loop_turn(stage->loop, 0);
	fakews_reset();
	loop_free(stage->loop);
	event_free(stage->event);
	free(stage->fatal);
	secret_deinit(&stage->token);
	identity_deinit(&stage->me);
}

void stage_pass(struct stage *stage, int64_t ms)
{
	while (ms > 0) {
		int64_t step = ms < STEP_MS ? ms : STEP_MS;

		fakeclock_pass(&stage->clock, step);
		loop_turn(stage->loop, 0);
		ms -= step;
	}
	for (int i = 0; i < 4; i++) /* for what a turn leaves to the next one */
		loop_turn(stage->loop, 0);
}

int64_t stage_until_asked(struct stage *stage, int64_t max_ms)
{
	stage_pass(stage, 0);
	for (int64_t ms = 0; ms <= max_ms; ms += STEP_MS) {
		if (fakeapi_is_asked())
			return ms;
		stage_pass(stage, STEP_MS);
	}
	return -1;
}

struct fakews *stage_dial(struct stage *stage)
{
	int64_t waited = stage_until_asked(stage, LONG_MS);
	char body[128];

	assert(waited >= 0);
	(void)waited;
	snprintf(body, sizeof(body), "{\"ok\":true,\"url\":\"wss://localhost/link/?ticket=%u\"}",
		 ++stage->n_urls);
	fakeapi_say(body);
	stage_pass(stage, 0);
	return fakews_last();
}

struct fakews *stage_greet(struct stage *stage)
{
	struct fakews *ws = stage_dial(stage);

	fakews_open(ws);
	stage_pass(stage, 0);
	return ws;
}

struct fakews *stage_connect(struct stage *stage, const char *hello)
{
	struct fakews *ws = stage_greet(stage);

	fakews_text(ws, hello);
	stage_pass(stage, 0);
	return ws;
}
