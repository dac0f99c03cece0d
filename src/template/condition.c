/* SPDX-License-Identifier: MIT */
#include "template/condition.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/mem.h"
#include "base/keyword.h"
#include "template/number.h"

enum comparison { IS, IS_NOT, HAS, HAS_NOT, IS_MORE, IS_LESS, MATCHES };

enum { TESTS_MAX = 16, CONDITION_MAX = 4096 };

struct test {
	struct reference left;
	enum comparison how;
	struct template *right;	 /* NULL for `matches` */
	struct pattern *pattern; /* `matches` */
	struct str shown;	 /* as written */
};

struct condition {
	struct arena arena;
	struct test tests[TESTS_MAX];
	size_t n;
};

/* Longer words first. */
static const struct keyword comparisons[] = {
	{ .name = "is not", .value = IS_NOT },	 { .name = "is", .value = IS },
	{ .name = "has not", .value = HAS_NOT }, { .name = "has", .value = HAS },
	{ .name = ">", .value = IS_MORE },	 { .name = "<", .value = IS_LESS },
	{ .name = "matches", .value = MATCHES }, { .name = NULL },
};

const char *condition_word_at(size_t i)
{
	return comparisons[i].name;
}

/* ---- reading ---- */

struct reading {
	struct condition *condition;
	struct pattern_kit *kit;
	struct reference_site site;
};

static bool complain(const struct reading *r, struct str test, const char *why)
{
	diag_error(r->site.diag, r->site.at, "`%.*s` is no test: %s", STR_ARG(test), why);
	return false;
}

/* How far the text goes that the brackets, braces or quotes at its beginning hold together; else one byte. */
static size_t atom_len(struct str s)
{
	size_t depth = 0;

	if (s.p[0] == '"') {
		for (size_t i = 1; i < s.len; i++) {
			if (s.p[i] == '"' && s.p[i - 1] != '\\')
				return i + 1;
		}
		return 1;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '[' || s.p[i] == '{')
			depth++;
		else if ((s.p[i] == ']' || s.p[i] == '}') && depth > 0)
			depth--;
		if (depth == 0)
			return i + 1;
	}
	return 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Does the text begin with the word, with a blank or the end behind it? */
static bool starts_word(struct str s, const char *word)
{
	return str_skip(&s, word) && (s.len == 0 || is_blank(s.p[0]));
}

/* Takes what stands before the next ` and ` off the text. */
static struct str cut_and(struct str *rest)
{
	struct str all = *rest;

	for (size_t i = 0; i < all.len; i += atom_len(str_sub(all, i, all.len))) {
		struct str here = str_sub(all, i, all.len);

		if (i == 0 || !is_blank(all.p[i - 1]) || !starts_word(here, "and"))
			continue;
		*rest = str_trim(str_sub(here, 3, here.len));
		return str_trim(str_sub(all, 0, i));
	}
	*rest = (struct str){ NULL, 0 };
	return str_trim(all);
}

static struct str take_left(struct str *rest)
{
	struct str all = *rest;
	size_t n = 0;

	while (n < all.len && !is_blank(all.p[n]))
		n += atom_len(str_sub(all, n, all.len));
	n = n < all.len ? n : all.len;
	*rest = str_trim(str_sub(all, n, all.len));
	return str_sub(all, 0, n);
}

static bool take_comparison(struct str *rest, enum comparison *out)
{
	for (const struct keyword *row = comparisons; row->name != NULL; row++) {
		if (!starts_word(*rest, row->name))
			continue;
		str_skip(rest, row->name);
		*rest = str_trim(*rest);
		*out = (enum comparison)row->value;
		return true;
	}
	return false;
}

/* Takes the quotes off. */
static struct str unquote(struct arena *arena, struct str s)
{
	char *copy;
	size_t len = 0;

	if (s.len < 2 || s.p[0] != '"' || atom_len(s) != s.len)
		return s;
	copy = arena_alloc(arena, s.len);
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.p[i] == '\\' && s.p[i + 1] == '"' && i + 2 < s.len)
			i++;
		copy[len++] = s.p[i];
	}
	return str_make(copy, len);
}

static bool read_pattern(struct reading *r, struct test *test, struct str right)
{
	const struct pattern_source source = {
		.regex = right,
		.shown = right,
		.at = r->site.at,
	};

	if (r->kit == NULL)
		return complain(r, test->shown, "`matches` cannot stand here");
	return pattern_compile(&test->pattern, r->kit, &source, r->site.diag) == 0;
}

