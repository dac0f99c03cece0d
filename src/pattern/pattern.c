/* SPDX-License-Identifier: MIT */
/* Making patterns, and what is known of one that is made. Searching with them is search.c. */
#include "pattern/inner.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* What the interpreter goes back to. No look at the clock comes while it grows, which once took 150 ms, for 16 MiB. */
	HEAP_LIMIT_KIB = 2 << 10,
	PARENS_MAX = 20,
	COMPILED_MAX = 64 << 10,
	WATCHED_FITS = 8 << 10, /* so large a code is never too large with callouts */
	JIT_STACK_MIN = 32 << 10,
	JIT_STACK_MAX = 1 << 20,
};

/* ---- the kit ---- */

/* Want of memory ends the program here as everywhere, so creating never fails. */
static void *on_alloc(size_t size, void *owner)
{
	(void)owner;
	return mem_alloc(size);
}

static void on_free(void *p, void *owner)
{
	(void)owner;
	free(p);
}

struct pattern_kit *pattern_kit_new(void)
{
	struct pattern_kit *kit = mem_zero(1, sizeof(*kit));

	kit->memory = pcre2_general_context_create(on_alloc, on_free, NULL);
	kit->compile = pcre2_compile_context_create(kit->memory);
	kit->match = pcre2_match_context_create(kit->memory);
	kit->data = pcre2_match_data_create(CAPTURES_MAX, kit->memory);
	kit->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, kit->memory);
	kit->now = pattern_processor_ns;
	pcre2_set_newline(kit->compile, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(kit->compile, PARENS_MAX);
	pcre2_set_heap_limit(kit->match, HEAP_LIMIT_KIB);
	if (kit->stack != NULL)
		pcre2_jit_stack_assign(kit->match, NULL, kit->stack);
	return kit;
}

void pattern_kit_free(struct pattern_kit *kit)
{
	if (kit == NULL)
		return;
	pcre2_jit_stack_free(kit->stack);
	pcre2_match_data_free(kit->data);
	pcre2_match_context_free(kit->match);
	pcre2_compile_context_free(kit->compile);
	pcre2_general_context_free(kit->memory);
	free(kit);
}

/* ---- compiling ---- */

/* Where PCRE2's own words help nobody, ours. */
static const char *in_our_words(int code)
{
	switch (code) {
	case PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME:
		return "two groups have the same name; give them two names, or make two patterns of it";
	case PCRE2_ERROR_CLASS_INVALID_RANGE:
		return "a `-` beside a class such as \\w; write it last, as in [\\w.-]";
	case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH:
		return "what (?<=...) and (?<!...) look back to must have a length that does not vary";
	default:
		return NULL;
	}
}

static void complain_code(const struct pattern_source *source, int code, size_t offset,
			  struct diag *diag)
{
	PCRE2_UCHAR why[160];
	struct str before = str_sub(source->regex, 0, offset);
	size_t letters = 1;

	while (utf8_next(&before) != 0)
		letters++;
	if (pcre2_get_error_message(code, why, sizeof(why)) < 0)
		why[0] = '\0';
	if (in_our_words(code) != NULL)
		snprintf((char *)why, sizeof(why), "%s", in_our_words(code));
	if (str_eq(str_sub(source->regex, 0, offset), str_sub(source->shown, 0, offset)))
		diag_error(diag, source->at, "the pattern is faulty at letter %zu: %s: %.*s",
			   letters, (const char *)why, STR_ARG(source->shown));
	else /* behind a building block, or among words: the author has other letters */
		diag_error(diag, source->at, "the pattern is faulty: %s: %.*s", (const char *)why,
			   STR_ARG(source->shown));
}

static size_t size_of(const struct pattern *p)
{
	size_t size = 0;

	pcre2_pattern_info(p->code, PCRE2_INFO_SIZE, &size);
	return size;
}

static void ask_info(struct pattern *p)
{
	pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &p->n_groups);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &p->n_names);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &p->name_size);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &p->names);
}

/* Does something in it walk over more than a few letters at each start? Seen by its signs alone, so an escaped one
 * counts too. */
static bool has_repeats(struct str regex)
{
	for (size_t i = 0; i < regex.len; i++) {
		char next = i + 1 < regex.len ? regex.p[i + 1] : 0;
		char after = i + 2 < regex.len ? regex.p[i + 2] : 0;

		if (strchr("*+{", regex.p[i]) != NULL) /* a NUL, too */
			return true;
		if (regex.p[i] == '\\' && next != 0 && strchr("123456789gkXR", next) != NULL)
			return true;
		if (regex.p[i] == '(' && next == '?' && after != 0 &&
		    strchr("R0123456789-&P", after) != NULL) /* into itself */
			return true;
	}
	return false;
}

static uint32_t options_for(bool case_matters)
{
	return PCRE2_UTF | PCRE2_UCP | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY |
	       PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
	       (case_matters ? 0 : PCRE2_CASELESS);
}

static struct pattern *compile(struct pattern_kit *kit, const struct pattern_source *source,
			       struct diag *diag)
{
	struct pattern *p;
	pcre2_code *code;
	size_t offset = 0;
	int error = 0;

