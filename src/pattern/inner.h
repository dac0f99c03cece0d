/* SPDX-License-Identifier: MIT */
/* What making a pattern and searching with it share; all that knows PCRE2. */
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "pattern/pattern.h"

struct pattern_kit {
	pcre2_general_context *memory;
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	pcre2_jit_stack *stack; /* NULL where there is no JIT */
	pattern_clock_fn *now;
	void *clock_owner;
	size_t unlooked; /* letters gone over since the last look at the clock, roughly */
	int64_t looked_ns;
	int64_t event_end_ns; /* by then all searches of this event end; 0 = not looked yet */
};

struct pattern {
	pcre2_code *code;
	pcre2_code *watched; /* the same with callouts; NULL = not needed yet */
	struct pattern_kit *kit;
	char *shown;
	struct str regex; /* ours */
	bool case_matters;
	bool repeats; /* something in it may be repeated without end, or often */
	uint32_t n_groups;
	uint32_t n_names;
	uint32_t name_size; /* of a row in the table of names */
	PCRE2_SPTR names;   /* each row: number, two bytes; name; NUL */
};

/* The numbers of callouts: our own, and the one that PCRE2 puts before every item when it is asked to. */
enum {
	CALLOUT_PERSON_BEGINS = 201,
	CALLOUT_CHANNEL_BEGINS,
	CALLOUT_MENTION_ENDS,
	CALLOUT_LOOK, /* at the clock */
	CALLOUT_AT_ITEM = 255,
};
#define PATTERN_LOOK "(?C204)"

/* The processor's time that this thread has had. */
pattern_clock_fn pattern_processor_ns;
/* The pattern's options, and these, for a regex made out of its own; NULL = it is faulty, or too large. */
pcre2_code *pattern_compile_as(const struct pattern *p, struct str regex, uint32_t options);
/* The pattern once more with callouts wherever a match may come by often; NULL = it is too large with them. */
pcre2_code *pattern_compile_watched(const struct pattern *p);
