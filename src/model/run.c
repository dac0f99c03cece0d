/* SPDX-License-Identifier: MIT */
#include "model/run.h"

#include "model/event_line.h"

void run_set_event(struct run *run, struct event *ev)
{
	struct event *old = run->ev;

	run->ev = event_ref(ev);
	run->is_trimmed = false;
	event_free(old);
}

void run_add_followup(struct run *run, struct event *ev)
{
	run->followups = mem_grow(run->followups, run->n_followups + 1, sizeof(run->followups[0]));
	run->followups[run->n_followups++] = event_ref(ev);
}

const struct capture *run_capture(const struct run *run, size_t i)
{
	return i < run->n_captures ? &run->captures[i] : NULL;
}

const struct capture *run_capture_named(const struct run *run, struct str name)
{
	const struct capture *found = NULL;

	for (size_t i = 0; i < run->n_captures; i++) {
		const struct capture *c = &run->captures[i];

		if (c->name.len > 0 && str_eq(c->name, name) &&
		    (found == NULL || c->text.p != NULL))
			found = c;
	}
	return found;
}

/* ---- a line ---- */

static struct json *captures_to_json(const struct run *run)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < run->n_captures; i++) {
		const struct capture *c = &run->captures[i];
		struct json *one = json_new_object();

		if (c->text.p != NULL)
			json_set_str(one, "text", c->text);
		if (c->name.len > 0)
			json_set_str(one, "name", c->name);
		if (c->sigil != '\0') {
			json_set_str(one, "sigil", str_make(&c->sigil, 1));
			json_set_str(one, "id", c->id);
		}
		json_push(list, one);
	}
	return list;
}

void run_write(const struct run *run, struct buf *out)
{
	CLEANUP(json_freep) struct json *j = json_new_object();
	struct json *followups = json_new_array();

	json_set_int(j, "id", (int64_t)run->id);
	json_set_str(j, "rule", run->rule_name);
	json_set_int(j, "fingerprint", (int64_t)run->fingerprint);
	json_set(j, "event", event_to_json(run->ev));
	json_set(j, "captures", captures_to_json(run));
	json_set_int(j, "next", (int64_t)run->next);
	json_set_int(j, "action", (int64_t)run->action);
	json_set_int(j, "wording", (int64_t)run->wording);
	json_set_int(j, "posted", (int64_t)run->n_posted);
	json_set_bool(j, "failed", run->failed);
	json_set_bool(j, "action_failed", run->action_failed);
	if (run->error != NULL)
		json_set_str(j, "error", str_from(run->error));
	if (run->result != NULL)
		json_set(j, "result", json_copy(run->result));
	json_set_int(j, "count", run->count);
	json_set_bool(j, "renews", run->renews);
	json_set_int(j, "next_answer", (int64_t)run->next_answer);
	json_set_int(j, "since", run->since.ms);
	json_set_int(j, "due", run->due.ms);
	json_set_int(j, "unless", run->unless);
	for (size_t i = 0; i < run->n_followups; i++)
		json_push(followups, event_to_json(run->followups[i]));
	json_set(j, "followups", followups);
	json_print(j, out);
}

static size_t size_at(const struct json *j, const char *name)
{
	int64_t number = 0;

	json_get_int(j, name, &number);
	return number > 0 ? (size_t)number : 0;
}

static void read_captures(struct run *run, const struct json *list)
{
	run->n_captures = json_kind(list) == JSON_ARRAY ? json_len(list) : 0;
	run->captures = arena_alloc(&run->arena, (run->n_captures + 1) * sizeof(run->captures[0]));
	for (size_t i = 0; i < run->n_captures; i++) {
		const struct json *one = json_item(list, i);
		struct str sigil = json_str(one, "sigil"), text = { NULL, 0 };

		if (json_at(one, "text") != NULL)
			text = str_keep(&run->arena, json_str(one, "text"));
		run->captures[i] = (struct capture){
			.name = str_keep(&run->arena, json_str(one, "name")),
			.text = text,
			.sigil = sigil.len > 0 ? sigil.p[0] : '\0',
			.id = str_keep(&run->arena, json_str(one, "id")),
		};
	}
}

static bool read_followups(struct run *run, const struct json *list)
{
	for (size_t i = 0; json_kind(list) == JSON_ARRAY && i < json_len(list); i++) {
		CLEANUP(event_freep) struct event *ev = NULL;

		if (event_from_json(&ev, json_item(list, i)) != 0)
			return false;
		run_add_followup(run, ev);
	}
	return true;
}

static bool read_all(struct run *run, const struct json *j)
{
	int64_t number = 0;

	run->rule_name = str_keep(&run->arena, json_str(j, "rule"));
	json_get_int(j, "fingerprint", &number);
	run->fingerprint = (uint64_t)number;
	read_captures(run, json_at(j, "captures"));
	run->next = size_at(j, "next");
	run->action = size_at(j, "action");
	run->wording = size_at(j, "wording");
	run->n_posted = size_at(j, "posted");
	json_get_bool(j, "failed", &run->failed);
	json_get_bool(j, "action_failed", &run->action_failed);
	if (json_at(j, "error") != NULL)
		run_set_error(run, json_str(j, "error"));
	run->result = json_copy(json_at(j, "result"));
	json_get_int(j, "count", &run->count);
	json_get_bool(j, "renews", &run->renews);
	run->next_answer = size_at(j, "next_answer");
	json_get_int(j, "since", &run->since.ms);
	json_get_int(j, "due", &run->due.ms);
	run->unless = (unsigned)size_at(j, "unless");
	return run->rule_name.len > 0 && wall_is_sound(run->since) && wall_is_sound(run->due) &&
	       read_followups(run, json_at(j, "followups"));
}

int run_read(struct run **out, struct str line)
{
	CLEANUP(json_freep) struct json *j = NULL;
	CLEANUP(event_freep) struct event *ev = NULL;
	struct run *run;
	int64_t id;

	if (json_parse(&j, line, NULL) != 0 || !json_get_int(j, "id", &id) || id <= 0 ||
	    event_from_json(&ev, json_at(j, "event")) != 0)
		return RUN_MALFORMED;
	run = run_new((uint64_t)id, ev);
	run->begun = true;
	if (!read_all(run, j)) {
		run_free(run);
		return RUN_MALFORMED;
	}
	*out = run;
	return 0;
}
