/* SPDX-License-Identifier: MIT */
#include "engine/posted.h"

#include "base/buf.h"

/* Where they stand; empty when the event is about no message. */
static void put_key(struct buf *out, const struct rule *rule, const struct event *ev)
{
	if (ev->ts.len > 0 && ev->channel.len > 0)
		buf_addf(out, "%.*s:%.*s:%s", STR_ARG(ev->channel), STR_ARG(ev->ts), rule->name);
}

void posted_load(struct posted *out, struct state *s, const struct rule *rule,
		 const struct event *ev, struct wall now)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };

	*out = (struct posted){ 0 };
	put_key(&key, rule, ev);
	if (key.len > 0)
		posted_parse(out, state_posted(s, buf_str(&key), now));
}

bool posted_save(const struct posted *a, struct state *s, const struct rule *rule,
		 const struct event *ev, struct wall now)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };

	put_key(&key, rule, ev);
	if (key.len == 0)
		return true;
	posted_print(a, &text);
	return state_set_posted(s, event_owner(ev), buf_str(&key), buf_str(&text), now);
}

void posted_parse(struct posted *a, struct str text)
{
	json_free(a->list);
	a->list = NULL;
	if (text.len > 0 && json_parse(&a->list, text, NULL) == 0 &&
	    json_kind(a->list) != JSON_ARRAY) {
		json_free(a->list);
		a->list = NULL;
	}
}

size_t posted_n(const struct posted *a)
{
	return a->list != NULL ? json_len(a->list) : 0;
}

bool posted_at(const struct posted *a, size_t i, struct posted_answer *out)
{
	const struct json *one = i < posted_n(a) ? json_item(a->list, i) : NULL;
	const struct json *parts = json_at(one, "ts");
	int64_t action = -1, wording = 0, rule = 0;

	*out = (struct posted_answer){ .channel = json_str(one, "channel") };
	json_get_int(one, "action", &action);
	json_get_int(one, "wording", &wording);
	out->action = (size_t)action;
	out->wording = (size_t)wording;
	json_get_int(one, "rule", &rule);
	out->rule = (uint64_t)rule;
	json_get_int(one, "count", &out->count);
	out->result = json_at(one, "result");
	out->error = json_str(one, "error");
	out->stays = json_at(one, "stays") != NULL;
	for (size_t p = 0; json_kind(parts) == JSON_ARRAY && p < json_len(parts); p++) {
		struct str ts = json_str(json_item(parts, p), "");

		if (ts.len > 0 && out->n_parts < POSTED_PARTS_MAX)
			out->ts[out->n_parts++] = ts;
	}
	return action >= 0 && wording >= 0 && out->channel.len > 0 && out->n_parts > 0;
}

static struct json *answer_json(const struct posted_answer *answer)
{
	struct json *one = json_new_object(), *parts = json_new_array();

	json_set_int(one, "action", (int64_t)answer->action);
	json_set_int(one, "wording", (int64_t)answer->wording);
	json_set_int(one, "rule", (int64_t)answer->rule);
	json_set_str(one, "channel", answer->channel);
	for (size_t p = 0; p < answer->n_parts; p++)
		json_push_str(parts, answer->ts[p]);
	json_set(one, "ts", parts);
	json_set_int(one, "count", answer->count);
	if (answer->result != NULL)
		json_set(one, "result", json_copy(answer->result));
	if (answer->error.len > 0)
		json_set_str(one, "error", answer->error);
	if (answer->stays)
		json_set_bool(one, "stays", true);
	return one;
}

/* The list anew, with `one` in place of what stood at `i`; NULL = nothing in its place. */
static void put_at(struct posted *a, size_t i, struct json *take_one)
{
	struct json *list = json_new_array();

	for (size_t k = 0; k < posted_n(a); k++) {
		if (k != i)
			json_push(list, json_copy(json_item(a->list, k)));
		else if (take_one != NULL)
			json_push(list, take_one);
	}
	json_free(a->list);
	a->list = list;
}

void posted_add(struct posted *a, const struct posted_answer *answer)
{
	if (a->list == NULL)
		a->list = json_new_array();
	if (posted_n(a) >= POSTED_MAX)
		put_at(a, 0, NULL);
	json_push(a->list, answer_json(answer));
}

void posted_extend(struct posted *a, size_t i, struct str ts)
{
	struct posted_answer answer;

	if (!posted_at(a, i, &answer) || answer.n_parts == POSTED_PARTS_MAX)
		return;
	answer.ts[answer.n_parts++] = ts;
	put_at(a, i, answer_json(&answer));
}

void posted_rewrite(struct posted *a, size_t i, const struct posted_answer *by)
{
	struct posted_answer answer = *by, old;

	if (!posted_at(a, i, &old))
		return;
	answer.channel = old.channel;
	answer.n_parts = old.n_parts;
	for (size_t p = 0; p < old.n_parts; p++)
		answer.ts[p] = old.ts[p];
	put_at(a, i, answer_json(&answer));
}

static void without_part(struct posted_answer *answer, struct str ts)
{
	size_t kept = 0;

	for (size_t p = 0; p < answer->n_parts; p++) {
		if (!str_eq(answer->ts[p], ts))
			answer->ts[kept++] = answer->ts[p];
	}
	answer->n_parts = kept;
}

void posted_forget(struct posted *a, struct str ts)
{
	struct json *rest = json_new_array();
	struct posted_answer answer;

	for (size_t i = 0; i < posted_n(a); i++) {
		if (!posted_at(a, i, &answer))
			continue;
		without_part(&answer, ts);
		if (answer.n_parts > 0)
			json_push(rest, answer_json(&answer));
	}
	json_free(a->list);
	a->list = rest;
}

void posted_print(const struct posted *a, struct buf *out)
{
	if (posted_n(a) > 0)
		json_print(a->list, out);
}
