/* SPDX-License-Identifier: MIT */
#include "rule/limit_parse.h"

#include "base/mem.h"
#include "base/keyword.h"

enum {
	UNIT_MINUTE = 60 * 1000,
	UNIT_HOUR = 60 * UNIT_MINUTE,
	UNIT_DAY = 24 * UNIT_HOUR,
	UNIT_WEEK = 7 * UNIT_DAY
};

static const struct keyword dimensions[] = {
	{ .name = "user", .value = BY_USER },	  { .name = "channel", .value = BY_CHANNEL },
	{ .name = "thread", .value = BY_THREAD }, { .name = "message", .value = BY_MESSAGE },
	{ .name = "rule", .value = 0 },		  { .name = NULL },
};

static const struct keyword periods[] = {
	{ .name = "minute", .value = UNIT_MINUTE },
	{ .name = "hour", .value = UNIT_HOUR },
	{ .name = "day", .value = UNIT_DAY },
	{ .name = "week", .value = UNIT_WEEK },
	{ .name = NULL },
};

const char *limit_parse_word_at(size_t i)
{
	size_t n = ARRAY_LEN(dimensions) - 1;

	return i < n ? dimensions[i].name : periods[i - n].name;
}

/* What is being read of a sentence. */
struct reading {
	struct limit *out;
	struct str *key;
	bool timed;
};

static const char *read_period(struct reading *r, struct str word)
{
	const struct keyword *period = keyword_find(periods, word);

	if (r->timed)
		return "it has two times";
	r->timed = true;
	r->out->window_ms = period != NULL ? period->value : 0;
	if (period != NULL || duration_parse(word, &r->out->window_ms))
		return NULL;
	return "`per` is followed by user, channel, thread, message, an insert, or a time such as 4h";
}

static const char *read_per(struct reading *r, struct str word)
{
	const struct keyword *dimension = keyword_find(dimensions, word);
	bool is_insert = str_starts(word, "{");

	if (dimension == NULL && !is_insert)
		return read_period(r, word);
	if (r->timed)
		return "the time comes last, as in `1 per user per 4h`";
	if (dimension != NULL) {
		r->out->by |= (unsigned)dimension->value;
		return NULL;
	}
	if (r->key->len > 0)
		return "it counts by one insert at most";
	*r->key = word;
	return NULL;
}

/* A placeholder is one word, whatever blanks it holds. */
static bool next_word(struct str *sentence, struct str *word)
{
	struct str rest = str_trim(*sentence);
	size_t depth = 0;

	if (!str_starts(rest, "{"))
		return str_word(sentence, word);
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.p[i] == '{')
			depth++;
		else if (rest.p[i] == '}' && --depth == 0) {
			*word = str_sub(rest, 0, i + 1);
			*sentence = str_sub(rest, i + 1, rest.len);
			return true;
		}
	}
	return str_word(sentence, word);
}

const char *limit_parse(struct str sentence, struct limit *out, struct str *key)
{
	struct reading r = { .out = out, .key = key };
	struct str word;
	int64_t count = 0;
	size_t said = 0;
	const char *why;

	*key = STR_EMPTY;
	if (!str_word(&sentence, &word) || !str_int(word, &count) || count < 1 ||
	    count > LIMIT_COUNT_MAX)
		return "it begins with how often, a number from 1 to 10000";
	out->count = (unsigned)count;
	while (str_word(&sentence, &word)) {
		said++;
		if (str_is(word, "ever") && !r.timed && str_trim(sentence).len == 0)
			return NULL;
		if (!str_is(word, "per") || !next_word(&sentence, &word))
			return "it is written as `3 per channel per 10m` or `1 per user ever`";
		why = read_per(&r, word);
		if (why != NULL)
			return why;
	}
	return said > 0 ? NULL : "it says per what, as in `1 per user per 4h`";
}
