/* SPDX-License-Identifier: MIT */
/*
 * PCRE2 bounds steps, not time: its match limit counts anew at every start offset, so a long text can cost
 * seconds. Searches are therefore cut into slices of starts (the offset limit) with a look at the clock between
 * them. A slice is the smaller the longer the text is, because each of its starts may walk the whole rest.
 */
#include "pattern/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MATCH_LIMIT = 100000, /* about 0.15 ms under JIT */
	REFERRED_LEN =
		200, /* a text of so many bytes halves the steps of a pattern that refers back */
	HEAP_LIMIT_KIB = 16 << 10,
	PARENS_MAX = 20,
	COMPILED_MAX = 64 << 10,
	JIT_STACK_MIN = 32 << 10,
	JIT_STACK_MAX = 1 << 20,
	SLICE_WORK = 1 << 20, /* starts times bytes behind them */
	SLICE_MIN = 8,
	SLICE_MAX = 256,
};

struct pattern_kit {
	pcre2_general_context *memory;
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	pcre2_jit_stack *stack; /* NULL where there is no JIT */
};

/* Where a match can begin: decides how a search may be sliced without changing what it finds. */
enum starts { STARTS_ONCE, STARTS_AT_LINES, STARTS_ANYWHERE };

struct pattern {
	pcre2_code *code;
	struct pattern_kit *kit;
	char *shown;
	struct str regex; /* ours */
	bool case_matters;
	enum starts starts;
	bool refers_back; /* as (.+)\1 does */
	uint32_t n_groups;
	uint32_t n_names;
	uint32_t name_size; /* of a row in the table of names */
	PCRE2_SPTR names;   /* each row: number, two bytes; name; NUL */
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
	uint32_t options = 0, first = 0, back = 0;

	pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &p->n_groups);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &p->n_names);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &p->name_size);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &p->names);
	pcre2_pattern_info(p->code, PCRE2_INFO_ALLOPTIONS, &options);
	pcre2_pattern_info(p->code, PCRE2_INFO_FIRSTCODETYPE, &first);
	pcre2_pattern_info(p->code, PCRE2_INFO_BACKREFMAX, &back);
	p->refers_back = back > 0;
	p->starts = options & PCRE2_ANCHORED ? STARTS_ONCE :
		    first == 2		     ? STARTS_AT_LINES :
					       STARTS_ANYWHERE;
}

static uint32_t options_for(bool case_matters)
{
	return PCRE2_UTF | PCRE2_UCP | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY |
	       PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT |
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
	ask_info(p);
	return p;
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
	else if (size_of(p) > COMPILED_MAX)
		diag_error(diag, source->at,
			   "the pattern is too large: write it with smaller repeat counts");
	else
		return true;
	return false;
}

static bool fits_nothing(const struct pattern *p)
{
	const struct stopwatch none = { 0 };
	struct captures caught;

	return pattern_find(p, STR_EMPTY, &none, &caught) == TRISTATE_YES;
}

/* `a||b` and `(vpn)?` fit everything: nearly always a slip, and a bot that answers every message. */
static void warn_if_it_fits_all(const struct pattern *p, const struct pattern_source *source,
				struct diag *diag)
{
	const struct stopwatch none = { 0 };
	struct captures caught;

