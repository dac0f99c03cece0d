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

/* ---- is it JSON: all of RFC 8259 and nothing else ---- */

enum fault {
	SOUND,
	NO_VALUE,
	NOT_A_VALUE,
	BAD_NUMBER,
	RAW_CONTROL,
	RAW_LINE_END,
	BAD_ESCAPE,
	OPEN_STRING,
	BARE_NAME,
	NO_COLON,
	LAST_COMMA,
	OPEN_LIST,
	TOO_DEEP,
	TRAILING,
	BAD_BYTES,
};

static const struct {
	const char *seen;
	const char *wanted;
} faults[] = {
	[SOUND] = { NULL, NULL },
	[NO_VALUE] = { "an end where a value should be", "a value" },
	[NOT_A_VALUE] = { "something that is no value",
			  "text in \"double quotes\", a number, true, false, null, [ or {" },
	[BAD_NUMBER] = { "a malformed number",
			 "digits such as 12 or -1.5, or the number in \"double quotes\"" },
	[RAW_CONTROL] = { "a raw control character in a string", "\\t for a tab" },
	[RAW_LINE_END] = { "a line end in a string",
			   "\" where the text ends; a line end within it is written \\n" },
	[BAD_ESCAPE] = { "an unknown escape in a string",
			 "\\\\ for a backslash, \\\" for a quote, \\n for a line end" },
	[OPEN_STRING] = { "a string that is not closed", "\" where the text ends" },
	[BARE_NAME] = { "a member whose name is not in double quotes",
			"a name in \"double quotes\"" },
	[NO_COLON] = { "a member name without a colon", "a colon behind the name" },
	[LAST_COMMA] = { "a comma with nothing behind it", "no comma behind the last item" },
	[OPEN_LIST] = { "an object or array that is not closed",
			"a comma before the next item, or the closing bracket" },
	[TOO_DEEP] = { "too many levels within each other", "fewer brackets within each other" },
	[TRAILING] = { "something behind the end", "nothing behind the last closing bracket" },
	[BAD_BYTES] = { "bytes that are not UTF-8", "the file saved as UTF-8" },
};

/* What is left of the text. Each check takes what it knows off its front; a fault leaves it where the fault is. */
struct cursor {
	const char *p, *end;
};

static bool skip(struct cursor *c, char sign)
{
	if (c->p == c->end || *c->p != sign)
		return false;
	c->p++;
	return true;
}

static void skip_blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

static bool skip_digits(struct cursor *c)
{
	const char *from = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return c->p > from;
}

static enum fault check_number(struct cursor *c)
{
	const char *from = c->p;
	bool zero, good;

	skip(c, '-');
	zero = skip(c, '0');
	good = skip_digits(c) != zero; /* a digit, but nothing behind a leading zero */
	if (good && skip(c, '.'))
		good = skip_digits(c);
	if (good && (skip(c, 'e') || skip(c, 'E'))) {
		if (!skip(c, '+'))
			skip(c, '-');
		good = skip_digits(c);
	}
	if (!good)
		c->p = from;
	return good ? SOUND : BAD_NUMBER;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of what stands behind a backslash; 0 when there is no such escape. */
static size_t escape_len(const char *p, const char *end)
{
	size_t n = 1;

	if (p == end)
		return 0;
	if (*p != 'u')
		return strchr("\"\\/bfnrt", *p) != NULL && *p != '\0' ? 1 : 0;
	while (n < 5 && p + n < end && is_hex(p[n]))
		n++;
	return n == 5 ? n : 0;
}

/* The opening quote was taken already. */
static enum fault check_string(struct cursor *c)
{
	while (c->p < c->end && *c->p != '"') {
		size_t len = 0;

		if ((unsigned char)*c->p < 0x20)
			return *c->p == '\n' ? RAW_LINE_END : RAW_CONTROL;
		if (*c->p == '\\') {
			len = escape_len(c->p + 1, c->end);
			if (len == 0)
				return BAD_ESCAPE;
		}
		c->p += 1 + len;
	}
	return skip(c, '"') ? SOUND : OPEN_STRING;
}

static enum fault check_word(struct cursor *c)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_starts(str_make(c->p, (size_t)(c->end - c->p)), words[i])) {
			c->p += strlen(words[i]);
			return SOUND;
		}
	}
	return NOT_A_VALUE;
}

