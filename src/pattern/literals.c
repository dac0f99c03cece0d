/* SPDX-License-Identifier: MIT */
/*
 * PCRE2 itself cuts the pattern into items (pattern_each_item), each with its quantifier; here they are only
 * put together. Whatever is not understood proves nothing, so a new kind of item costs speed, never a match:
 *
 *   - letters in a row make a run; everything else ends it, and a run of three bytes is a literal;
 *   - of what follows one another the best is kept, because all of it must be there;
 *   - alternatives are joined, and one without a literal leaves the whole group without;
 *   - what may be there zero times, or must not be there, proves nothing;
 *   - an item that opens a group in a way not known here ends the search: nothing is sure.
 *
 * All literals lie on one stack. The open groups share it: each first holds the literals of its finished
 * alternatives, behind them the best of the present one, and behind these lies the group within it.
 */
#include "pattern/literals.h"

#include <string.h>

enum { DEPTH_MAX = 32 };

struct group {
	size_t start;  /* of its literals */
	size_t branch; /* of those of the present alternative */
	bool proves;   /* every finished alternative had some */
	bool refused;  /* a negative look-around: what stands in it must not be there */
};

struct reading {
	struct literals *out;
	struct group groups[DEPTH_MAX];
	size_t depth; /* of the innermost open group; 0 = the pattern itself */
	struct literal run;
	const char *end; /* of what was read */
	bool lost;
};

/* ---- the stack ---- */

static size_t shortest(const struct literals *all, size_t from, size_t to)
{
	size_t len = from < to ? LITERAL_MAX : 0;

	for (size_t i = from; i < to; i++)
		len = all->at[i].len < len ? all->at[i].len : len;
	return len;
}

/* Long literals are rare, and few ones are rarer than many. */
static bool is_better(const struct literals *all, size_t old, size_t new, size_t end)
{
	size_t old_len = shortest(all, old, new), new_len = shortest(all, new, end);

	return new_len != old_len ? new_len > old_len : end - new < new - old;
}

/* What lies from `start` on is sure as well as what the alternative had before: keeps one of the two. */
static void keep_better(struct reading *r, size_t start)
{
	struct literals *all = r->out;
	size_t branch = r->groups[r->depth].branch, n = all->n - start;

	if (!is_better(all, branch, start, all->n)) {
		all->n = start;
		return;
	}
	memmove(&all->at[branch], &all->at[start], n * sizeof(all->at[0]));
	all->n = branch + n;
}

/* ---- runs ---- */

static void end_run(struct reading *r)
{
	struct literal run = r->run;

	r->run.len = 0;
	if (run.len < LITERAL_MIN)
		return;
	if (r->out->n == LITERALS_MAX) {
		r->lost = true;
		return;
	}
	r->out->at[r->out->n++] = run;
	keep_better(r, r->out->n - 1);
}

/* A run that is too long goes on as another one: both are sure. */
static void add_to_run(struct reading *r, char byte)
{
	size_t i = 0;

	if (r->run.len == LITERAL_MAX)
		end_run(r);
	r->run.bytes[r->run.len++] = (char)literal_next(str_make(&byte, 1), &i);
}

/* ---- items ---- */

/* Is it there at least once? `quantifier` is all that stands behind the thing in its item; in a pattern with
 * comments that may be anything. */
static bool is_sure(struct str quantifier)
{
	bool some = true;
	size_t end;

	if (quantifier.len == 0)
		return true;
	if (!str_skip(&quantifier, "+")) {
		if (!str_skip(&quantifier, "{"))
			return false;
		some = false;
		for (end = 0;
		     end < quantifier.len && quantifier.p[end] >= '0' && quantifier.p[end] <= '9';
		     end++)
			some |= quantifier.p[end] != '0';
		end = str_find_char(quantifier, '}');
		if (end == SIZE_MAX)
			return false;
		quantifier = str_sub(quantifier, end + 1, quantifier.len);
	}
	/* Another quantifier may follow: x{2}{0}. */
	return some && (quantifier.len == 0 || str_is(quantifier, "?") || str_is(quantifier, "+"));
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes the one letter off that the item stands for; 0 when it is something else. */
static char take_letter(struct str *item)
{
	bool escaped = str_skip(item, "\\");
	char c = item->len > 0 ? item->p[0] : 0;

	if (!is_printable(c) || (escaped ? is_alnum(c) : strchr(".^$[", c) != NULL))
		return 0;
	*item = str_sub(*item, 1, item->len);
	return c;
}

static void read_single(struct reading *r, struct str item)
{
	char letter = take_letter(&item);

	if (letter != 0 && is_sure(item))
		add_to_run(r, letter);
	if (letter == 0 || item.len > 0)
		end_run(r);
}

/* ---- groups ---- */

static void skip_flags(struct str *item)
{
	while (item->len > 0 && strchr("imsnxJU^-", item->p[0]) != NULL && item->p[0] != '\0')
		*item = str_sub(*item, 1, item->len);
}

/* (?i) and the like: no item of the text. */
static bool is_setting(struct str item)
{
	if (!str_skip(&item, "(?"))
		return false;
	skip_flags(&item);
	return str_starts(item, ")");
}

static bool is_named(struct str item)
{
	return (str_starts(item, "<") && !str_starts(item, "<*")) || str_starts(item, "P<") ||
	       str_starts(item, "'");
}

enum opening { OPENS_GROUP, OPENS_REFUSAL, OPENS_UNKNOWN };

static enum opening opening_of(struct str item)
{
	static const char *const plain[] = { ":", "=", "<=", ">", "|" };
	static const char *const refusing[] = { "!", "<!" };

	str_skip(&item, "(");
	if (!str_skip(&item, "?"))
		return str_starts(item, "*") ? OPENS_UNKNOWN : OPENS_GROUP;
	for (size_t i = 0; i < ARRAY_LEN(refusing); i++) {
		if (str_starts(item, refusing[i]))
			return OPENS_REFUSAL;
	}
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (str_starts(item, plain[i]))
			return OPENS_GROUP;
	}
	if (is_named(item))
		return OPENS_GROUP;
	skip_flags(&item);
	return str_starts(item, ":") ? OPENS_GROUP : OPENS_UNKNOWN;
}

