/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "sim/pattern.h"

#include <ctype.h>
#include <string.h>
#include "base/buf.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One escape behind a backslash; gives how many letters it took, 0 = none that we know. */
static size_t unescape(struct str rest, struct buf *out)
{
	static const struct {
		char seen, meant;
	} simple[] = {
		{ 'n', '\n' }, { 't', '\t' }, { 'r', '\r' }, { '"', '"' }, { '\\', '\\' },
	};

	if (rest.len >= 3 && rest.p[0] == 'x' && hex(rest.p[1]) >= 0 && hex(rest.p[2]) >= 0) {
		buf_addc(out, (char)(hex(rest.p[1]) << 4 | hex(rest.p[2])));
		return 3;
	}
	for (size_t i = 0; rest.len > 0 && i < ARRAY_LEN(simple); i++)
		if (rest.p[0] == simple[i].seen) {
			buf_addc(out, simple[i].meant);
			return 1;
		}
	return 0;
}

/* A quoted text at the beginning of *rest. */
static const char *cut_quoted(struct str *rest, struct arena *arena, struct str *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	size_t i = 1;

	for (; i < rest->len && rest->p[i] != '"'; i++) {
		size_t used;

		if (rest->p[i] != '\\') {
			buf_addc(&text, rest->p[i]);
			continue;
		}
		used = unescape(str_sub(*rest, i + 1, rest->len), &text);
		if (used == 0)
			return "unknown escape; there are \\n \\t \\r \\\" \\\\ \\xNN";
		i += used;
	}
	if (i == rest->len)
		return "a quote is not closed";
	*rest = str_sub(*rest, i + 1, rest->len);
	*out = str_keep(arena, buf_str(&text));
	return NULL;
}

/* The same in single quotes, where nothing but \' means something else than itself. */
static const char *cut_raw(struct str *rest, struct arena *arena, struct str *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	size_t i = 1;

	for (; i < rest->len && rest->p[i] != '\''; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->len && rest->p[i + 1] == '\'')
			i++;
		buf_addc(&text, rest->p[i]);
	}
	if (i == rest->len)
		return "a quote is not closed";
	*rest = str_sub(*rest, i + 1, rest->len);
	*out = str_keep(arena, buf_str(&text));
	return NULL;
}

static bool is_quote(struct str s)
{
	return s.len > 0 && (s.p[0] == '"' || s.p[0] == '\'');
}

static const char *cut_text(struct str *rest, struct arena *arena, struct word *w)
{
	w->raw = rest->p[0] == '\'';
	return w->raw ? cut_raw(rest, arena, &w->text) : cut_quoted(rest, arena, &w->text);
}

/* How long `name=` is, when a quote stands behind it; 0 = it is another word. */
static size_t name_before_quote(struct str s)
{
	size_t n = 0;

	while (n < s.len && (isalnum((unsigned char)s.p[n]) || s.p[n] == '_'))
		n++;
	return n > 0 && n < s.len && s.p[n] == '=' && is_quote(str_sub(s, n + 1, s.len)) ? n + 1 :
											   0;
}

/* A word without quotes around it; its value may have some: text="Hi there". */
static const char *cut_bare(struct str *rest, struct arena *arena, struct word *w)
{
	size_t n = name_before_quote(*rest);
	struct str name = str_sub(*rest, 0, n);
	const char *why;

	if (n == 0)
		return str_word(rest, &w->text) ? NULL : "a word is missing";
	*rest = str_sub(*rest, n, rest->len);
	w->value_quoted = true;
	why = cut_text(rest, arena, w);
	if (why == NULL)
		w->text = str_keepf(arena, "%.*s%.*s", STR_ARG(name), STR_ARG(w->text));
	return why;
}

static struct str skip_blanks(struct str s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_sub(s, 1, s.len);
	return s;
}

