/* SPDX-License-Identifier: MIT */
#include "template/filter.h"

#include "base/json.h"
#include "base/mem.h"
#include "calendar/zone.h"
#include "base/keyword.h"
#include "template/number.h"
#include "pattern/pattern.h"
#include "template/plain.h"

/* What a filter is given. */
struct work {
	const struct filter *filter;
	const struct value *value;
	const struct filter_world *world;
};

/* ---- letters ---- */

static void upper(struct buf *out, const struct work *w)
{
	pattern_recase(out, w->value->text, RECASE_UPPER);
}

static void lower(struct buf *out, const struct work *w)
{
	pattern_recase(out, w->value->text, RECASE_LOWER);
}

static void title(struct buf *out, const struct work *w)
{
	pattern_recase(out, w->value->text, RECASE_TITLE);
}

/* ---- less of it ---- */

static void trim(struct buf *out, const struct work *w)
{
	buf_add(out, str_trim(w->value->text));
}

/* At most `n` letters, the sign for what was cut among them. */
static void shorten(struct buf *out, const struct work *w)
{
	struct str in = w->value->text, rest = in, kept = STR_EMPTY;
	int64_t letters = 0, n = w->filter->n;

	while (rest.len > 0) {
		if (letters++ == n - 1)
			kept = str_sub(in, 0, in.len - rest.len);
		utf8_next(&rest);
	}
	if (letters <= n) {
		buf_add(out, in);
		return;
	}
	while (kept.len > 0 && str_trim(str_sub(kept, kept.len - 1, kept.len)).len == 0)
		kept.len--;
	buf_add(out, kept);
	buf_addz(out, "…");
}

/* The first that is not blank. */
static void first_line(struct buf *out, const struct work *w)
{
	struct str in = str_trim(w->value->text), line = STR_EMPTY;

	str_cut(&in, '\n', &line);
	buf_add(out, str_trim(line));
}

static void plain(struct buf *out, const struct work *w)
{
	plain_text(out, w->value->text);
}

/* ---- for other readers ---- */

static void same(struct buf *out, const struct work *w)
{
	buf_add(out, w->value->text);
}

static void as_json(struct buf *out, const struct work *w)
{
	json_quote(w->value->text, out);
}

static void as_url(struct buf *out, const struct work *w)
{
	buf_add_percent(out, w->value->text);
}

/* ---- numbers and times ---- */

static void group_digits(struct buf *out, const struct work *w)
{
	if (!number_group(out, w->value->text))
		buf_add(out, w->value->text);
}

static bool moment_of(const struct work *w, struct wall *out)
{
	if (w->value->kind == VALUE_TIME) {
		*out = w->value->time;
		return true;
	}
	return number_moment(w->value->text, w->world->zone, out);
}

static void date(struct buf *out, const struct work *w)
{
	const struct zone *zone = w->value->kind == VALUE_TIME ? w->value->zone : w->world->zone;
	struct wall at;

	if (moment_of(w, &at))
		zone_format(zone, at, w->filter->text, out);
	else
		buf_add(out, w->value->text);
}

/* "5 minutes", the largest unit that fits, rounded down. */
static void put_span(struct buf *out, int64_t ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
		{ "day", 86400000 },
		{ "hour", 3600000 },
		{ "minute", 60000 },
		{ "second", 1000 },
	};
	size_t i = 0;
	int64_t n;

	while (i + 1 < ARRAY_LEN(units) && ms < units[i].ms)
		i++;
	n = ms / units[i].ms;
	buf_addf(out, "%lld %s%s", (long long)n, units[i].name, n == 1 ? "" : "s");
}

static void ago(struct buf *out, const struct work *w)
{
	struct wall at;
	int64_t ms;

	if (!moment_of(w, &at)) {
		buf_add(out, w->value->text);
		return;
	}
	ms = w->world->now.ms - at.ms;
	if (ms > -1000 && ms < 1000) {
		buf_addz(out, "just now");
		return;
	}
	buf_addz(out, ms < 0 ? "in " : "");
	put_span(out, ms < 0 ? -ms : ms);
	buf_addz(out, ms < 0 ? "" : " ago");
}

static void join(struct buf *out, const struct work *w)
{
	struct str rest = w->value->items, item;
	bool first = true;

	if (rest.p == NULL) {
		buf_add(out, w->value->text);
		return;
	}
	while (str_cut(&rest, VALUE_ITEM_END, &item) && rest.p != NULL) {
		if (!first)
			buf_add(out, w->filter->text);
		buf_add(out, item);
		first = false;
	}
}

/* ---- the table ---- */

enum takes { TAKES_NOTHING, TAKES_NUMBER, TAKES_FORMAT, TAKES_TEXT };

