/* SPDX-License-Identifier: MIT */
#include "sim/web_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/bucket.h"
#include "sim/fault.h"

enum { ECHO_LEAD_MS = 40, PAGE_DEFAULT = 100, PAGE_MAX = 1000 };

static const struct method *find_method(struct str name)
{
	static const struct method *const families[] = {
		chat_methods,	    reaction_methods, conversation_methods, people_methods,
		connection_methods, group_methods,    pin_methods,
	};

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (const struct method *m = families[i]; m->name != NULL; m++)
			if (str_is(name, m->name))
				return m;
	return NULL;
}

struct str call_arg(const struct call *call, const char *name)
{
	return json_str(call->args, name);
}

bool call_flag(const struct call *call, const char *name)
{
	struct str text = call_arg(call, name);
	bool flag = false;

	if (json_get_bool(call->args, name, &flag))
		return flag;
	return str_is(text, "true") || str_is(text, "1");
}

struct json *call_json(const struct call *call, const char *name)
{
	struct json *there = json_at(call->args, name), *out = NULL;

	if (json_kind(there) == JSON_ARRAY || json_kind(there) == JSON_OBJECT)
		return json_copy(there);
	if (call_arg(call, name).len > 0 && json_parse(&out, call_arg(call, name), NULL) == 0)
		return out;
	return NULL;
}

void call_fail(struct call *call, const char *error)
{
	call->error = error;
}

static bool list_has(const char *list, const char *item)
{
	struct str rest = str_from(list), piece;

	while (str_cut(&rest, ',', &piece))
		if (str_is(piece, item))
			return true;
	return false;
}

bool call_has_scope(const struct call *call, const char *scope)
{
	return list_has(call->sim->set.scopes, scope);
}

void call_need(struct call *call, const char *scope)
{
	call->needed = scope;
	call_fail(call, "missing_scope");
}

struct channel *call_channel(struct call *call)
{
	struct str name = call_arg(call, "channel");
	struct channel *c;

	str_skip(&name, "#");
	c = workspace_channel(&call->sim->workspace, name);
	if (c == NULL || (c->kind != PLACE_PUBLIC && !channel_has(c, call->sim->workspace.bot))) {
		call_fail(call, "channel_not_found");
		return NULL;
	}
	return c;
}

bool call_may(struct call *call, const char *family, const struct channel *c)
{
	static const char *const scopes[][2] = {
		[PLACE_PUBLIC] = { "channels:read", "channels:history" },
		[PLACE_PRIVATE] = { "groups:read", "groups:history" },
		[PLACE_DM] = { "im:read", "im:history" },
		[PLACE_GROUP] = { "mpim:read", "mpim:history" },
	};
	const char *scope = scopes[c->kind][strcmp(family, "history") == 0];

	if (call->sim->set.classic || call_has_scope(call, scope))
		return true;
	call_need(call, scope);
	return false;
}

/* Cursors look like Slack's: base64-ish text with a `=` at its end. */
void call_page(struct call *call, const char *key, struct json *take_items)
{
	struct json *page = json_new_array(), *meta = json_new_object();
	struct str cursor = call_arg(call, "cursor");
	int64_t from = 0, limit = PAGE_DEFAULT, page_max = call->sim->set.page;
	size_t n = json_len(take_items), i;
	char next[32] = "";

	json_get_int(call->args, "limit", &limit);
	if (limit <= 0 || limit > PAGE_MAX)
		limit = PAGE_DEFAULT;
	if (page_max > 0 && limit > page_max)
		limit = page_max;
	if (cursor.len > 0 && (!str_skip(&cursor, "dXNlcjpQ") || !str_ends(cursor, "=") ||
			       !str_int(str_sub(cursor, 0, cursor.len - 1), &from) || from < 0))
		call_fail(call, "invalid_cursor");
	for (i = (size_t)from; i < n && i < (size_t)(from + limit); i++)
		json_push(page, json_copy(json_item(take_items, i)));
	if (i < n)
		snprintf(next, sizeof(next), "dXNlcjpQ%zu=", i);
	json_set_str(meta, "next_cursor", str_from(next));
	json_set(call->answer, key, page);
	json_set(call->answer, "response_metadata", meta);
	json_free(take_items);
}

