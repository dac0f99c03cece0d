/* SPDX-License-Identifier: MIT */
/*
 * JSON with typed getters. Wraps json-c; nothing of it shows. A `struct json` is a node; the node that
 * json_parse or json_new_* gave is owned and freed with json_free, every node got out of it is
 * borrowed until then.
 *
 * Paths: "event.item.ts"; array positions as numbers: "authorizations.0.user_id"; "" is the node itself. All getters take a
 * NULL node and then find nothing. A value of another type, or null, counts as not there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

struct json;

enum { JSON_MALFORMED = 1 };
enum { JSON_MAX_DEPTH = 64 };

struct json_fault {
	size_t at; /* its byte; the length of the text when something is missing at the end */
	const char *seen;
	const char *wanted; /* for a layman; NULL where only the library refused */
};

/* Strict RFC 8259, whole slice, valid UTF-8 only (also where the library is lax), depth bounded.
 * 0, or JSON_MALFORMED with the first fault, whose sentences are static. */
int json_parse_at(struct json **out, struct str text, struct json_fault *fault);
/* The same for those who ask only what was seen; `why` may be NULL. */
static inline int json_parse(struct json **out, struct str text, const char **why)
{
	struct json_fault fault = { 0 };
	int r = json_parse_at(out, text, &fault);

	if (why != NULL)
		*why = fault.seen;
	return r;
}
void json_free(struct json *j);
void json_freep(struct json **j);

struct json *json_at(const struct json *j, const char *path); /* NULL = not there */
bool json_get_int(const struct json *j, const char *path,
		  int64_t *out); /* also from a digit string */
bool json_get_bool(const struct json *j, const char *path, bool *out);
/* The string there, or the empty slice. It keeps an embedded NUL (the length says so). Valid until json_free of the
 * root. */
struct str json_str(const struct json *j, const char *path);

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_DOUBLE,
	JSON_INT,
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
};
enum json_kind json_kind(const struct json *j); /* NULL node = JSON_NULL */
size_t json_len(const struct json *j);		/* array elements, or object members */
struct json *json_item(const struct json *array, size_t i);
/* Walks an object's members: start with *at = 0, whose further values mean nothing to the caller. The object
 * must not change meanwhile. */
bool json_member(const struct json *object, size_t *at, struct str *key, struct json **value);

struct json *json_new_object(void);
struct json *json_new_array(void);
void json_set_str(struct json *object, const char *key, struct str value);
void json_set_int(struct json *object, const char *key, int64_t value);
void json_set_bool(struct json *object, const char *key, bool value);
void json_set(struct json *object, const char *key, struct json *take);
void json_push(struct json *array, struct json *take);
void json_push_str(struct json *array, struct str value);
struct json *json_copy(const struct json *j); /* deep, owned */
/* The same node once more, owned: it lives until each of its owners has freed it. */
struct json *json_ref(struct json *j);
/* Bytes that it takes up, about. */
size_t json_size(const struct json *j);
/* Takes the members of these names out of it, at any depth. NULL ends the names. */
void json_drop(struct json *j, const char *const *names);
void json_print(const struct json *j, struct buf *out); /* compact, `/` unescaped */
/* Appends the text as a quoted JSON string; bytes that are not UTF-8 become U+FFFD. */
void json_quote(struct str text, struct buf *out);