	code = pcre2_compile((PCRE2_SPTR)source->regex.p, source->regex.len,
			     options_for(source->case_matters), &error, &offset, kit->compile);
	if (code == NULL) {
		complain_code(source, error, offset, diag);
		return NULL;
	}
	p = mem_zero(1, sizeof(*p));
	p->code = code;
	p->kit = kit;
	p->shown = str_dup(source->shown);
	p->regex = str_make(str_dup(source->regex), source->regex.len);
	p->case_matters = source->case_matters;
	p->repeats = has_repeats(p->regex);
	ask_info(p);
	return p;
}

pcre2_code *pattern_compile_as(const struct pattern *p, struct str regex, uint32_t options)
{
	size_t offset;
	int error;

	return pcre2_compile((PCRE2_SPTR)regex.p, regex.len, options_for(p->case_matters) | options,
			     &error, &offset, p->kit->compile);
}

static bool can_be_watched(const struct pattern *p)
{
	pcre2_code *code = pattern_compile_watched(p);

	pcre2_code_free(code);
	return code != NULL;
}

static bool is_within_bounds(const struct pattern *p, const struct pattern_source *source,
			     struct diag *diag)
{
	if (p->n_groups >= CAPTURES_MAX)
		diag_error(
			diag, source->at,
			"the pattern has %u groups; at most %d may be there. Those that only hold "
			"together are written (?:...)",
			p->n_groups, CAPTURES_MAX - 1);
	else if (size_of(p) > COMPILED_MAX || (size_of(p) > WATCHED_FITS && !can_be_watched(p)))
		diag_error(diag, source->at,
			   "the pattern is too large: write it with smaller repeat counts");
	else
		return true;
	return false;
}

static bool fits_nothing(struct pattern *p)
{
	struct captures caught;

	return pattern_find(p, STR_EMPTY, &caught) == TRISTATE_YES;
}

/* `a||b` and `(vpn)?` fit everything: nearly always a slip, and a bot that answers every message. */
static void warn_if_it_fits_all(struct pattern *p, const struct pattern_source *source,
				struct diag *diag)
{
	struct captures caught;

	if (!fits_nothing(p))
		return;
	diag_warn(diag, source->at,
		  pattern_find(p, STR("\x1A"), &caught) == TRISTATE_YES ?
			  "the pattern fits every text: %.*s" :
			  "the pattern fits the empty text, too: %.*s",
		  STR_ARG(source->shown));
}

int pattern_compile(struct pattern **out, struct pattern_kit *kit,
		    const struct pattern_source *source, struct diag *diag)
{
	struct pattern *p;

	if (source->shown.len > PATTERN_MAX) {
		diag_error(diag, source->at, "the pattern has %zu bytes; at most %d may be there",
			   source->shown.len, PATTERN_MAX);
		return PATTERN_BAD;
	}
	p = compile(kit, source, diag);
	if (p == NULL)
		return PATTERN_BAD;
	if (!is_within_bounds(p, source, diag)) {
		pattern_free(p);
		return PATTERN_BAD;
	}
	/* Without JIT (hardened systems forbid it) the interpreter does the same, slower. */
	(void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	warn_if_it_fits_all(p, source, diag);
	*out = p;
	return 0;
}

void pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_code_free(p->code);
	pcre2_code_free(p->watched);
	free(p->shown);
	free((char *)p->regex.p);
	free(p);
}

struct str pattern_shown(const struct pattern *p)
{
	return str_from(p->shown);
}

struct str pattern_regex(const struct pattern *p)
{
	return p->regex;
}

/* ---- items ---- */

struct item_walk {
	struct str regex;
	void (*on_item)(void *owner, struct str item);
	void *owner;
};

static int on_callout(pcre2_callout_enumerate_block *block, void *owner)
{
	const struct item_walk *walk = owner;
	size_t at = block->pattern_position;

	if (block->callout_string != NULL)
		return 1; /* written by the author */
	if (block->callout_number >= CALLOUT_PERSON_BEGINS &&
	    block->callout_number <= CALLOUT_MENTION_ENDS)
		return 0; /* takes no room of the text */
	if (block->callout_number != CALLOUT_AT_ITEM)
		return 1;
	walk->on_item(walk->owner, str_sub(walk->regex, at, at + block->next_item_length));
	return 0;
}

bool pattern_each_item(const struct pattern *p, void (*on_item)(void *owner, struct str item),
		       void *owner)
{
	struct item_walk walk = { p->regex, on_item, owner };
	pcre2_code *code = pattern_compile_as(p, p->regex, PCRE2_AUTO_CALLOUT);
	int r;

	if (code == NULL)
		return false;
	r = pcre2_callout_enumerate(code, on_callout, &walk);
	pcre2_code_free(code);
	return r == 0;
}

/* ---- groups ---- */

size_t pattern_n_groups(const struct pattern *p)
{
	return p->n_groups;
}

const char *pattern_group_name(const struct pattern *p, size_t i)
{
	return i < p->n_names ? (const char *)p->names + i * p->name_size + 2 : NULL;
}

size_t pattern_group_number(const struct pattern *p, size_t i)
{
	const unsigned char *row = p->names + i * p->name_size;

	return (size_t)row[0] << 8 | row[1];
}