static bool read_right(struct reading *r, struct test *test, struct str right)
{
	struct template_scope scope = *r->site.scope;
	struct str text = unquote(&r->condition->arena, right);

	if (right.len == 0)
		return complain(r, test->shown, "nothing stands behind its comparison");
	if (test->how == MATCHES)
		return read_pattern(r, test, text);
	if (scope.depth++ == SCOPE_DEPTH_MAX)
		return complain(r, test->shown, "it stands too deep within other tests");
	scope.plain = true;
	scope.literal = false;
	return template_compile_text(&test->right, text, r->site.at, &scope, r->site.diag) == 0;
}

static bool read_test(struct reading *r, struct str text)
{
	struct condition *c = r->condition;
	struct test *test = &c->tests[c->n];
	struct str rest = text, left;

	if (c->n == TESTS_MAX)
		return complain(r, text, "at most 16 may be joined");
	c->n++;
	test->shown = str_keep(&c->arena, text);
	left = take_left(&rest);
	if (left.len == 0)
		return complain(r, text, "a name is missing");
	if (!take_comparison(&rest, &test->how))
		return complain(
			r, text,
			"behind the name stands one of `is`, `is not`, `has`, `has not`, `>`, `<`, `matches`");
	/* `{who}` is a slip that does no harm. */
	if (left.len > 2 && left.p[0] == '{' && atom_len(left) == left.len)
		left = str_sub(left, 1, left.len - 1);
	return reference_read(&test->left, left, &r->site) && read_right(r, test, rest);
}

struct condition *condition_read(struct str text, struct pattern_kit *kit,
				 const struct reference_site *site)
{
	struct condition *c = mem_zero(1, sizeof(*c));
	struct reading r = { .condition = c, .kit = kit, .site = *site };
	bool good = true;

	arena_init(&c->arena);
	r.site.arena = &c->arena;
	text = str_trim(text);
	if (text.len > CONDITION_MAX) {
		diag_error(site->diag, site->at, "the test has %zu bytes; at most %d may be there",
			   text.len, CONDITION_MAX);
		text.p = NULL;
		good = false;
	}
	while (text.p != NULL)
		good &= read_test(&r, cut_and(&text));
	if (good)
		return c;
	condition_free(c);
	return NULL;
}

void condition_free(struct condition *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++) {
		reference_deinit(&c->tests[i].left);
		template_free(c->tests[i].right);
		pattern_free(c->tests[i].pattern);
	}
	arena_deinit(&c->arena);
	free(c);
}

/* ---- asking ---- */

/* Both sides of a test. */
struct sides {
	struct value left, right;
	bool right_is_value; /* it keeps its id */
	struct buf text;     /* of the right side, when it is put together */
};

static void put_plain(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	buf_add(out, value->text);
}

static void put_literal(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	buf_add(out, text);
}

static void sides_init(struct sides *s, const struct test *test, const struct template_host *host)
{
	struct template_host plain = *host;

	*s = (struct sides){ .left = { .text = STR_EMPTY }, .right = { .text = STR_EMPTY } };
	buf_init(&s->text, 0);
	if (!host->value(host->owner, &test->left, &s->left))
		s->left = (struct value){ .text = STR_EMPTY };
	if (test->right == NULL)
		return;
	s->right_is_value = template_value(test->right, host, &s->right);
	if (s->right_is_value)
		return;
	plain.put = put_plain;
	plain.literal = put_literal;
	template_render(test->right, &plain, &s->text);
	s->right = (struct value){ .text = buf_str(&s->text) };
}

static void sides_deinit(struct sides *s)
{
	buf_deinit(&s->text);
}

static bool has_id(const struct value *v)
{
	return (v->kind == VALUE_USER || v->kind == VALUE_CHANNEL) && v->id.len > 0;
}

static struct str folded(struct buf *room, struct str text)
{
	buf_clear(room);
	pattern_recase(room, text, RECASE_LOWER);
	return buf_str(room);
}

/* By id or by name. */
static enum tristate is_called(const struct value *value, struct str name,
			       const struct template_host *host)
{
	if (str_eq(value->id, str_trim(name)))
		return TRISTATE_YES;
	return host->is_named(host->owner, value, str_trim(name));
}

/* People and channels are compared by who they are, numbers as numbers, the rest letter by letter, capitals apart. */
static enum tristate is_same(const struct sides *s, const struct template_host *host)
{
	CLEANUP(buf_deinit) struct buf a = { 0 };
	CLEANUP(buf_deinit) struct buf b = { 0 };
	double x, y;

