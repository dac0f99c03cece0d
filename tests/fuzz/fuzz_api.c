/* SPDX-License-Identifier: MIT */
/* Answers of the Web API. The first line is the HTTP status, the second Retry-After, the rest the body. */
#include <stdlib.h>
#include <string.h>
#include "webapi/api_error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), line = STR_EMPTY;
	struct http_reply reply = { .end = OUTCOME_DONE, .status = 200, .scopes = STR_EMPTY };
	struct outcome v;
	int64_t status;

	str_cut(&rest, '\n', &line);
	if (str_int(line, &status) && status >= 100 && status < 1000)
		reply.status = (int)status;
	reply.retry_after = STR_EMPTY;
	str_cut(&rest, '\n', &reply.retry_after);
	reply.body = rest;
	api_error_read(&v, &reply, "chat.postMessage");
	must(v.sentence != NULL && strlen(v.sentence) <= v.text.len);
	must(v.kind == OUTCOME_DONE || v.sentence[0] != '\0');
	must(v.kind != OUTCOME_LATER || v.error.len > 0);
	must(v.wait_ms >= 0 && v.wait_ms <= 3600000 &&
	     (v.wait_ms == 0 || reply.retry_after.len > 0 || v.kind == OUTCOME_LATER));
	must(v.kind != OUTCOME_DONE || v.body != NULL);
	outcome_deinit(&v);
	return 0;
}