const char *words_cut(struct str line, struct arena *arena, struct words *out)
{
	const char *why;

	out->n = 0;
	for (line = skip_blanks(line); line.len > 0; line = skip_blanks(line)) {
		struct word *w = &out->at[out->n];

		if (out->n == LINE_MAX_WORDS)
			return "too many words";
		*w = (struct word){ .quoted = is_quote(line) };
		why = w->quoted ? cut_text(&line, arena, w) : cut_bare(&line, arena, w);
		if (why != NULL)
			return why;
		out->n++;
	}
	return NULL;
}

static bool is_number(struct str s)
{
	int64_t n;

	return str_int(s, &n);
}

static bool is_duration(struct str s)
{
	int64_t ms;

	return (str_ends(s, "ms") && str_int(str_sub(s, 0, s.len - 2), &ms)) ||
	       duration_parse(s, &ms);
}

static bool is_percent(struct str s)
{
	int64_t n;

	return str_ends(s, "%") && str_int(str_sub(s, 0, s.len - 1), &n);
}

static bool is_range(struct str s)
{
	size_t dots = str_find(s, "..");

	return is_number(s) || (dots != SIZE_MAX && is_number(str_sub(s, 0, dots)) &&
				is_number(str_sub(s, dots + 2, s.len)));
}

static bool is_person(struct str s)
{
	return s.len > 1 && s.p[0] == '@';
}

static bool is_channel(struct str s)
{
	return (s.len > 1 && s.p[0] == '#') || str_is(s, "dm");
}

static bool is_emoji(struct str s)
{
	return s.len > 2 && s.p[0] == ':' && s.p[s.len - 1] == ':';
}

static bool is_method(struct str s)
{
	return str_is(s, "call") || str_find_char(s, '.') != SIZE_MAX;
}

static bool is_argument(struct str s)
{
	size_t eq = str_find_char(s, '=');

	return eq != SIZE_MAX && eq > 0;
}

static bool is_any(struct str s)
{
	return s.len > 0;
}

/* What capitals stand for, and how the word must look. */
static const struct kind {
	const char *name;
	bool quoted; /* must stand in quotes; others must not */
	bool either; /* quotes or not */
	bool list;   /* takes all words that are left, at least one */
	bool raw;    /* in single quotes only */
	bool (*fits)(struct str s);
} kinds[] = {
	{ "PERSONS", false, false, true, false, is_person },
	{ "PERSON", false, false, false, false, is_person },
	{ "CHANNELS", false, false, true, false, is_channel },
	{ "CHANNEL", false, false, false, false, is_channel },
	{ "TEXT", true, false, false, false, NULL },
	{ "JSON", true, false, false, true, NULL },
	{ "MESSAGE", false, true, false, false, is_any },
	{ "NUMBER", false, false, false, false, is_number },
	{ "PERCENT", false, false, false, false, is_percent },
	{ "RANGE", false, false, false, false, is_range },
	{ "TIME", false, false, false, false, is_duration },
	{ "EMOJI", false, false, false, false, is_emoji },
	{ "METHOD", false, false, false, false, is_method },
	{ "ARGUMENTS", false, false, true, false, is_argument },
	{ "REST", false, true, true, false, is_any },
	{ "NAME", false, false, false, false, is_any },
	{ "WORD", false, false, false, false, is_any },
	{ "PATH", false, false, false, false, is_any },
};

/* The capitals may carry a letter or digit more to tell two of a kind apart: NUMBER2. */
static const struct kind *kind_of(struct str token)
{
	if (token.len == 0 || !isupper((unsigned char)token.p[0]))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct str rest = token;

		if (str_skip(&rest, kinds[i].name) &&
		    (rest.len == 0 || isdigit((unsigned char)rest.p[0])))
			return &kinds[i];
	}
	return NULL;
}

static bool word_fits(const struct kind *k, const struct word *w)
{
	if ((!k->either && w->quoted != k->quoted) || (k->raw && !w->raw))
		return false;
	return w->quoted || k->fits(w->text);
}

static bool list_fits(const struct kind *k, const struct words *words, size_t from)
{
	for (size_t i = from; i < words->n; i++)
		if (!word_fits(k, &words->at[i]))
			return false;
	return true;
}

