/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include "base/buf.h"

struct str answers_key(struct arena *arena, const struct event *ev, const struct rule *rule)
{
	if (ev->ts.len == 0 || ev->channel.len == 0)
		return STR_EMPTY;
	return str_keepf(arena, "answers:%.*s:%.*s:%.*s:%s", STR_ARG(ev->team),
			 STR_ARG(ev->channel), STR_ARG(ev->ts), rule->name);
}

void answers_read(struct answers *a, struct str text)
{
	json_free(a->list);
	a->list = NULL;
	if (text.len > 0 && json_parse(&a->list, text, NULL) == 0 &&
	    json_kind(a->list) != JSON_ARRAY) {
		json_free(a->list);
		a->list = NULL;
	}
}

void answers_deinit(struct answers *a)
{
	json_free(a->list);
	a->list = NULL;
}

size_t answers_n(const struct answers *a)
{
	return a->list != NULL ? json_len(a->list) : 0;
}

bool answers_at(const struct answers *a, size_t i, struct answer_given *out)
{
	const struct json *one = i < answers_n(a) ? json_item(a->list, i) : NULL;
	const struct json *parts = json_at(one, "ts");
	int64_t action = -1, wording = 0;

	*out = (struct answer_given){ .channel = json_str(one, "channel") };
	json_get_int(one, "action", &action);
	json_get_int(one, "wording", &wording);
	out->action = (size_t)action;
	out->wording = (size_t)wording;
	for (size_t p = 0; json_kind(parts) == JSON_ARRAY && p < json_len(parts); p++) {
		struct str ts = json_str(json_item(parts, p), "");

		if (ts.len > 0 && out->n_parts < ANSWER_PARTS_MAX)
			out->ts[out->n_parts++] = ts;
	}
	return action >= 0 && wording >= 0 && out->channel.len > 0 && out->n_parts > 0;
}

static struct json *answer_json(const struct answer_given *answer)
{
	struct json *one = json_new_object(), *parts = json_new_array();

	json_set_int(one, "action", (int64_t)answer->action);
	json_set_int(one, "wording", (int64_t)answer->wording);
	json_set_str(one, "channel", answer->channel);
	for (size_t p = 0; p < answer->n_parts; p++)
		json_push_str(parts, answer->ts[p]);
	json_set(one, "ts", parts);
	return one;
}

static void drop_first(struct answers *a)
{
	struct json *rest = json_new_array();

	for (size_t i = 1; i < json_len(a->list); i++)
		json_push(rest, json_copy(json_item(a->list, i)));
	json_free(a->list);
	a->list = rest;
}

void answers_add(struct answers *a, const struct answer_given *answer)
{
	if (a->list == NULL)
		a->list = json_new_array();
	if (answers_n(a) >= ANSWERS_MAX)
		drop_first(a);
	json_push(a->list, answer_json(answer));
}

void answers_extend(struct answers *a, size_t i, struct str ts)
{
	struct json *parts = i < answers_n(a) ? json_at(json_item(a->list, i), "ts") : NULL;

	if (json_kind(parts) == JSON_ARRAY && json_len(parts) < ANSWER_PARTS_MAX)
		json_push_str(parts, ts);
}

static void without_part(struct answer_given *answer, struct str ts)
{
	size_t kept = 0;

	for (size_t p = 0; p < answer->n_parts; p++) {
		if (!str_eq(answer->ts[p], ts))
			answer->ts[kept++] = answer->ts[p];
	}
	answer->n_parts = kept;
}

void answers_forget(struct answers *a, struct str ts)
{
	struct json *rest = json_new_array();
	struct answer_given answer;

	for (size_t i = 0; i < answers_n(a); i++) {
		if (!answers_at(a, i, &answer))
			continue;
		without_part(&answer, ts);
		if (answer.n_parts > 0)
			json_push(rest, answer_json(&answer));
	}
	json_free(a->list);
	a->list = rest;
}

void answers_write(const struct answers *a, struct buf *out)
{
	if (answers_n(a) > 0)
		json_print(a->list, out);
}
