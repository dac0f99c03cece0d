/* SPDX-License-Identifier: MIT */
/*
 * Frames as Socket Mode brings them, commands, buttons and forms among them, a line each. What has an id is acknowledged
 * once, at once or when what came of it stands, and never with words that the sender chose.
 */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "lib/stage.h"
#include "transport/socketmode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HELLO "{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A1\"}}"

enum { SIZE_USED = 16384, LINES_MAX = 40 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What was sent is one line more, and acknowledges this id; `say` NULL = without words. */
static void check_ack(const struct fakews *ws, size_t before, struct str id, const char *say)
{
	struct str sent = str_sub(buf_str(&ws->sent), before, ws->sent.len), line;
	CLEANUP(json_freep) struct json *ack = NULL;
	size_t at = 0, n = 0;
	struct json *value;
	struct str key;

	must(str_cut(&sent, '\n', &line) && sent.len == 0);
	must(json_parse(&ack, line, NULL) == 0 && str_eq(json_str(ack, "envelope_id"), id));
	while (json_member(ack, &at, &key, &value))
		n++;
	must(n == (say != NULL ? 2 : 1));
	must(say == NULL || str_is(json_str(ack, "payload.text"), say));
}

static void check_command(const struct event *ev)
{
	must(ev->command.len > 1 && ev->command.p[0] == '/');
	must(ev->user.id.len > 0 && ev->channel.len > 0 && ev->payload != NULL);
}

/* What came as an event is acknowledged when its owner says so. */
static void check_event(struct stage *stage, const struct fakews *ws, struct str id, unsigned n)
{
	static const char words[] = "I am looking.";
	bool is_command = stage->event->kind == EVENT_COMMAND;
	size_t before = ws->sent.len;

	must(stage->n_events == n + 1);
	if (is_command)
		check_command(stage->event);
	if (id.len >= sizeof(stage->ack.envelope_id))
		return; /* it left at once */
	must(str_is(id, stage->ack.envelope_id));
	stage->ack.say = is_command && n % 2 == 0 ? words : NULL;
	transport_ack(&stage->ack);
	if (id.len > 0)
		check_ack(ws, before, id, stage->ack.say);
	before = ws->sent.len;
	must(ws->sent.len == before);
}

/* False: the socket is of no use any more. */
static bool give(struct stage *stage, struct fakews *ws, struct str line)
{
	CLEANUP(mem_freep) char *text = str_dup(line);
	unsigned n_events = stage->n_events;
	size_t before = ws->sent.len;
	struct envelope e;
	const char *why;
	int r = envelope_parse(&e, str_from(text), &why);
	bool goes_on;

	fakews_text(ws, text);
	goes_on = !ws->is_freed && !ws->is_closing && stage->fatal == NULL;
	if (r == 0 && goes_on && stage->n_events > n_events)
		check_event(stage, ws, e.id, n_events);
	else if (r == 0 && goes_on && e.kind != ENVELOPE_HELLO && e.kind != ENVELOPE_DISCONNECT) {
		if (e.id.len > 0)
			check_ack(ws, before, e.id, NULL);
		else
			must(ws->sent.len == before);
	}
	must(r != 0 || e.kind != ENVELOPE_INTERACTIVE || stage->n_events == n_events);
	envelope_deinit(&e);
	return goes_on;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), line;
	struct transport *transport;
	struct fakews *ws;
	struct stage stage;

	if (size > SIZE_USED)
		return 0;
	log_set_level(LOG_ERROR);
	stage_init(&stage, "apps.connections.open");
	stage.setup.protocol = &transport_socketmode;
	transport = transport_new(&stage.setup);
	ws = stage_connect(&stage, HELLO);
	for (int n = 0; n < LINES_MAX && str_cut(&rest, '\n', &line); n++) {
		if (str_find_char(line, '\0') == SIZE_MAX && !give(&stage, ws, line))
			break;
	}
	transport_free(transport);
	stage_deinit(&stage);
	return 0;
}
