/* SPDX-License-Identifier: MIT */
#include "template/placeholder.h"

#include "base/mem.h"

/* Where a text may be cut: not within braces, brackets, quotes, nor within a <link|label>. */
struct cutter {
	struct str text;
	size_t at;
	size_t depth;
	bool in_link;
	bool in_quotes;
};

static bool is_ahead(const struct cutter *c, char sign)
{
	return str_find_char(str_sub(c->text, c->at, c->text.len), sign) != SIZE_MAX;
}

/* Goes over a byte; gives whether it is one that counts. What is never closed does not open anything. */
static bool step(struct cutter *c)
{
	char sign = c->text.p[c->at++];
	bool counts = c->depth == 0 && !c->in_link && !c->in_quotes;

	if (c->in_quotes) {
		c->in_quotes = sign != '"';
		return false;
	}
	if (sign == '"')
		c->in_quotes = is_ahead(c, '"');
	else if (sign == '{' || sign == '[')
		c->depth++;
	else if ((sign == '}' || sign == ']') && c->depth > 0)
		c->depth--;
	else if (sign == '<' || sign == '>')
		c->in_link = sign == '<' && is_ahead(c, '>');
	return counts;
}

/* Cuts at the first place where `sign` counts; rest->p is NULL when there is none. */
static struct str cut_at(struct str *rest, char sign)
{
	struct cutter c = { .text = *rest };

	while (c.at < c.text.len) {
		bool is_sign = c.text.p[c.at] == sign;

		if (!step(&c) || !is_sign)
			continue;
		*rest = str_sub(c.text, c.at, c.text.len);
		return str_sub(c.text, 0, c.at - 1);
	}
	*rest = (struct str){ NULL, 0 };
	return c.text;
}

static bool complain(const struct reference_site *site, struct str body, const char *why)
{
	diag_error(site->diag, site->at, "{%.*s}: %s", STR_ARG(body), why);
	return false;
}

static bool add_text(struct placeholder_parts *out, struct str text, struct str body,
		     const struct reference_site *site)
{
	if (out->n_texts == PLACEHOLDER_TEXTS_MAX)
		return complain(site, body, "it has more than 32 texts");
	out->texts[out->n_texts++] = str_trim(text);
	return true;
}

/* ---- {value or text} ---- */

/* The place of ` or ` outside of brackets, or SIZE_MAX. */
static size_t find_or(struct str what)
{
	size_t depth = 0;

	for (size_t i = 0; i < what.len; i++) {
		struct str rest = str_sub(what, i, what.len);

		if (what.p[i] == '[' || what.p[i] == '{')
			depth++;
		else if ((what.p[i] == ']' || what.p[i] == '}') && depth > 0)
			depth--;
		else if (depth == 0 && (str_starts(rest, " or ") || str_is(rest, " or")))
			return i;
	}
	return SIZE_MAX;
}

static bool split_value(struct placeholder_parts *out, struct str body,
			const struct reference_site *site)
{
	struct str what;
	size_t at;

	out->kind = PLACEHOLDER_VALUE;
	out->filters = body;
	what = cut_at(&out->filters, '|');
	at = find_or(what);
	out->value = str_trim(str_sub(what, 0, at));
	if (at == SIZE_MAX)
		return true;
	add_text(out, str_sub(what, at + 3, what.len), body, site);
	return out->texts[0].len > 0 || complain(site, body, "nothing stands behind `or`");
}

/* ---- {pick: a | b} ---- */

static bool split_pick(struct placeholder_parts *out, struct str body,
		       const struct reference_site *site)
{
	struct str rest = str_sub(body, STR("pick:").len, body.len);

	out->kind = PLACEHOLDER_PICK;
	while (rest.p != NULL) {
		if (!add_text(out, cut_at(&rest, '|'), body, site))
			return false;
	}
	return out->n_texts > 1 ||
	       complain(site, body, "{pick: …} has several texts with `|` between");
}

/* ---- {if test: a | else b} ---- */

static bool split_if(struct placeholder_parts *out, struct str body,
		     const struct reference_site *site)
{
	struct str rest = str_sub(body, STR("if ").len, body.len), other;

	out->kind = PLACEHOLDER_IF;
	out->value = str_trim(cut_at(&rest, ':'));
	if (rest.p == NULL)
		return complain(
			site, body,
			"a colon stands behind the test, as in {if count is 1: first | else again}");
	add_text(out, cut_at(&rest, '|'), body, site);
	other = str_trim(rest);
	if (rest.p != NULL && (str_is(other, "else") || str_starts(other, "else "))) {
		rest = str_sub(other, STR("else").len, other.len);
		add_text(out, cut_at(&rest, '|'), body, site);
	}
	out->filters = rest;
	return true;
}

bool placeholder_split(struct placeholder_parts *out, struct str body,
		       const struct reference_site *site)
{
	*out = (struct placeholder_parts){ .filters = { NULL, 0 } };
	if (str_starts(body, "if "))
		return split_if(out, body, site);
	if (str_starts(body, "pick:"))
		return split_pick(out, body, site);
	return split_value(out, body, site);
}

/* ---- filters ---- */

bool placeholder_read_filters(struct filter **filters, size_t *n, struct str text,
			      const struct reference_site *site)
{
	bool good = true;

	while (text.p != NULL) {
		struct filter *f;

		if (*n == PLACEHOLDER_FILTERS_MAX) {
			diag_error(site->diag, site->at, "an insert has at most %d filters",
				   PLACEHOLDER_FILTERS_MAX);
			return false;
		}

		*filters = mem_grow(*filters, *n + 1, sizeof(**filters));
		f = &(*filters)[(*n)++];
		*f = (struct filter){ .text = STR_EMPTY };
		good &= filter_read(f, cut_at(&text, '|'), site->arena, site->at, site->diag);
		if (f->kind == FILTER_RAW && !site->scope->allow_raw) {
			diag_error(site->diag, site->at,
				   "the filter `raw` may stand in a webhook alone, and only if the "
				   "configuration says `slack markup = yes` of it");
			good = false;
		}
	}
	return good;
}