void call_limit(struct call *call, int64_t wait_ms)
{
	call->limited = wait_ms > 0;
	call->limited_ms = wait_ms;
}

void call_echo(struct call *call, struct channel *c, struct json *take_event)
{
	call->echo_channel = c;
	call->echo_event = take_event;
}

void call_was(struct call *call, const struct message *m)
{
	call->entry->before = mem_strdup(m->text);
}

void call_acted(struct call *call, const struct channel *c, const char *ts)
{
	call->entry->acted = true;
	call->entry->channel = mem_strdup(c->id);
	if (ts != NULL)
		call->entry->ts = mem_strdup(ts);
}

/* Body and query into call->args; an error code when it cannot be read. */
static const char *read_args(struct call *call, const struct request *r)
{
	struct str type = request_header(r, "Content-Type");
	struct json *body = NULL;

	call->args = json_new_object();
	if (!form_into(r->query, call->args))
		return "invalid_form_data";
	if (r->body.len == 0)
		return NULL;
	if (str_starts(type, "application/x-www-form-urlencoded"))
		return form_into(r->body, call->args) ? NULL : "invalid_form_data";
	if (!str_starts(type, "application/json"))
		return type.len == 0 ? "missing_post_type" : "invalid_post_type";
	if (!call->method->reads_json)
		return NULL;
	if (json_parse(&body, r->body, NULL) != 0)
		return "invalid_json";
	if (json_kind(body) != JSON_OBJECT) {
		json_free(body);
		return "json_not_object";
	}
	json_free(call->args);
	call->args = body;
	return NULL;
}

static const char *token_fault(const struct call *call, struct str token)
{
	bool is_bot = str_is(token, call->sim->bot_token);
	bool is_app = str_is(token, call->sim->app_token);

	if (call->method->token == TOKEN_NONE)
		return NULL;
	if (token.len == 0)
		return call->method->token == TOKEN_APP ? "missing_args" : "not_authed";
	if (!is_bot && !is_app)
		return "invalid_auth";
	if (call->method->token == TOKEN_APP)
		return is_app && !call->sim->set.classic ? NULL : "not_allowed_token_type";
	if (is_app || (call->method->token == TOKEN_CLASSIC && !call->sim->set.classic))
		return "not_allowed_token_type";
	return NULL;
}

static struct str bearer(const struct request *r)
{
	struct str value = request_header(r, "Authorization");

	return str_skip(&value, "Bearer ") ? str_trim(value) : STR_EMPTY;
}

void web_api_limit(struct sim *sim, struct str method, int64_t every_ms, int64_t burst)
{
	struct bucket *b = mem_zero(1, sizeof(*b));

	bucket_init(b, every_ms, burst);
	free(map_set(&sim->buckets, method, b));
}

/* A minute's worth may come at once; Slack lets bursts pass, too. */
static bool over_limit(struct call *call)
{
	struct sim *sim = call->sim;
	const struct method *m = call->method;
	struct bucket *b = map_get(&sim->buckets, str_from(m->name));

	if (b == NULL && m->per_minute > 0) {
		web_api_limit(sim, str_from(m->name), sim_scaled(sim, 60000 / m->per_minute),
			      m->per_minute < 20 ? 20 : m->per_minute);
		b = map_get(&sim->buckets, str_from(m->name));
	}
	if (sim->set.limits && b != NULL)
		call_limit(call, bucket_take(b, loop_now(sim->loop)));
	return call->limited;
}

static bool scope_missing(struct call *call)
{
	const char *scope = call->method->scope;
	struct str rest = str_from(scope), piece;

	if (scope == NULL || scope[0] == '*' || call->sim->set.classic)
		return false;
	while (str_cut(&rest, '|', &piece)) {
		CLEANUP(mem_freep) char *one = str_dup(piece);

		if (call_has_scope(call, one))
			return false;
	}
	call_need(call, scope);
	return true;
}

void web_api_answer(struct sim *sim, struct str method, struct json *take_answer)
{
	json_free(map_set(&sim->answers, method, take_answer));
}