static const struct {
	const char *name;
	enum takes takes;
	enum value_kind becomes;
	void (*apply)(struct buf *out, const struct work *w);
} filters[N_FILTERS] = {
	[FILTER_UPPER] = { "upper", TAKES_NOTHING, VALUE_TEXT, upper },
	[FILTER_LOWER] = { "lower", TAKES_NOTHING, VALUE_TEXT, lower },
	[FILTER_TITLE] = { "title", TAKES_NOTHING, VALUE_TEXT, title },
	[FILTER_TRIM] = { "trim", TAKES_NOTHING, VALUE_TEXT, trim },
	[FILTER_SHORT] = { "short", TAKES_NUMBER, VALUE_TEXT, shorten },
	[FILTER_FIRST_LINE] = { "first line", TAKES_NOTHING, VALUE_TEXT, first_line },
	[FILTER_PLAIN] = { "plain", TAKES_NOTHING, VALUE_TEXT, plain },
	[FILTER_QUOTE] = { "quote", TAKES_NOTHING, VALUE_QUOTE, same },
	[FILTER_CODE] = { "code", TAKES_NOTHING, VALUE_CODE, same },
	[FILTER_JSON] = { "json", TAKES_NOTHING, VALUE_TEXT, as_json },
	[FILTER_URL] = { "url", TAKES_NOTHING, VALUE_LINK, as_url },
	[FILTER_NUMBER] = { "number", TAKES_NOTHING, VALUE_TEXT, group_digits },
	[FILTER_DATE] = { "date", TAKES_FORMAT, VALUE_TEXT, date },
	[FILTER_AGO] = { "ago", TAKES_NOTHING, VALUE_TEXT, ago },
	[FILTER_JOIN] = { "join", TAKES_TEXT, VALUE_TEXT, join },
	[FILTER_RAW] = { "raw", TAKES_NOTHING, VALUE_RAW, same },
};

const char *filter_name_at(size_t i)
{
	return i < N_FILTERS ? filters[i].name : NULL;
}

static const char *name_at(const void *table, size_t i)
{
	(void)table;
	return filter_name_at(i);
}

void filter_apply(const struct filter *filter, struct value *value,
		  const struct filter_world *world, struct buf *room)
{
	const struct work work = { filter, value, world };
	enum value_kind shown = value->kind;

	buf_clear(room);
	filters[filter->kind].apply(room, &work);
	*value = (struct value){ .kind = filters[filter->kind].becomes, .text = buf_str(room) };
	/* `{text|code|upper}` is still code. */
	if (value->kind == VALUE_TEXT && (shown == VALUE_CODE || shown == VALUE_QUOTE))
		value->kind = shown;
}

/* ---- reading ---- */

enum { SHORT_MAX = 40000, TEXT_MAX = 200 };

/* Takes the filter's name off the text. */
static bool take_name(struct str *text, enum filter_kind *out)
{
	for (int i = 0; i < N_FILTERS; i++) {
		struct str rest = *text;

		if (str_skip(&rest, filters[i].name) && (rest.len == 0 || rest.p[0] == ' ')) {
			*out = (enum filter_kind)i;
			*text = str_sub(rest, rest.len > 0 ? 1 : 0, rest.len);
			return true;
		}
	}
	return false;
}

static bool complain_unknown(struct str text, struct place at, struct diag *diag)
{
	struct str word = STR_EMPTY;

	if (!str_word(&text, &word))
		diag_error(diag, at, "a filter is missing behind `|`");
	else if (str_is(word, "first"))
		diag_error(diag, at, "the filter is called `first line`, as in {text|first line}");
	else
		keyword_complain_unknown("filter", word, name_at, NULL, at, diag);
	return false;
}

static bool read_number(struct filter *f, struct str rest, struct place at, struct diag *diag)
{
	if (str_int(str_trim(rest), &f->n) && f->n >= 1 && f->n <= SHORT_MAX)
		return true;
	diag_error(diag, at, "the filter `short` takes a number of letters, as in {text|short 80}");
	return false;
}

static bool read_format(struct filter *f, struct str rest, struct arena *arena, struct place at,
			struct diag *diag)
{
	const char *why;

	rest = str_trim(rest);
	f->text = str_keep(arena, rest.len > 0 ? rest : STR("%Y-%m-%d %H:%M"));
	why = zone_format_check(f->text);
	if (why != NULL)
		diag_error(diag, at, "`%.*s` is no form of a date: %s", STR_ARG(f->text), why);
	return why == NULL;
}

/* Blanks around it are meant: `{list|join , }`. Quotes hold them together, too. */
static bool read_text(struct filter *f, struct str rest, struct arena *arena, struct place at,
		      struct diag *diag)
{
	if (rest.len >= 2 && rest.p[0] == '"' && str_ends(rest, "\""))
		rest = str_sub(rest, 1, rest.len - 1);
	f->text = str_keep(arena, rest.len > 0 ? rest : STR(", "));
	if (rest.len <= TEXT_MAX)
		return true;
	diag_error(diag, at, "what `join` puts between has at most %d bytes", TEXT_MAX);
	return false;
}

bool filter_read(struct filter *out, struct str text, struct arena *arena, struct place at,
		 struct diag *diag)
{
	struct str rest = text;

	while (rest.len > 0 && rest.p[0] == ' ')
		rest = str_sub(rest, 1, rest.len);
	*out = (struct filter){ .text = STR_EMPTY };
	if (!take_name(&rest, &out->kind))
		return complain_unknown(text, at, diag);
	switch (filters[out->kind].takes) {
	case TAKES_NUMBER:
		return read_number(out, rest, at, diag);
	case TAKES_FORMAT:
		return read_format(out, rest, arena, at, diag);
	case TAKES_TEXT:
		return read_text(out, rest, arena, at, diag);
	case TAKES_NOTHING:
		break;
	}
	if (str_trim(rest).len == 0)
		return true;
	diag_error(diag, at, "`%.*s` stands behind the filter `%s`, which takes nothing",
		   STR_ARG(str_trim(rest)), filters[out->kind].name);
	return false;
}
