/* SPDX-License-Identifier: MIT */
/*
 * What json_parse accepts can be walked, is valid UTF-8, and printed and parsed again prints the same. Any
 * bytes at all can be quoted.
 */
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool kept)
{
	if (!kept)
		abort();
}

/* Every value is of the kind that it says, and no getter takes it for another. */
static void check_value(const struct json *j)
{
	enum json_kind kind = json_kind(j);
	int64_t n;
	bool yes;

	must(json_str(j, "").len == 0 || kind == JSON_STRING);
	must(json_get_bool(j, "", &yes) == (kind == JSON_BOOL));
	must(!json_get_int(j, "", &n) || kind == JSON_INT || kind == JSON_STRING);
	must(json_len(j) == 0 || kind == JSON_ARRAY || kind == JSON_OBJECT);
}

static void walk(const struct json *j)
{
	struct json *value;
	struct str key;
	size_t at = 0, n = 0;

	check_value(j);
	for (size_t i = 0; json_kind(j) == JSON_ARRAY && i < json_len(j); i++)
		walk(json_item(j, i));
	for (; json_member(j, &at, &key, &value); n++) {
		must(utf8_valid(key));
		walk(value);
	}
	must(json_kind(j) != JSON_OBJECT || n == json_len(j));
}

static void check_accepted(const struct json *j)
{
	CLEANUP(buf_deinit) struct buf first = { 0 };
	CLEANUP(buf_deinit) struct buf second = { 0 };
	CLEANUP(json_freep) struct json *again = NULL;
	CLEANUP(json_freep) struct json *copy = json_copy(j);

	walk(j);
	json_print(j, &first);
	must(utf8_valid(buf_str(&first)));
	must(json_parse(&again, buf_str(&first), NULL) == 0);
	json_print(again, &second);
	must(str_eq(buf_str(&first), buf_str(&second)));
	buf_clear(&second);
	json_print(copy, &second);
	must(str_eq(buf_str(&first), buf_str(&second)));
}

static void check_quoted(struct str text)
{
	CLEANUP(buf_deinit) struct buf quoted = { 0 };
	CLEANUP(json_freep) struct json *list = NULL;

	buf_addc(&quoted, '[');
	json_quote(text, &quoted);
	buf_addc(&quoted, ']');
	must(json_parse(&list, buf_str(&quoted), NULL) == 0);
	must(json_kind(json_item(list, 0)) == JSON_STRING);
	must(!utf8_valid(text) || str_eq(json_str(list, "0"), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_freep) struct json *j = NULL;
	const char *why = NULL;
	struct str text = str_make((const char *)data, size);

	if (json_parse(&j, text, &why) == 0)
		check_accepted(j);
	else
		must(why != NULL);
	check_quoted(text);
	return 0;
}