/* The answer that a scenario has laid down. */
static void run_given(struct call *call, const struct json *given)
{
	struct json *value;
	struct str key;

	for (size_t i = 0; json_member(given, &i, &key, &value);) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		if (!str_is(key, "ok") && !str_is(key, "error"))
			json_set(call->answer, name, json_copy(value));
	}
	if (json_str(given, "error").len > 0)
		call_fail(call, json_str(given, "error").p); /* json keeps a NUL behind its texts */
	else if (find_method(str_from(call->entry->method)) == NULL)
		call->entry->acted = true;
}

/* The token of a whole organisation does not say which of its workspaces is meant. */
static bool team_missing(struct call *call)
{
	static const char *const methods[] = { "users.list", "users.conversations",
					       "conversations.list", "usergroups.list" };
	struct json *metadata;

	if (!call->sim->set.org_wide || call_arg(call, "team_id").len > 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (strcmp(call->entry->method, methods[i]) != 0)
			continue;
		json_parse(&metadata,
			   STR("{\"messages\":[\"[ERROR] missing required field: team_id\"]}"),
			   NULL);
		json_set(call->answer, "response_metadata", metadata);
		call_fail(call, "missing_argument");
		return true;
	}
	return false;
}

static void run(struct call *call, const char *args_fault, struct str token)
{
	const char *fault = token_fault(call, token);
	const struct json *given = map_get(&call->sim->answers, str_from(call->entry->method));

	if (fault != NULL || args_fault != NULL) {
		call_fail(call, fault != NULL ? fault : args_fault);
		return;
	}
	if (over_limit(call) || scope_missing(call) || (given == NULL && team_missing(call)))
		return;
	if (given != NULL)
		run_given(call, given);
	else
		call->method->run(call);
}

/* The answer as Slack writes it: `ok` first, every slash escaped. */
static void print_answer(const struct call *call, struct buf *out)
{
	struct json *j = json_new_object(), *value;
	CLEANUP(buf_deinit) struct buf plain = { 0 };
	struct str key;

	json_set_bool(j, "ok", call->error == NULL);
	if (call->error != NULL)
		json_set_str(j, "error", str_from(call->error));
	if (call->needed != NULL) {
		struct str needed = str_from(call->needed);

		json_set_str(j, "needed", str_sub(needed, 0, str_find_char(needed, '|')));
		json_set_str(j, "provided", str_from(call->sim->set.scopes));
	}
	for (size_t i = 0; json_member(call->answer, &i, &key, &value);) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		if (call->error != NULL && !str_is(key, "response_metadata"))
			continue; /* of what went wrong it is all that is told */
		json_set(j, name, json_copy(value));
	}
	json_print(j, &plain);
	json_free(j);
	for (size_t i = 0; i < plain.len; i++) {
		if (plain.p[i] == '/')
			buf_addc(out, '\\');
		buf_addc(out, plain.p[i]);
	}
}

static void answer_json(struct call *call, struct conn *conn, int status)
{
	CLEANUP(buf_deinit) struct buf head = { 0 };
	CLEANUP(buf_deinit) struct buf body = { 0 };
	const char *wants = call->method->scope;

	buf_addf(&head,
		 "Content-Type: application/json; charset=utf-8\r\nx-slack-req-id: sim%zu\r\n",
		 call->entry->number);
	if (call->method->token == TOKEN_APP)
		buf_addz(&head, "x-oauth-scopes: connections:write\r\n");
	else if (call->method->token != TOKEN_NONE)
		buf_addf(&head, "x-oauth-scopes: %s\r\n",
			 call->sim->set.classic ? "identify,bot" : call->sim->set.scopes);
	if (wants != NULL && wants[0] != '*') {
		size_t from = head.len;

		buf_addf(&head, "x-accepted-oauth-scopes: %s\r\n", wants);
		for (size_t i = from; i < head.len; i++)
			head.p[i] = head.p[i] == '|' ? ',' : head.p[i];
	}
	if (status == 429 && call->limited_ms >= 0)
		buf_addf(&head, "Retry-After: %lld\r\n",
			 (long long)((call->limited_ms + 999) / 1000));
	print_answer(call, &body);
	call->entry->status = status;
	if (call->error != NULL)
		call->entry->error = mem_strdup(call->error);
	conn_answer(conn, status, buf_str(&head), buf_str(&body));
}

