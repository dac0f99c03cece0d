/* SPDX-License-Identifier: MIT */
/*
 * A struct json is a json_object in disguise: the type is never completed, so nobody else can look inside.
 */
#include "base/json.h"

#include <assert.h>
#include <json.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static struct json_object *inner(const struct json *j)
{
	return (struct json_object *)(void *)j;
}

static struct json *outer(struct json_object *o)
{
	return (struct json *)(void *)o;
}

/* ---- parsing ---- */

/*
 * What json-c 0.16 lets through although STRICT and RFC 8259 does not: raw control characters in strings, and
 * NaN and Infinity (with or without a minus). Outside strings no JSON has these letters in capitals. */
static const char *find_laxity(struct str text)
{
	bool in_string = false;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (in_string && c < 0x20)
			return "a raw control character in a string";
		if (!in_string && (c == 'N' || c == 'I'))
			return "a number that is none";
		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
	}
	return NULL;
}

static int parse_whole(struct json **out, struct str text, const char **why)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_MAX_DEPTH);
	struct json_object *root;
	enum json_tokener_error error;

	if (tokener == NULL)
		abort();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text.p, (int)text.len);
	error = json_tokener_get_error(tokener);
	/* A bare scalar goes on until something ends it. */
	if (error == json_tokener_continue)
		root = json_tokener_parse_ex(tokener, "", 1);
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	if (error != json_tokener_success) {
		*why = json_tokener_error_desc(error);
		return JSON_MALFORMED;
	}
	*out = outer(root);
	return 0;
}

int json_parse(struct json **out, struct str text, const char **why)
{
	const char *unasked = NULL;

	why = why != NULL ? why : &unasked;
	*out = NULL;
	if (text.len == 0 || text.len > INT32_MAX) {
		*why = text.len == 0 ? "there is nothing" : "it is too long";
		return JSON_MALFORMED;
	}
	if (!utf8_valid(text)) {
		*why = "it is not valid UTF-8";
		return JSON_MALFORMED;
	}
	*why = find_laxity(text);
	return *why != NULL ? JSON_MALFORMED : parse_whole(out, text, why);
}

void json_free(struct json *j)
{
	json_object_put(inner(j));
}

void json_freep(struct json **j)
{
	json_free(*j);
	*j = NULL;
}

/* ---- reading ---- */

enum { NAME_MAX_LEN = 64 };

static struct json_object *step(struct json_object *o, struct str name)
{
	struct json_object *child = NULL;
	char key[NAME_MAX_LEN];
	int64_t i;

	if (json_object_is_type(o, json_type_array))
		return str_int(name, &i) && i >= 0 ? json_object_array_get_idx(o, (size_t)i) : NULL;
	if (!json_object_is_type(o, json_type_object) || name.len >= sizeof(key))
		return NULL;
	memcpy(key, name.p, name.len);
	key[name.len] = '\0';
	json_object_object_get_ex(o, key, &child);
	return child;
}

struct json *json_at(const struct json *j, const char *path)
{
	struct json_object *o = inner(j);
	struct str rest = str_from(path), name;

	while (o != NULL && str_cut(&rest, '.', &name))
		o = step(o, name);
	return outer(o);
}

bool json_get_str(const struct json *j, const char *path, struct str *out)
{
	struct json_object *o = inner(json_at(j, path));

	if (!json_object_is_type(o, json_type_string))
		return false;
	*out = str_make(json_object_get_string(o), (size_t)json_object_get_string_len(o));
	return true;
}

bool json_get_int(const struct json *j, const char *path, int64_t *out)
{
	struct json_object *o = inner(json_at(j, path));
	struct str digits;

	if (json_get_str(j, path, &digits))
		return str_int(digits, out);
	if (!json_object_is_type(o, json_type_int))
		return false;
	*out = json_object_get_int64(o);
	return true;
}

bool json_get_bool(const struct json *j, const char *path, bool *out)
{
	struct json_object *o = inner(json_at(j, path));

	if (!json_object_is_type(o, json_type_boolean))
		return false;
	*out = json_object_get_boolean(o);
	return true;
}

struct str json_str(const struct json *j, const char *path)
{
	struct str s;

	return json_get_str(j, path, &s) ? s : STR_EMPTY;
}

enum json_kind json_kind(const struct json *j)
{
	switch (json_object_get_type(inner(j))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_double:
		return JSON_DOUBLE;
	case json_type_int:
		return JSON_INT;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_string:
		return JSON_STRING;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

size_t json_len(const struct json *j)
{
	struct json_object *o = inner(j);

	if (json_object_is_type(o, json_type_array))
		return json_object_array_length(o);
	return json_object_is_type(o, json_type_object) ? (size_t)json_object_object_length(o) : 0;
}

struct json *json_item(const struct json *array, size_t i)
{
	struct json_object *o = inner(array);

	return json_object_is_type(o, json_type_array) ? outer(json_object_array_get_idx(o, i)) :
							 NULL;
}

bool json_member(const struct json *object, size_t *i, struct str *key, struct json **value)
{
	struct json_object *o = inner(object);
	size_t n = 0;

	if (!json_object_is_type(o, json_type_object))
		return false;
	json_object_object_foreach(o, name, child)
	{
		if (n++ != *i)
			continue;
		*key = str_from(name);
		*value = outer(child);
		++*i;
		return true;
	}
	return false;
}

/* ---- writing ---- */

static struct json *made(struct json_object *o)
{
	if (o == NULL)
		abort(); /* out of memory, or a string over 2 GiB, which no caller has */
	return outer(o);
}

struct json *json_new_object(void)
{
	return made(json_object_new_object());
}

struct json *json_new_array(void)
{
	return made(json_object_new_array());
}

static struct json *new_string(struct str value)
{
	assert(value.len <= INT32_MAX);
	return made(json_object_new_string_len(value.len > 0 ? value.p : "", (int)value.len));
}

void json_set(struct json *object, const char *key, struct json *take)
{
	json_object_object_add(inner(object), key, inner(take));
}

void json_set_str(struct json *object, const char *key, struct str value)
{
	json_set(object, key, new_string(value));
}

void json_set_int(struct json *object, const char *key, int64_t value)
{
	json_set(object, key, made(json_object_new_int64(value)));
}

void json_set_bool(struct json *object, const char *key, bool value)
{
	json_set(object, key, made(json_object_new_boolean(value)));
}

void json_push(struct json *array, struct json *take)
{
	json_object_array_add(inner(array), inner(take));
}

void json_push_str(struct json *array, struct str value)
{
	json_push(array, new_string(value));
}

struct json *json_copy(const struct json *j)
{
	struct json_object *copy = NULL;

	if (j == NULL)
		return NULL;
	if (json_object_deep_copy(inner(j), &copy, NULL) != 0)
		abort();
	return outer(copy);
}

void json_print(const struct json *j, struct buf *out)
{
	size_t len;
	const char *text = json_object_to_json_string_length(
		inner(j), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	buf_add(out, str_make(text, len));
}

void json_quote(struct str text, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";

	buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\') {
			buf_addc(out, '\\');
			buf_addc(out, (char)c);
		} else if (c == '\n') {
			buf_addz(out, "\\n");
		} else if (c < 0x20) {
			buf_addz(out, "\\u00");
			buf_addc(out, hex[c >> 4]);
			buf_addc(out, hex[c & 15]);
		} else {
			buf_addc(out, (char)c);
		}
	}
	buf_addc(out, '"');
}
