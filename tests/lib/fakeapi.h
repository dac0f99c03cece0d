/* SPDX-License-Identifier: MIT */
/* Stands in for webapi/api where only connections are asked for: a test gives the answers. */
#pragma once

#include "webapi/api.h"

size_t fakeapi_asked(void);	  /* how often in all */
bool fakeapi_is_asked(void);	  /* is a question open? Two at a time are a mistake */
const char *fakeapi_method(void); /* of the latest question */
const struct secret *fakeapi_token(void);

/* Answers to the open question. */
void fakeapi_say(const char *body);
void fakeapi_say_later(const char *error, int64_t retry_after_ms);
void fakeapi_say_fatal(const char *error);

void fakeapi_reset(void);