	if (has_id(&s->left) && has_id(&s->right))
		return tristate_of(str_eq(s->left.id, s->right.id));
	if (has_id(&s->left) && s->right.text.len > 0)
		return is_called(&s->left, s->right.text, host);
	if (has_id(&s->right) && s->left.text.len > 0)
		return is_called(&s->right, s->left.text, host);
	if (number_read(s->left.text, &x) && number_read(s->right.text, &y))
		return tristate_of(x == y);
	return tristate_of(
		str_eq(folded(&a, str_trim(s->left.text)), folded(&b, str_trim(s->right.text))));
}

static enum tristate has_part(const struct sides *s)
{
	CLEANUP(buf_deinit) struct buf a = { 0 };
	CLEANUP(buf_deinit) struct buf b = { 0 };
	struct str text;

	text = folded(&a, s->left.text);
	folded(&b, s->right.text);
	buf_addc(&b, '\0');
	return tristate_of(str_find(text, b.p) != SIZE_MAX);
}

static enum tristate is_greater(const struct value *a, const struct value *b)
{
	double x, y;

	if (number_read(a->text, &x) && number_read(b->text, &y))
		return tristate_of(x > y);
	return tristate_of(str_cmp(a->text, b->text) > 0);
}

static enum tristate fits(struct pattern *pattern, struct str text)
{
	struct captures caught;

	return pattern_find(pattern, text, &caught);
}

static enum tristate ask_test(const struct test *test, const struct sides *s,
			      const struct template_host *host)
{
	switch (test->how) {
	case IS:
		return is_same(s, host);
	case IS_NOT:
		return tristate_not(is_same(s, host));
	case HAS:
		return has_part(s);
	case HAS_NOT:
		return tristate_not(has_part(s));
	case IS_MORE:
		return is_greater(&s->left, &s->right);
	case IS_LESS:
		return is_greater(&s->right, &s->left);
	case MATCHES:
		break;
	}
	return fits(test->pattern, s->left.text);
}

static enum tristate ask_one(const struct test *test, const struct template_host *host)
{
	struct sides sides;
	enum tristate answer;

	sides_init(&sides, test, host);
	answer = ask_test(test, &sides, host);
	sides_deinit(&sides);
	return answer;
}

/* A no decides, whatever else cannot be told. */
enum tristate condition_ask(const struct condition *c, const struct template_host *host)
{
	enum tristate all = TRISTATE_YES;

	for (size_t i = 0; i < c->n && all != TRISTATE_NO; i++) {
		enum tristate answer = ask_one(&c->tests[i], host);

		if (answer != TRISTATE_YES)
			all = answer;
	}
	return all;
}

void condition_tell(const struct condition *c, const struct template_host *host, struct buf *seen,
		    struct buf *wanted)
{
	size_t i = 0;
	struct sides sides;

	while (i + 1 < c->n && ask_one(&c->tests[i], host) == TRISTATE_YES)
		i++;
	sides_init(&sides, &c->tests[i], host);
	buf_addf(seen, "%.*s is \"%.*s\"", STR_ARG(c->tests[i].left.shown),
		 STR_ARG(sides.left.text));
	buf_add(wanted, c->tests[i].shown);
	if (sides.right_is_value)
		buf_addf(wanted, ", which is \"%.*s\"", STR_ARG(sides.right.text));
	sides_deinit(&sides);
}

void condition_each_name(const struct condition *c,
			 void (*on_name)(void *owner, char sigil, struct str name), void *owner)
{
	struct str text;

	for (size_t i = 0; i < c->n; i++) {
		const struct test *test = &c->tests[i];

		if ((test->how == IS || test->how == IS_NOT) &&
		    template_is_literal(test->right, &text) && str_skip(&text, "@") && text.len > 0)
			on_name(owner, '@', str_trim(text));
	}
}

void condition_each_reference(const struct condition *c,
			      void (*on_reference)(void *owner, const struct reference *ref,
						   bool as_text),
			      void *owner)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct test *test = &c->tests[i];

		if (test->left.key != NULL)
			template_each_reference(test->left.key, on_reference, owner);
		on_reference(owner, &test->left, test->how != IS && test->how != IS_NOT);
		if (test->right != NULL)
			template_each_reference(test->right, on_reference, owner);
	}
}