/* A round takes one value, or the opening bracket of one, and what closes behind it; in an object a name is one as
 * well. */
static enum fault check_text(struct cursor *c)
{
	char closes[JSON_MAX_DEPTH]; /* the brackets that are open, outermost first */
	size_t depth = 0;
	bool has_name = false; /* of the member whose value comes */

	for (;;) {
		const bool is_name = depth > 0 && closes[depth - 1] == '}' && !has_name;
		enum fault fault = SOUND;
		bool opens = false;

		has_name = false;
		skip_blanks(c);
		if (is_name && (c->p == c->end || *c->p != '"'))
			return BARE_NAME;
		if (c->p == c->end)
			return NO_VALUE;
		if (*c->p == '{' || *c->p == '[') {
			const char close = *c->p++ == '{' ? '}' : ']';

			if (depth == JSON_MAX_DEPTH)
				return TOO_DEEP;
			skip_blanks(c);
			opens = !skip(c, close);
			if (opens)
				closes[depth++] = close;
		} else if (skip(c, '"')) {
			fault = check_string(c);
		} else if (*c->p == '-' || (*c->p >= '0' && *c->p <= '9')) {
			fault = check_number(c);
		} else {
			fault = check_word(c);
		}
		if (fault != SOUND)
			return fault;
		if (is_name) {
			skip_blanks(c);
			has_name = skip(c, ':');
			if (!has_name)
				return NO_COLON;
			continue;
		}
		while (!opens) { /* the value is whole: a comma, or what closes around it */
			const char *comma;

			skip_blanks(c);
			if (depth == 0)
				return c->p < c->end ? TRAILING : SOUND;
			comma = c->p;
			if (skip(c, ',')) {
				skip_blanks(c);
				if (c->p == c->end || *c->p != closes[depth - 1])
					break;
				c->p = comma;
				return LAST_COMMA;
			}
			if (!skip(c, closes[depth - 1]))
				return OPEN_LIST;
			depth--;
		}
	}
}

static bool has_fault(struct str text, struct json_fault *out)
{
	const char *begin = text.p != NULL ? text.p : "";
	struct cursor c = { begin, begin + text.len };
	size_t at = utf8_valid_len(text);
	enum fault fault = BAD_BYTES;

	if (at == text.len) {
		fault = check_text(&c);
		at = (size_t)(c.p - begin);
	}
	*out = (struct json_fault){ at, faults[fault].seen, faults[fault].wanted };
	return fault != SOUND;
}

/* ---- parsing ---- */

/*
 * The text is checked here, once, and json-c only builds, because the two releases at hand disagree about its strict
 * mode: 0.16 takes `-01`, NaN, raw control characters, and bytes that are no UTF-8, 0.18 refuses every letter beyond
 * ASCII. What both take in their lenient mode (comments, 'x', `True`) the check has refused before.
 */
int json_parse_at(struct json **out, struct str text, struct json_fault *fault)
{
	struct json_tokener *tokener;
	struct json_object *root;
	enum json_tokener_error error;

	*out = NULL;
	if (text.len > INT32_MAX) {
		*fault = (struct json_fault){ .seen = "too much text" };
		return JSON_MALFORMED;
	}
	if (has_fault(text, fault))
		return JSON_MALFORMED;
	tokener = json_tokener_new_ex(JSON_MAX_DEPTH + 1);
	if (tokener == NULL)
		mem_is_out();
	root = json_tokener_parse_ex(tokener, text.p, (int)text.len);
	/* A bare scalar goes on until something ends it. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		root = json_tokener_parse_ex(tokener, "", 1);
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	if (error != json_tokener_success) { /* a number that is too large, by 0.18 */
		*fault = (struct json_fault){ .seen = json_tokener_error_desc(error) };
		return JSON_MALFORMED;
	}
	*out = outer(root);
	return 0;
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

	while (o != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");

		o = step(o, str_make(path, len));
		path += path[len] == '.' ? len + 1 : len;
	}
	return outer(o);
}

struct str json_str(const struct json *j, const char *path)
{
	struct json_object *o = inner(json_at(j, path));

	if (!json_object_is_type(o, json_type_string))
		return STR_EMPTY;
	return str_make(json_object_get_string(o), (size_t)json_object_get_string_len(o));
}

