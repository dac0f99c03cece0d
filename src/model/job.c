/* SPDX-License-Identifier: MIT */
#include "model/job.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/mem.h"

/* What a job consists of, once: writing and reading walk these rows. */
enum field_type { TEXT, SECRET, FLAG, WORD, NUMBER };

struct field {
	const char *name;
	enum field_type type;
	bool needed; /* a line without it is no job */
	size_t at;
};

#define AT(member) offsetof(struct job, member)

static const struct field head[] = {
	{ "id", NUMBER, true, AT(id) },		{ "verb", TEXT, true, AT(verb) },
	{ "rule", TEXT, true, AT(rule) },	{ "file", TEXT, true, AT(file) },
	{ "line", WORD, true, AT(line) },	{ "key", TEXT, true, AT(key) },
	{ "channel", TEXT, true, AT(channel) }, { "run", NUMBER, true, AT(run) },
	{ "cause", TEXT, false, AT(cause_ts) }, { "attempts", WORD, true, AT(attempts) },
	{ "late", NUMBER, false, AT(late_ms) }, { "person", TEXT, false, AT(person) },
};

static const struct field message[] = {
	{ "text", TEXT, true, AT(message.text) },
	{ "blocks", TEXT, false, AT(message.blocks) },
	{ "thread_ts", TEXT, false, AT(message.thread_ts) },
	{ "user", TEXT, false, AT(message.user) },
	{ "response_url", SECRET, false, AT(message.response_url) },
	{ "broadcast", FLAG, false, AT(message.broadcast) },
	{ "unfurl", FLAG, false, AT(message.unfurl) },
};

static const struct field reaction[] = {
	{ "ts", TEXT, true, AT(reaction.ts) },
	{ "emoji", TEXT, true, AT(reaction.emoji) },
	{ "away", FLAG, false, AT(reaction.away) },
};

static const struct field change[] = {
	{ "ts", TEXT, true, AT(change.ts) },
	{ "text", TEXT, false, AT(change.text) },
	{ "blocks", TEXT, false, AT(change.blocks) },
};

static const struct field call[] = {
	{ "method", TEXT, true, AT(call.method) },
	{ "args", TEXT, true, AT(call.args) },
};

static const struct field webhook[] = {
	{ "name", TEXT, true, AT(webhook.name) },
	{ "body", TEXT, true, AT(webhook.body) },
};

static const struct kind {
	const char *name;
	const struct field *fields;
	size_t n_fields;
	size_t body; /* where its job_body stands */
} kinds[N_JOB_KINDS] = {
	[JOB_MESSAGE] = { "message", message, ARRAY_LEN(message), AT(message.text) },
	[JOB_REACTION] = { "reaction", reaction, ARRAY_LEN(reaction), AT(reaction.emoji) },
	[JOB_CHANGE] = { "change", change, ARRAY_LEN(change), AT(change.text) },
	[JOB_CALL] = { "call", call, ARRAY_LEN(call), AT(call.args) },
	[JOB_WEBHOOK] = { "webhook", webhook, ARRAY_LEN(webhook), AT(webhook.body) },
};

static const char *const states[N_JOB_STATES] = {
	[JOB_PENDING] = "pending",
	[JOB_IN_FLIGHT] = "in flight",
};

static void *field_at(const struct job *job, size_t at)
{
	return (char *)job + at;
}

/* ---- life ---- */

void job_freep(struct job **job)
{
	job_free(*job);
}

const char *job_body(const struct job *job)
{
	return *(char **)field_at(job, kinds[job->kind].body);
}

/* ---- to a line ---- */

void job_write(const struct job *job, bool with_secrets, struct buf *out)
{
	const struct kind *kind = &kinds[job->kind];
	const size_t n = ARRAY_LEN(head) + kind->n_fields;

	buf_addf(out, "{\"kind\":\"%s\",\"state\":\"%s\"", kind->name, states[job->state]);
	for (size_t i = 0; i < n; i++) {
		const struct field *field = i < ARRAY_LEN(head) ?
						    &head[i] :
						    &kind->fields[i - ARRAY_LEN(head)];
		const void *at = field_at(job, field->at);

		switch (field->type) {
		case TEXT:
		case SECRET:
			if (*(char *const *)at == NULL || (field->type == SECRET && !with_secrets))
				break;
			buf_addf(out, ",\"%s\":", field->name);
			json_quote(str_from(*(char *const *)at), out);
			break;
		case FLAG:
			if (*(const bool *)at)
				buf_addf(out, ",\"%s\":true", field->name);
			break;
		case WORD:
			buf_addf(out, ",\"%s\":%u", field->name, *(const unsigned *)at);
			break;
		case NUMBER:
			buf_addf(out, ",\"%s\":%llu", field->name,
				 (unsigned long long)*(const uint64_t *)at);
			break;
		}
	}
	buf_addc(out, '}');
}

/* ---- from a line ---- */

static bool read_text(struct job *job, const char **out, const struct json *value)
{
	struct str text = json_str(value, "");

	if (json_kind(value) != JSON_STRING || str_find_char(text, '\0') != SIZE_MAX)
		return false;
	*out = job_keep(job, text);
	return true;
}

static bool read_number(uint64_t *out, const struct json *value)
{
	int64_t number = -1;

	if (json_kind(value) != JSON_INT || !json_get_int(value, "", &number) || number < 0)
		return false;
	*out = (uint64_t)number;
	return true;
}

static bool read_word(unsigned *out, const struct json *value)
{
	uint64_t number;

	if (!read_number(&number, value) || number > UINT_MAX)
		return false;
	*out = (unsigned)number;
	return true;
}

static bool read_field(struct job *job, const struct field *field, const struct json *line)
{
	const struct json *value = json_at(line, field->name);
	void *at = field_at(job, field->at);

	if (value == NULL)
		return !field->needed;
	switch (field->type) {
	case TEXT:
	case SECRET:
		return read_text(job, at, value);
	case FLAG:
		return json_get_bool(value, "", at);
	case WORD:
		return read_word(at, value);
	case NUMBER:
		return read_number(at, value);
	}
	return false;
}

/* Which kind or state is named so; false = none. */
static bool find_name(const struct json *line, const char *member, const char *(*name_at)(size_t i),
		      size_t n, size_t *out)
{
	struct str name = json_str(line, member);

	for (*out = 0; *out < n; ++*out) {
		if (str_is(name, name_at(*out)))
			return true;
	}
	return false;
}

static const char *kind_at(size_t i)
{
	return kinds[i].name;
}

static const char *state_at(size_t i)
{
	return states[i];
}

static bool read_line(struct job **out, const struct json *line)
{
	CLEANUP(job_freep) struct job *job = NULL;
	size_t kind, state;
	bool good = true;

	if (!find_name(line, "kind", kind_at, N_JOB_KINDS, &kind) ||
	    !find_name(line, "state", state_at, N_JOB_STATES, &state))
		return false;
	job = mem_zero(1, sizeof(*job));
	list_init(&job->link);
	job->kind = (enum job_kind)kind;
	job->state = (enum job_state)state;
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		good &= read_field(job, &head[i], line);
	for (size_t i = 0; i < kinds[kind].n_fields; i++)
		good &= read_field(job, &kinds[kind].fields[i], line);
	if (good)
		*out = TAKE(job);
	return good;
}

int job_read(struct job **out, struct str text)
{
	CLEANUP(json_freep) struct json *line = NULL;

	if (json_parse(&line, text, NULL) != 0 || json_kind(line) != JSON_OBJECT ||
	    !read_line(out, line))
		return JOB_MALFORMED;
	return 0;
}
