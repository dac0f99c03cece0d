/* SPDX-License-Identifier: MIT */
/* An HTTP request as it comes in, bytes in and slices out, no I/O. Enough of HTTP/1.1 for clients of Slack:
 * Content-Length bodies, keep-alive, no chunks. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

enum { REQUEST_MAX_HEAD = 32 << 10, REQUEST_MAX_BODY = 4 << 20 };

struct request {
	struct str method; /* "POST" */
	struct str path;   /* "/api/auth.test" */
	struct str query;  /* behind the `?`, may be empty */
	struct str head;   /* all header lines */
	struct str body;
	bool keep_alive;
	bool wants_continue; /* Expect: 100-continue */
};

enum { REQUEST_MORE = 1, REQUEST_BAD, REQUEST_BODY_MISSING };
/* 0: *used bytes are the request; slices point into `bytes`. REQUEST_BODY_MISSING: the head is whole (and in
 * *out), its body is not. */
int request_parse(struct str bytes, struct request *out, size_t *used);
/* The value of a header, outer blanks removed; empty when it is not there. Any case. */
struct str request_header(const struct request *r, const char *name);
/* Percent and plus decoding. */
void form_decode(struct str text, struct buf *out);
/* `a=1&b=2` into members of the object. False when it is malformed or not UTF-8. */
bool form_into(struct str form, struct json *object);
/* One value of a form; false = not there. */
bool form_get(struct str form, const char *name, struct buf *out);