bool json_get_int(const struct json *j, const char *path, int64_t *out)
{
	struct json_object *o = inner(json_at(j, path));

	if (json_object_is_type(o, json_type_string))
		return str_int(json_str(outer(o), ""), out);
	/* What is too large for it comes as the nearest number that fits: no number is better. */
	if (!json_object_is_type(o, json_type_int) || json_object_get_uint64(o) > INT64_MAX)
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

enum json_kind json_kind(const struct json *j)
{
	static_assert(
		JSON_NULL == (int)json_type_null && JSON_BOOL == (int)json_type_boolean &&
			JSON_DOUBLE == (int)json_type_double && JSON_INT == (int)json_type_int &&
			JSON_OBJECT == (int)json_type_object &&
			JSON_ARRAY == (int)json_type_array && JSON_STRING == (int)json_type_string,
		"the kinds stand in the library's order");

	return (enum json_kind)json_object_get_type(inner(j));
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

/* *at is the address of the next member, so that a walk over a large object takes one step a member. */
bool json_member(const struct json *object, size_t *at, struct str *key, struct json **value)
{
	enum { BEGINNING = 0, END = 1 };
	struct json_object *o = inner(object);
	const struct lh_entry *entry = NULL;

	if (!json_object_is_type(o, json_type_object) || *at == END)
		return false;
	if (*at == BEGINNING)
		entry = json_object_get_object(o)->head;
	else
		entry = (const struct lh_entry *)(uintptr_t)*at;
	if (entry == NULL)
		return false;
	*key = str_from(entry->k);
	*value = outer((struct json_object *)(void *)entry->v);
	*at = entry->next != NULL ? (size_t)(uintptr_t)entry->next : END;
	return true;
}

/* ---- writing ---- */

static struct json *made(struct json_object *o)
{
	if (o == NULL)
		mem_is_out(); /* or a string over 2 GiB, which no caller has */
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
		mem_is_out();
	return outer(copy);
}

/* As json-c keeps it: a node with its string, and objects and arrays with room for more. */
size_t json_size(const struct json *j)
{
	enum { NODE = 64, MEMBER = 64, LEAST_MEMBERS = 16 };
	size_t size = j != NULL ? NODE : 0, at = 0, n = json_len(j);
	struct str key;
	struct json *value;

	switch (json_kind(j)) {
	case JSON_OBJECT:
		size += (n > LEAST_MEMBERS ? 2 * n : LEAST_MEMBERS) * MEMBER;
		while (json_member(j, &at, &key, &value))
			size += key.len + json_size(value);
		break;
	case JSON_ARRAY:
		size += 2 * n * sizeof(value);
		for (size_t i = 0; i < n; i++)
			size += json_size(json_item(j, i));
		break;
	case JSON_STRING:
		size += json_str(j, "").len;
		break;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_DOUBLE:
	case JSON_INT:
		break;
	}
	return size;
}

struct json *json_ref(struct json *j)
{
	return outer(json_object_get(inner(j)));
}

void json_drop(struct json *j, const char *const *names)
{
	struct json_object *o = inner(j);

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			json_drop(outer(json_object_array_get_idx(o, i)), names);
	} else if (json_object_is_type(o, json_type_object)) {
		for (size_t i = 0; names[i] != NULL; i++)
			json_object_object_del(o, names[i]);
		for (struct lh_entry *e = json_object_get_object(o)->head; e != NULL; e = e->next)
			json_drop(outer((struct json_object *)(void *)e->v), names);
	}
}

void json_print(const struct json *j, struct buf *out)
{
	size_t len;
	const char *text = json_object_to_json_string_length(
		inner(j), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	buf_add(out, str_make(text, len));
}

static void quote_byte(unsigned char c, struct buf *out)
{
	if (c == '"' || c == '\\')
		buf_addf(out, "\\%c", c);
	else if (c == '\n')
		buf_addz(out, "\\n");
	else if (c < 0x20)
		buf_addf(out, "\\u%04x", c);
	else
		buf_addc(out, (char)c);
}

void json_quote(struct str text, struct buf *out)
{
	buf_addc(out, '"');
	while (text.len > 0) {
		size_t valid = utf8_valid_len(text);

		for (size_t i = 0; i < valid; i++)
			quote_byte((unsigned char)text.p[i], out);
		if (valid < text.len)
			buf_addz(out, "\uFFFD");
		text = str_sub(text, valid + 1, text.len);
	}
	buf_addc(out, '"');
}
