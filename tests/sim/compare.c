/* SPDX-License-Identifier: MIT */
#include "sim/compare.h"

#include "base/buf.h"
#include "base/mem.h"

struct json *member_of(const struct json *object, struct str name)
{
	struct json *value;
	struct str key;

	if (json_kind(object) != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; json_member(object, &i, &key, &value);)
		if (str_eq(key, name))
			return value;
	return NULL;
}

static bool has_member(const struct json *object, struct str name)
{
	struct json *value;
	struct str key;

	for (size_t i = 0; json_member(object, &i, &key, &value);)
		if (str_eq(key, name))
			return true;
	return false;
}

static bool prints_the_same(const struct json *a, const struct json *b)
{
	CLEANUP(buf_deinit) struct buf left = { 0 };
	CLEANUP(buf_deinit) struct buf right = { 0 };

	json_print(a, &left);
	json_print(b, &right);
	return str_eq(buf_str(&left), buf_str(&right));
}

static bool compare(const struct json *part, const struct json *whole, bool all);

static bool members_fit(const struct json *part, const struct json *whole, bool all)
{
	struct json *value;
	struct str key;

	if (all && json_len(part) != json_len(whole))
		return false;
	for (size_t i = 0; json_member(part, &i, &key, &value);)
		if (!has_member(whole, key) || !compare(value, member_of(whole, key), all))
			return false;
	return true;
}

static bool compare(const struct json *part, const struct json *whole, bool all)
{
	enum json_kind kind = json_kind(part);

	if (kind != json_kind(whole))
		return false;
	if (kind == JSON_OBJECT)
		return members_fit(part, whole, all);
	if (kind == JSON_NULL)
		return true;
	if (kind != JSON_ARRAY)
		return prints_the_same(part, whole);
	if (json_len(part) != json_len(whole))
		return false;
	for (size_t i = 0; i < json_len(part); i++)
		if (!compare(json_item(part, i), json_item(whole, i), all))
			return false;
	return true;
}

bool json_is_same(const struct json *a, const struct json *b)
{
	return compare(a, b, true);
}

bool json_is_within(const struct json *part, const struct json *whole)
{
	return compare(part, whole, false);
}

static bool is_text(const struct json *j)
{
	return json_kind(j) == JSON_STRING;
}

static bool text_is_json(struct str text, const struct json *other)
{
	CLEANUP(json_freep) struct json *parsed = NULL;

	return json_parse(&parsed, text, NULL) == 0 && json_is_same(parsed, other);
}

bool argument_is(const struct json *seen, const struct json *wanted)
{
	if (json_is_same(seen, wanted))
		return true;
	if (is_text(seen) && !is_text(wanted))
		return text_is_json(json_str(seen, ""), wanted);
	return is_text(wanted) && !is_text(seen) && text_is_json(json_str(wanted, ""), seen);
}