static void open_group(struct reading *r, struct str item)
{
	enum opening opening = opening_of(item);

	end_run(r);
	if (opening == OPENS_UNKNOWN || r->depth + 1 == DEPTH_MAX) {
		r->lost = true;
		return;
	}
	r->groups[++r->depth] = (struct group){
		.start = r->out->n,
		.branch = r->out->n,
		.proves = true,
		.refused = opening == OPENS_REFUSAL,
	};
}

static void end_branch(struct reading *r)
{
	struct group *g = &r->groups[r->depth];

	end_run(r);
	g->proves &= r->out->n > g->branch;
	g->branch = r->out->n;
}

static void close_group(struct reading *r, struct str quantifier)
{
	struct group g;

	end_branch(r);
	g = r->groups[r->depth];
	if (r->depth == 0) {
		r->lost = true;
		return;
	}
	r->depth--;
	if (!g.proves || g.refused || !is_sure(quantifier))
		r->out->n = g.start;
	keep_better(r, g.start);
}

/* ---- the whole ---- */

/* The groups of building blocks: PCRE2 tells no items beside the callouts of ours. */
static bool is_block(struct reading *r, struct str gap)
{
	if (str_skip(&gap, PATTERN_PERSON_BEGINS) || str_skip(&gap, PATTERN_CHANNEL_BEGINS)) {
		if (!str_starts(gap, "(?<") || str_find_char(gap, '>') + 1 != gap.len)
			return false;
		open_group(r, gap);
		return true;
	}
	if (!str_skip(&gap, PATTERN_MENTION_ENDS ")"))
		return false;
	close_group(r, gap);
	return true;
}

/* The items follow one another without gaps, but for these groups and settings that change nothing. */
static void check_gap(struct reading *r, struct str gap)
{
	if (gap.len == 0 || is_block(r, gap))
		return;
	end_run(r);
	if (!is_setting(gap) || str_find_char(gap, ')') + 1 != gap.len)
		r->lost = true;
}

static void on_item(void *owner, struct str item)
{
	struct reading *r = owner;

	if (r->lost || item.p < r->end) /* repeated groups are told of once for each copy */
		return;
	check_gap(r, str_make(r->end, (size_t)(item.p - r->end)));
	r->end = item.p + item.len;
	if (item.len == 0 || is_setting(item))
		end_run(r);
	else if (item.p[0] == '(')
		open_group(r, item);
	else if (item.p[0] == ')')
		close_group(r, str_sub(item, 1, item.len));
	else if (item.p[0] == '|')
		end_branch(r);
	else
		read_single(r, item);
}

/* Ways to write that hide items, or that change what a match is. */
static bool is_out_of_the_ordinary(struct str regex)
{
	static const char *const hides[] = { "\\Q", "(?#", "(*", "(?(" };

	for (size_t i = 0; i < ARRAY_LEN(hides); i++) {
		if (str_find(regex, hides[i]) != SIZE_MAX)
			return true;
	}
	return false;
}

bool literals_find(struct literals *out, const struct pattern *p)
{
	struct str regex = pattern_regex(p);
	struct reading r = { .out = out, .groups = { { .proves = true } }, .end = regex.p };

	out->n = 0;
	if (is_out_of_the_ordinary(regex) || !pattern_each_item(p, on_item, &r))
		return false;
	end_branch(&r);
	return !r.lost && r.depth == 0 && r.groups[0].proves && r.end == regex.p + regex.len;
}