static void take(struct match *m, struct str name, struct str value)
{
	if (m->n < MATCH_MAX_VALUES) {
		m->values[m->n].name = name;
		m->values[m->n].value = value;
		m->n++;
	}
}

static struct str join(const struct words *words, size_t from, struct arena *arena)
{
	CLEANUP(buf_deinit) struct buf all = { 0 };

	for (size_t i = from; i < words->n; i++) {
		if (i > from)
			buf_addc(&all, ' ');
		buf_add(&all, words->at[i].text);
	}
	return str_keep(arena, buf_str(&all));
}

/* Fits the tokens of one stretch of a pattern (no brackets in it); moves *at over what fits. */
static bool stretch_fits(struct str tokens, const struct words *words, size_t *at,
			 struct arena *arena, struct match *m)
{
	struct str token;

	while (str_word(&tokens, &token)) {
		const struct kind *k = kind_of(token);
		const struct word *w = &words->at[*at];

		if (str_is(token, ":"))
			continue;
		if (*at == words->n)
			return false;
		if (k == NULL ? w->quoted || !str_eq(w->text, token) : !word_fits(k, w))
			return false;
		if (k != NULL && k->list) {
			if (!list_fits(k, words, *at))
				return false;
			take(m, token, join(words, *at, arena));
			m->list = w;
			m->n_list = words->n - *at;
			*at = words->n;
		} else {
			if (k != NULL)
				take(m, token, w->text);
			++*at;
		}
	}
	return true;
}

/* What stands before the next bracket. */
static struct str until(struct str *rest, char bracket)
{
	struct str piece;

	if (!str_cut(rest, bracket, &piece))
		piece = STR_EMPTY;
	return piece;
}

static bool all_fits(const char *pattern, const struct words *words, struct arena *arena,
		     struct match *m, size_t *at)
{
	struct str rest = str_from(pattern);

	while (rest.len > 0) {
		struct str must = until(&rest, '['), may;
		struct match before;
		size_t here;

		if (!stretch_fits(must, words, at, arena, m))
			return false;
		may = rest.len > 0 ? until(&rest, ']') : STR_EMPTY;
		before = *m;
		here = *at;
		if (may.len > 0 && !stretch_fits(may, words, at, arena, m)) {
			*m = before;
			*at = here;
		}
	}
	return *at == words->n;
}

bool pattern_fits(const char *pattern, const struct words *words, struct arena *arena,
		  struct match *out)
{
	size_t at = 0;

	*out = (struct match){ .n = 0 };
	return all_fits(pattern, words, arena, out, &at);
}

size_t pattern_reach(const char *pattern, const struct words *words)
{
	struct arena scratch = { 0 };
	struct match m = { .n = 0 };
	size_t at = 0;

	all_fits(pattern, words, &scratch, &m, &at);
	arena_deinit(&scratch);
	return at;
}

bool match_has(const struct match *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_is(m->values[i].name, name))
			return true;
	return false;
}

struct str match_text(const struct match *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_is(m->values[i].name, name))
			return m->values[i].value;
	return STR_EMPTY;
}

int64_t match_number(const struct match *m, const char *name, int64_t otherwise)
{
	struct str s = match_text(m, name);
	int64_t n;

	if (str_ends(s, "%"))
		s.len--;
	return str_int(s, &n) ? n : otherwise;
}

int64_t match_ms(const struct match *m, const char *name, int64_t otherwise)
{
	struct str s = match_text(m, name);
	int64_t ms;

	if (str_ends(s, "ms") && str_int(str_sub(s, 0, s.len - 2), &ms))
		return ms;
	return duration_parse(s, &ms) ? ms : otherwise;
}

void match_range(const struct match *m, const char *name, int64_t *low, int64_t *high)
{
	struct str text = match_text(m, name);
	size_t dots = str_find(text, "..");

	if (dots == SIZE_MAX) {
		str_int(text, low);
		*high = *low;
	} else {
		str_int(str_sub(text, 0, dots), low);
		str_int(str_sub(text, dots + 2, text.len), high);
	}
}
