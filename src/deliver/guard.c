/* SPDX-License-Identifier: MIT */
#include "deliver/guard.h"

#include "base/json.h"
#include "base/mem.h"
#include "template/json_place.h"

#define NEEDS_YES "which needs `allow broadcast = yes` in the configuration"

/* ---- texts ---- */

static bool begins_nocase(struct str s, const char *word)
{
	struct str wanted = str_from(word);

	return str_eq_nocase(str_sub(s, 0, wanted.len), wanted);
}

static const char *refuse_mark(struct str mark, bool is_call)
{
	static const char *const calls[] = { "channel", "here", "everyone", "group" };

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (begins_nocase(mark, calls[i]))
			return "it would notify everyone, " NEEDS_YES;
	}
	return is_call && begins_nocase(mark, "subteam") ?
		       "it would notify a group of people by a call, " NEEDS_YES :
		       NULL;
}

/* What stands in a place of markup. */
static const char *refuse_text(struct str text, bool is_call)
{
	const char *why = NULL;
	size_t at;

	while (why == NULL && (at = str_find(text, "<!")) != SIZE_MAX) {
		text = str_sub(text, at + 2, text.len);
		why = refuse_mark(str_trim(text), is_call);
	}
	return why;
}

/* ---- JSON ---- */

static const char *refuse_node(const struct json *node, enum json_ground ground,
			       enum json_place place, bool is_call);

/* Slack reads some arguments as JSON, also when they are texts. */
static const char *refuse_string(struct str text, enum json_ground ground, enum json_place place,
				 bool is_call)
{
	const char *why = place == PLACE_PLAIN ? NULL : refuse_text(text, is_call);
	CLEANUP(json_freep) struct json *inner = NULL;
	struct str start = str_trim(text);

	if (why != NULL || ground == GROUND_TEXT ||
	    !(str_starts(start, "{") || str_starts(start, "[")) ||
	    json_parse(&inner, text, NULL) != 0)
		return why;
	return refuse_node(inner, ground, place, is_call);
}

static const char *refuse_members(const struct json *object, enum json_ground ground, bool is_call)
{
	const char *why = NULL;
	struct json *value;
	struct str key;
	size_t at = 0;

	if (json_place_notifies(ground, object) != NULL)
		return "it would notify everyone, " NEEDS_YES;
	if (is_call && str_is(json_str(object, "type"), "usergroup"))
		return "it would notify a group of people by a call, " NEEDS_YES;
	while (why == NULL && json_member(object, &at, &key, &value)) {
		enum json_ground inner = json_place_inner(ground, object, key);
		enum json_place place = json_place_of(ground, object, key);

		if (json_kind(value) == JSON_STRING)
			why = refuse_string(json_str(value, ""),
					    ground == GROUND_ARGS ? inner : GROUND_TEXT, place,
					    is_call);
		else
			why = refuse_node(value, inner, place, is_call);
	}
	return why;
}

static const char *refuse_node(const struct json *node, enum json_ground ground,
			       enum json_place place, bool is_call)
{
	const char *why = NULL;

	if (json_kind(node) == JSON_OBJECT)
		return refuse_members(node, ground, is_call);
	if (json_kind(node) == JSON_STRING)
		return refuse_string(json_str(node, ""), GROUND_TEXT, place, is_call);
	for (size_t i = 0; why == NULL && json_kind(node) == JSON_ARRAY && i < json_len(node); i++)
		why = refuse_node(json_item(node, i), ground, place, is_call);
	return why;
}

static const char *refuse_json(const char *text, enum json_ground ground, bool is_call)
{
	CLEANUP(json_freep) struct json *json = NULL;

	/* What is no JSON, Slack does not take either. */
	if (text == NULL || json_parse(&json, str_from(text), NULL) != 0)
		return NULL;
	return refuse_node(json, ground, PLACE_MARKUP, is_call);
}

/* ---- jobs ---- */

static const char *refuse_message(const char *text, const char *blocks)
{
	const char *why = text != NULL ? refuse_text(str_from(text), false) : NULL;

	return why != NULL ? why : refuse_json(blocks, GROUND_BLOCKS, false);
}

const char *guard_refuses(const struct job *job)
{
	switch (job->kind) {
	case JOB_MESSAGE:
		return refuse_message(job->message.text, job->message.blocks);
	case JOB_CHANGE:
		return refuse_message(job->change.text, job->change.blocks);
	case JOB_CALL:
		return refuse_json(job->call.args, GROUND_ARGS, true);
	case JOB_REACTION:
	case JOB_WEBHOOK:
	case N_JOB_KINDS:
		break;
	}
	return NULL;
}