static void answer_status(struct call *call, struct conn *conn, int64_t status, struct str type,
			  struct str body)
{
	call->entry->status = (int)status;
	conn_answer(conn, (int)status, type, body);
}

static void answer(struct call *call, struct conn *conn)
{
	if (call->limited) {
		call_fail(call, "ratelimited");
		answer_json(call, conn, 429);
	} else {
		answer_json(call, conn, 200);
	}
}

/* What the client gets to see of the call, when something goes wrong with it. */
static void answer_fault(struct call *call, struct conn *conn, const struct fault *f)
{
	switch (f->kind) {
	case FAULT_LIMITED:
		call->limited = true;
		call->limited_ms = f->number * 1000;
		answer(call, conn);
		return;
	case FAULT_STATUS:
	case FAULT_STATUS_AFTER:
		answer_status(call, conn, f->number, STR_EMPTY, STR_EMPTY);
		return;
	case FAULT_HTML:
		answer_status(
			call, conn, f->number, STR("Content-Type: text/html\r\n"),
			STR("<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>\n"));
		return;
	case FAULT_ERROR:
	case FAULT_ERROR_AFTER:
		call_fail(call, f->word);
		answer(call, conn);
		return;
	case FAULT_SILENT:
	case FAULT_SILENT_AFTER:
		return;
	case FAULT_RESET:
	case FAULT_RESET_AFTER:
		conn_drop(conn, true);
		return;
	case FAULT_DELAY:
		conn_delay(conn, f->number);
		break;
	case FAULT_DRIBBLE:
		conn_trickle(conn);
		break;
	case FAULT_CUT:
		conn_cut_after(conn, f->number, false);
		break;
	}
	answer(call, conn);
}

static void echo(struct call *call)
{
	if (call->echo_message != NULL)
		sim_publish_message(call->sim, call->echo_channel, call->echo_message);
	else if (call->echo_event != NULL)
		sim_publish(call->sim, call->echo_channel, TAKE(call->echo_event));
}

static void finish(struct call *call, struct conn *conn, const struct fault *fault)
{
	enum echo order = call->sim->set.echo;
	bool echoes = call->echo_message != NULL || call->echo_event != NULL;

	if (echoes && order == ECHO_BEFORE) {
		echo(call);
		conn_delay(conn, ECHO_LEAD_MS);
	}
	if (fault != NULL)
		answer_fault(call, conn, fault);
	else
		answer(call, conn);
	if (echoes && order == ECHO_AFTER)
		echo(call);
}

static void unknown_run(struct call *call)
{
	call_fail(call, "unknown_method");
}

void web_api_handle(struct sim *any, struct conn *conn, const struct request *r, struct str name)
{
	struct sim *sim = sim_of_token(any, bearer(r));
	static const struct method unknown = { "unknown", true, TOKEN_NONE, NULL, 0, unknown_run };
	static const struct method given = { "given", true, TOKEN_BOT, NULL, 0, unknown_run };
	const struct method *method = find_method(name);
	const struct method *other = map_get(&sim->answers, name) != NULL ? &given : &unknown;
	CLEANUP(mem_freep) char *shown = str_dup(name);
	struct call call = { .sim = sim, .method = method != NULL ? method : other };
	const char *args_fault = read_args(&call, r);
	struct fault fault;
	bool faulty = fault_take(&sim->faults, shown, &fault);

	sim->n_faults += faulty;
	conn_belongs(conn, sim);
	call.answer = json_new_object();
	call.entry = ledger_add(&sim->ledger, clock_mono(loop_clock(sim->loop)), sim_ms(sim), shown,
				call.args);
	if (!str_is(r->method, "POST") && call.method->token == TOKEN_APP)
		call_fail(&call, "insecure_request");
	else if (!faulty || fault_lets_happen(fault.kind))
		run(&call, args_fault, bearer(r));
	finish(&call, conn, faulty ? &fault : NULL);
	ledger_close_entry(&sim->ledger, call.entry);
	json_free(call.args);
	json_free(call.answer);
	json_free(call.echo_event);
}
