/* SPDX-License-Identifier: MIT */
#include "sim/hook.h"

#include <stdlib.h>
#include "base/mem.h"

void hook_free(void *pointer)
{
	struct hook *h = pointer;

	while (h != NULL) {
		struct hook *then = h->then;

		free(h->body);
		free(h->location);
		free(h);
		h = then;
	}
}

void hook_set(struct sim *sim, struct str name, const struct hook *take)
{
	struct hook *h = mem_zero(1, sizeof(*h));
	struct hook *before;

	*h = *take;
	before = map_set(&sim->hooks, name, h);
	if (h->times > 0)
		h->then = before;
	else
		hook_free(before);
}

void hook_url(const struct sim *sim, struct str name, struct buf *out)
{
	buf_addf(out, "https://localhost:%d/hooks/%.*s", server_port(sim->server), STR_ARG(name));
}

static bool holds_token(const struct sim *sim, struct str text)
{
	for (; sim != NULL; sim = sim->next)
		if (str_find(text, sim->bot_token) != SIZE_MAX ||
		    str_find(text, sim->app_token) != SIZE_MAX)
			return true;
	return false;
}

static struct json *body_json(const struct request *r)
{
	struct json *j = NULL;

	if (json_parse(&j, r->body, NULL) == 0 && json_kind(j) == JSON_OBJECT)
		return j;
	json_free(j);
	j = json_new_object();
	if (r->body.len > 0)
		json_set_str(j, "body", utf8_valid(r->body) ? r->body : STR("(no UTF-8)"));
	return j;
}

struct entry *hook_note(struct sim *sim, const struct request *r, const char *method)
{
	CLEANUP(json_freep) struct json *args = body_json(r);
	struct entry *e = ledger_add(&sim->ledger, clock_mono(loop_clock(sim->loop)), sim_ms(sim),
				     method, args);

	e->verb = str_dup(r->method);
	e->head = str_dup(r->head);
	e->body = str_dup(r->body);
	e->acted = true;
	if (holds_token(sim->first, r->head) || holds_token(sim->first, r->body) ||
	    holds_token(sim->first, r->query))
		sim_complain(sim, "the client gave a token of Slack's to %s", method);
	return e;
}

/* The answer that is due; one that is used up makes room for the one before it. */
static struct hook *take_turn(struct sim *sim, struct str name)
{
	struct hook *h = map_get(&sim->hooks, name);

	if (h == NULL || h->times == 0)
		return h;
	if (--h->times == 0) {
		map_remove(&sim->hooks, name);
		if (h->then != NULL)
			map_set(&sim->hooks, name, h->then);
		h->then = NULL;
		h->times = -1;
	}
	return h;
}

static void answer(struct conn *conn, const struct hook *h, struct entry *e)
{
	CLEANUP(buf_deinit) struct buf head = { 0 };
	CLEANUP(json_freep) struct json *parsed = NULL;
	struct str body = str_from(h->body);

	buf_addf(&head, "Content-Type: %s\r\n",
		 json_parse(&parsed, body, NULL) == 0 ? "application/json" : "text/plain");
	if (h->location != NULL)
		buf_addf(&head, "Location: %s\r\n", h->location);
	conn_delay(conn, h->delay_ms);
	if (h->kind == HOOK_CUT)
		conn_cut_after(conn, h->cut, false);
	e->status = (int)h->status;
	conn_answer(conn, e->status, buf_str(&head), body);
}

static struct sim *sim_of_hook(struct sim *sim, struct str name)
{
	for (struct sim *s = sim->first; s != NULL; s = s->next)
		if (map_get(&s->hooks, name) != NULL)
			return s;
	return sim->first;
}

void hook_handle(struct sim *any, struct conn *conn, const struct request *r, struct str name)
{
	struct sim *sim = sim_of_hook(any, name);
	CLEANUP(buf_deinit) struct buf method = { 0 };
	CLEANUP(mem_freep) char *shown = NULL;
	struct hook *h;
	struct entry *e;

	buf_addf(&method, "webhook %.*s", STR_ARG(name));
	shown = buf_take(&method);
	e = hook_note(sim, r, shown);
	h = take_turn(sim, name);
	if (h == NULL) {
		e->status = 404;
		conn_answer(conn, 404, STR("Content-Type: text/plain\r\n"),
			    STR("slacksim: nobody has said what this webhook answers\n"));
	} else if (h->kind == HOOK_ANSWERS || h->kind == HOOK_CUT) {
		answer(conn, h, e);
	} else if (h->kind == HOOK_BREAKS_OFF) {
		conn_drop(conn, true);
	}
	if (h != NULL && h->times < 0)
		hook_free(h);
	ledger_close_entry(&sim->ledger, e);
}
