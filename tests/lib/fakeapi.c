/* SPDX-License-Identifier: MIT */
#include "lib/fakeapi.h"

#include <assert.h>
#include <stdlib.h>

struct api_call {
	outcome_fn *on_answer;
	void *owner;
};

static struct {
	size_t n_asked;
	const char *method;
	const struct secret *token;
	bool is_asked;
	struct api_call call;
} asked;

static void say(const struct outcome *outcome)
{
	assert(asked.is_asked);
	asked.is_asked = false;
	asked.call.on_answer(asked.call.owner, outcome);
}

/* ---- for tests ---- */

size_t fakeapi_asked(void)
{
	return asked.n_asked;
}

bool fakeapi_is_asked(void)
{
	return asked.is_asked;
}

const char *fakeapi_method(void)
{
	return asked.method;
}

const struct secret *fakeapi_token(void)
{
	return asked.token;
}

void fakeapi_say(const char *body)
{
	struct outcome outcome = { .kind = OUTCOME_DONE };
	struct json *json = NULL;
	int r = json_parse(&json, str_from(body), NULL);

	assert(r == 0);
	(void)r;
	outcome.body = json;
	say(&outcome);
	json_free(json);
}

void fakeapi_say_later(const char *error, int64_t retry_after_ms)
{
	say(&(struct outcome){ .kind = OUTCOME_LATER,
			       .error = str_from(error),
			       .sentence = "not now",
			       .wait_ms = retry_after_ms });
}

void fakeapi_say_fatal(const char *error)
{
	say(&(struct outcome){
		.kind = OUTCOME_FATAL, .error = str_from(error), .sentence = "never" });
}

void fakeapi_reset(void)
{
	asked.n_asked = 0;
	asked.method = NULL;
	asked.token = NULL;
	asked.is_asked = false;
}

/* ---- as webapi/api.h ---- */

struct api_call *api_try(struct api *api, const char *method, const struct secret *token,
			 struct buf *take_form, outcome_fn *on_answer, void *owner)
{
	(void)api;
	assert(!asked.is_asked && take_form == NULL);
	asked.n_asked++;
	asked.method = method;
	asked.token = token;
	asked.is_asked = true;
	asked.call = (struct api_call){ on_answer, owner };
	return &asked.call;
}

void api_cancel(struct api_call *call)
{
	if (call == NULL)
		return;
	assert(call == &asked.call && asked.is_asked);
	asked.is_asked = false;
}
