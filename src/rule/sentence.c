/* SPDX-License-Identifier: MIT */
#include "rule/sentence.h"

#include "rule/known.h"

enum {
	UNIT_MINUTE = 60 * 1000,
	UNIT_HOUR = 60 * UNIT_MINUTE,
	UNIT_DAY = 24 * UNIT_HOUR,
	UNIT_WEEK = 7 * UNIT_DAY
};

static const struct known dimensions[] = {
	{ .name = "user", .value = BY_USER },	  { .name = "channel", .value = BY_CHANNEL },
	{ .name = "thread", .value = BY_THREAD }, { .name = "message", .value = BY_MESSAGE },
	{ .name = "rule", .value = 0 },		  { .name = NULL },
};

static const struct known periods[] = {
	{ .name = "minute", .value = UNIT_MINUTE },
	{ .name = "hour", .value = UNIT_HOUR },
	{ .name = "day", .value = UNIT_DAY },
	{ .name = "week", .value = UNIT_WEEK },
	{ .name = NULL },
};

static const char *read_per(struct str word, struct limit *out, bool *timed)
{
	const struct known *dimension = known_find(dimensions, word);
	const struct known *period = known_find(periods, word);

	if (dimension != NULL && *timed)
		return "the time comes last, as in `1 per user per 4h`";
	if (dimension != NULL) {
		out->by |= (unsigned)dimension->value;
		return NULL;
	}
	if (*timed)
		return "it has two times";
	*timed = true;
	out->window_ms = period != NULL ? period->value : 0;
	if (period != NULL || duration_parse(word, &out->window_ms))
		return NULL;
	return str_starts(word, "{") ?
		       "limits by an insert are not in this version of retort" :
		       "`per` is followed by user, channel, thread, message or a time such as 4h";
}

const char *sentence_read(struct str sentence, struct limit *out)
{
	struct str word;
	int64_t count = 0;
	bool timed = false;
	size_t said = 0;
	const char *why;

	if (!str_word(&sentence, &word) || !str_int(word, &count) || count < 1 ||
	    count > LIMIT_COUNT_MAX)
		return "it begins with how often, a number from 1 to 10000";
	out->count = (unsigned)count;
	while (str_word(&sentence, &word)) {
		said++;
		if (str_is(word, "ever") && !timed && str_trim(sentence).len == 0)
			return NULL;
		if (!str_is(word, "per") || !str_word(&sentence, &word))
			return "it is written as `3 per channel per 10m` or `1 per user ever`";
		why = read_per(word, out, &timed);
		if (why != NULL)
			return why;
	}
	return said > 0 ? NULL : "it says per what, as in `1 per user per 4h`";
}