	if (!fits_nothing(p))
		return;
	diag_warn(diag, source->at,
		  pattern_find(p, STR("\x1A"), &none, &caught) == TRISTATE_YES ?
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

/* Callouts of our own, and the one that PCRE2 puts before every item when it is asked to. */
enum {
	CALLOUT_PERSON_BEGINS = 201,
	CALLOUT_CHANNEL_BEGINS,
	CALLOUT_MENTION_ENDS,
	AUTOMATIC_CALLOUT = 255
};

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
	if (block->callout_number != AUTOMATIC_CALLOUT)
		return 1;
	walk->on_item(walk->owner, str_sub(walk->regex, at, at + block->next_item_length));
	return 0;
}

bool pattern_each_item(const struct pattern *p, void (*on_item)(void *owner, struct str item),
		       void *owner)
{
	struct item_walk walk = { p->regex, on_item, owner };
	size_t offset;
	int error, r;
	pcre2_code *code;

	code = pcre2_compile((PCRE2_SPTR)p->regex.p, p->regex.len,
			     options_for(p->case_matters) | PCRE2_AUTO_CALLOUT, &error, &offset,
			     p->kit->compile);
	if (code == NULL) /* too large with the callouts */
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

/* ---- searching ---- */

/* A pattern that refers back, as (.+)\1 does, compares up to the whole text in a single step. */
static uint32_t step_limit(const struct pattern *p, size_t len)
{
	return p->refers_back ?
		       (uint32_t)((uint64_t)MATCH_LIMIT * REFERRED_LEN / (len + REFERRED_LEN)) :
		       (uint32_t)MATCH_LIMIT;
}

static int run(const struct pattern *p, struct str text, size_t from, size_t last_start)
{
	const char *subject = text.p != NULL ? text.p : "";

	pcre2_set_match_limit(p->kit->match, step_limit(p, text.len));
	pcre2_set_offset_limit(p->kit->match, last_start);
	return pcre2_match(p->code, (PCRE2_SPTR)subject, text.len, from, 0, p->kit->data,
			   p->kit->match);
}

static const struct text_piece *mention_at(const struct subject *subject, struct str caught)
{
	for (size_t i = 0; i < subject->n_pieces; i++) {
		const struct text_piece *piece = &subject->pieces[i];

		if (piece->sigil != 0 && piece->shown.p == caught.p &&
		    piece->shown.len == caught.len)
			return piece;
	}
	return NULL;
}

static void note_groups(const struct pattern *p, const struct subject *subject, int n_set,
			struct captures *out)
{
	struct str text = subject->text;
	const size_t *offsets = pcre2_get_ovector_pointer(p->kit->data);

	out->n = p->n_groups + 1;
	out->pattern = p->n_names > 0 ? p : NULL;
	for (size_t i = 0; i < out->n; i++) {
		size_t from = offsets[2 * i], to = offsets[2 * i + 1];
		bool set = i < (size_t)n_set && from <= to &&
			   to <= text.len; /* \K may turn them round */

		out->group[i] = set ? str_make(text.p != NULL ? text.p + from : "", to - from) :
				      (struct str){ NULL, 0 };
		out->mention[i] = set ? mention_at(subject, out->group[i]) : NULL;
	}
}

static enum tristate answer_of(const struct pattern *p, const struct subject *subject, int rc,
			       struct captures *out)
{
	if (rc == PCRE2_ERROR_NOMATCH)
		return TRISTATE_NO;
	if (rc <= 0)
		return TRISTATE_UNKNOWN; /* a limit of steps, stack or memory */
	note_groups(p, subject, rc, out);
	return TRISTATE_YES;
}

static size_t slice_size(const struct pattern *p, size_t len, const struct stopwatch *watch)
{
	size_t starts = len > 0 ? SLICE_WORK / len : SLICE_MAX;

	if (p->starts == STARTS_ONCE || watch->now == NULL)
		return SIZE_MAX;
	return starts < SLICE_MIN ? SLICE_MIN : starts > SLICE_MAX ? SLICE_MAX : starts;
}

/* The first start of the slice behind: never within a letter, nor within a line where lines matter. */
static size_t slice_end(const struct pattern *p, struct str text, size_t at)
{
	while (at < text.len && (text.p[at] & 0xC0) == 0x80)
		at++;
	while (p->starts == STARTS_AT_LINES && at < text.len && text.p[at - 1] != '\n')
		at++;
	return at;
}

static bool is_right_mention(const struct text_piece *piece, uint32_t callout, const char *at)
{
	if (callout == CALLOUT_MENTION_ENDS)
		return piece->sigil != 0 && piece->shown.p + piece->shown.len == at;
	return piece->shown.p == at &&
	       piece->sigil == (callout == CALLOUT_PERSON_BEGINS ? '@' : '#');
}

/* The first piece that does not end before that place; pieces lie in the order of the text. */
static size_t piece_at(const struct subject *subject, const char *at)
{
	size_t low = 0, high = subject->n_pieces;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct str shown = subject->pieces[middle].shown;

		if (shown.p + shown.len < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does a mention begin, or end, where the search stands? It is asked at every start of a long text. */
static int on_mention_callout(pcre2_callout_block *block, void *owner)
{
	const struct subject *subject = owner;
	const char *at = (const char *)block->subject + block->current_position;

	for (size_t i = piece_at(subject, at);
	     i < subject->n_pieces && subject->pieces[i].shown.p <= at; i++) {
		if (is_right_mention(&subject->pieces[i], block->callout_number, at))
			return 0;
	}
	return 1; /* this way does not fit */
}

enum tristate pattern_find_in(const struct pattern *p, const struct subject *subject,
			      const struct stopwatch *watch, struct captures *out)
{
	struct str text = subject->text;
	size_t slice = slice_size(p, text.len, watch), from = 0;
	struct mono began = { 0 };

	pcre2_set_callout(p->kit->match, on_mention_callout, (void *)subject);
	if (text.len > slice)
		began = watch->now(watch->owner);
	for (;;) {
		size_t end = text.len - from > slice ? slice_end(p, text, from + slice) : text.len;
		bool last = end >= text.len;
		int rc = run(p, text, from, last ? PCRE2_UNSET : end - 1);

		if (rc != PCRE2_ERROR_NOMATCH || last)
			return answer_of(p, subject, rc, out);
		if (mono_ms_between(began, watch->now(watch->owner)) >= PATTERN_BUDGET_MS)
			return TRISTATE_UNKNOWN;
		from = end;
	}
}

enum tristate pattern_find(const struct pattern *p, struct str text, const struct stopwatch *watch,
			   struct captures *out)
{
	const struct subject subject = { .text = text };

	return pattern_find_in(p, &subject, watch, out);
}

/* ---- letters ---- */

static char *substitute(pcre2_code *code, struct str text, const char *by, size_t *len)
{
	const uint32_t options = PCRE2_SUBSTITUTE_EXTENDED | PCRE2_SUBSTITUTE_GLOBAL;
	char *room;

	*len = 4 * text.len + 16; /* no letter grows beyond four bytes */
	room = mem_alloc(*len);
	if (pcre2_substitute(code, (PCRE2_SPTR)text.p, text.len, 0, options, NULL, NULL,
			     (PCRE2_SPTR)by, PCRE2_ZERO_TERMINATED, (PCRE2_UCHAR *)room, len) >= 0)
		return room;
	memcpy(room, text.p, text.len); /* what is no text has no letters */
	*len = text.len;
	return room;
}

static const struct {
	const char *pattern, *by;
} recasings[] = {
	[RECASE_UPPER] = { "[^\\n]+", "\\U$0" },
	[RECASE_LOWER] = { "[^\\n]+", "\\L$0" },
	[RECASE_TITLE] = { "(\\p{L})([\\p{L}\\p{M}\\p{N}']*)", "\\U$1\\E\\L$2" },
};

void pattern_recase(struct buf *out, struct str text, enum recase how)
{
	CLEANUP(mem_freep) char *once = NULL, *twice = NULL;
	const char *by = recasings[how].by;
	size_t len = 0, offset;
	pcre2_code *code;
	int error;

	if (text.len == 0)
		return;
	code = pcre2_compile((PCRE2_SPTR)recasings[how].pattern, PCRE2_ZERO_TERMINATED,
			     PCRE2_UTF | PCRE2_UCP, &error, &offset, NULL);
	assert(code != NULL);
	/* Some letters need a second step: the final sigma becomes a sigma, and that a capital. */
	once = substitute(code, text, by, &len);
	twice = substitute(code, str_make(once, len), by, &len);
	buf_add(out, str_make(twice, len));
	pcre2_code_free(code);
}
