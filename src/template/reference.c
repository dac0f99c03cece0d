/* SPDX-License-Identifier: MIT */
#include "template/reference.h"

#include "base/keyword.h"
#include "template/symbols.h"
#include "template/template.h"

static const struct keyword builtin_names[] = {
	{ .name = "user", .value = NAME_USER },	      { .name = "author", .value = NAME_AUTHOR },
	{ .name = "channel", .value = NAME_CHANNEL }, { .name = "bot", .value = NAME_BOT },
	{ .name = "team", .value = NAME_TEAM },	      { .name = "text", .value = NAME_TEXT },
	{ .name = "match", .value = NAME_MATCH },     { .name = "link", .value = NAME_LINK },
	{ .name = "ts", .value = NAME_TS },	      { .name = "thread", .value = NAME_THREAD },
	{ .name = "time", .value = NAME_TIME },	      { .name = "count", .value = NAME_COUNT },
	{ .name = "event", .value = NAME_EVENT },     { .name = "result", .value = NAME_RESULT },
	{ .name = "error", .value = NAME_ERROR },     { .name = NULL },
};

/* Bits of enum reference_field, and a text that names them. */
#define OF(field) (1u << (field))
enum {
	OF_PERSON = OF(FIELD_NAME) | OF(FIELD_ID) | OF(FIELD_EMAIL) | OF(FIELD_MENTION),
	OF_PLACE = OF(FIELD_NAME) | OF(FIELD_ID),
	OF_HOURS = OF(FIELD_OPENS) | OF(FIELD_CLOSES) | OF(FIELD_OPEN),
};

static const struct keyword field_names[] = {
	{ .name = "name", .value = FIELD_NAME },   { .name = "id", .value = FIELD_ID },
	{ .name = "email", .value = FIELD_EMAIL }, { .name = "mention", .value = FIELD_MENTION },
	{ .name = "opens", .value = FIELD_OPENS }, { .name = "closes", .value = FIELD_CLOSES },
	{ .name = "open", .value = FIELD_OPEN },   { .name = NULL },
};

static unsigned fields_of(enum reference_name name)
{
	switch (name) {
	case NAME_USER:
	case NAME_AUTHOR:
	case NAME_BOT:
	case NAME_MATCH:
	case NAME_GROUP:
	case NAME_VARIABLE:
		return OF_PERSON;
	case NAME_CHANNEL:
	case NAME_TEAM:
		return OF_PLACE;
	case NAME_HOURS:
		return OF_HOURS;
	case NAME_TEXT:
	case NAME_LINK:
	case NAME_TS:
	case NAME_THREAD:
	case NAME_TIME:
	case NAME_COUNT:
	case NAME_EVENT:
	case NAME_RESULT:
	case NAME_ERROR:
	case NAME_TABLE:
	case NAME_LIST:
		break;
	}
	return 0;
}

const char *reference_name_at(size_t i)
{
	return i < ARRAY_LEN(builtin_names) - 1 ? builtin_names[i].name : NULL;
}

bool reference_is_name(struct str word)
{
	return keyword_find(builtin_names, word) != NULL;
}

/* ---- complaints ---- */

static bool complain(const struct reference_site *site, struct str shown, const char *why)
{
	diag_error(site->diag, site->at, "{%.*s}: %s", STR_ARG(shown), why);
	return false;
}

/* Everything that could have been meant, asked for in its order. */
struct meant {
	const struct template_scope *scope;
	size_t n_groups; /* seen so far */
	bool groups_end;
	struct symbols_walk names;
};

static const char *name_at(const void *table, size_t i)
{
	struct meant *meant = (struct meant *)table;
	const struct template_scope *scope = meant->scope;
	size_t n_builtins = ARRAY_LEN(builtin_names) - 1;
	const char *group = NULL;

	if (i < n_builtins)
		return builtin_names[i].name;
	i -= n_builtins;
	if (!meant->groups_end && scope->group_at != NULL)
		group = scope->group_at(scope->owner, i);
	if (group != NULL) {
		meant->n_groups = i + 1;
		return group;
	}
	meant->groups_end = true;
	return scope->symbols != NULL ? symbols_at(&meant->names, i - meant->n_groups) : NULL;
}

static struct meant meant_by(const struct template_scope *scope)
{
	struct meant meant = { .scope = scope };

	if (scope->symbols != NULL)
		symbols_walk_init(&meant.names, scope->symbols);
	return meant;
}

static void complain_nearest(const struct reference_site *site, struct str name)
{
	struct meant meant = meant_by(site->scope);

	keyword_complain_unknown("insert", name, name_at, &meant, site->at, site->diag);
}

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.len > 0;
}

static bool complain_unknown(const struct reference_site *site, struct str text)
{
	struct str name = str_sub(text, 0, str_find_char(text, '['));
	struct meant meant = meant_by(site->scope);
	const char *nearest;

	name = str_sub(name, 0, str_find_char(name, '.'));
	nearest = str_nearest(name, name_at, &meant);
	if (is_number(name))
		diag_error(site->diag, site->at, "{%.*s}: no pattern of this rule has a group %.*s",
			   STR_ARG(text), STR_ARG(name));
	else if (name.len < text.len && text.p[name.len] == '[')
		diag_error(
			site->diag, site->at,
			"{%.*s}: there is no table `%.*s`, and no rule stores it with `set` or `add`%s%s%s",
			STR_ARG(text), STR_ARG(name), nearest != NULL ? "; did you mean `" : "",
			nearest != NULL ? nearest : "", nearest != NULL ? "`?" : "");
	else
		complain_nearest(site, name);
	return false;
}

/* ---- the name ---- */

static bool is_group(const struct reference_site *site, struct str word)
{
	const struct template_scope *scope = site->scope;

	return scope->has_group != NULL && !str_is(word, "0") &&
	       scope->has_group(scope->owner, word);
}

/* What the rules themselves name. Tables, hours and lists may share a name: what stands behind it tells which
 * of them is meant. */
static bool find_own(struct reference *out, struct str word, char behind,
		     const struct symbols *names)
{
	const struct named_hours *hours = map_get(&names->hours, word);

	out->table = map_get(&names->tables, word);
	out->list = map_get(&names->lists, word);
	if (map_get(&names->variables, word) != NULL)
		out->name = NAME_VARIABLE;
	else if (out->table != NULL && (behind == '[' || (hours == NULL && out->list == NULL)))
		out->name = NAME_TABLE;
	else if (hours != NULL && (behind == '.' || out->list == NULL))
		out->name = NAME_HOURS;
	else if (out->list != NULL)
		out->name = NAME_LIST;
	else
		return false;
	out->word = word;
	out->hours = hours != NULL ? hours->hours : NULL;
	return true;
}

static bool find_name(struct reference *out, struct str word, char behind,
		      const struct reference_site *site)
{
	const struct keyword *row = keyword_find(builtin_names, word);

	if (is_group(site, word)) {
		out->name = NAME_GROUP;
		out->word = str_keep(site->arena, word);
		return true;
	}
	if (row != NULL) {
		out->name = (enum reference_name)row->value;
		return true;
	}
	return site->scope->symbols != NULL &&
	       find_own(out, str_keep(site->arena, word), behind, site->scope->symbols);
}

enum { NAME_MAX_LEN = 64 };

/* Names may hold points: the longest one counts. What is behind it is left in *rest. */
static bool take_name(struct reference *out, struct str *rest, const struct reference_site *site)
{
	struct str text = *rest;
	size_t end = str_find_char(text, '[');

	end = end < text.len ? end : text.len;
	for (end = end < NAME_MAX_LEN ? end : NAME_MAX_LEN; end > 0; end--) {
		char behind = end < text.len ? text.p[end] : '\0';

		if (behind != '\0' && behind != '.' && behind != '[')
			continue;
		if (!find_name(out, str_sub(text, 0, end), behind, site))
			continue;
		*rest = str_sub(text, end, text.len);
		return true;
	}
	return complain_unknown(site, text);
}

/* Why this name means nothing here; NULL = it may stand. */
static const char *misplaced(const struct reference *ref, const struct template_scope *scope)
{
	switch (ref->name) {
	case NAME_MATCH:
		if (scope->has_group == NULL || !scope->has_group(scope->owner, STR("0")))
			return "the rule has no `match`, `words`, `phrase`, `exact` or `like`";
		return NULL;
	case NAME_RESULT:
		return scope->has_result ? NULL : "no `webhook` or `call` above it gives a result";
	case NAME_ERROR:
		return scope->has_error ? NULL :
					  "only what stands behind `on error` knows an error";
	case NAME_USER:
	case NAME_AUTHOR:
	case NAME_CHANNEL:
	case NAME_TEXT:
	case NAME_LINK:
	case NAME_TS:
	case NAME_THREAD:
		return scope->is_timed ?
			       "`every` and `cron` have no message, no author and no channel" :
			       NULL;
	case NAME_BOT:
	case NAME_TEAM:
	case NAME_TIME:
	case NAME_COUNT:
	case NAME_EVENT:
	case NAME_GROUP:
	case NAME_VARIABLE:
	case NAME_TABLE:
	case NAME_LIST:
	case NAME_HOURS:
		break;
	}
	return NULL;
}

/* ---- what is behind the name ---- */

/* The end of the bracket that the text begins with, or SIZE_MAX. */
static size_t closing_bracket(struct str s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '[')
			depth++;
		else if (s.p[i] == ']' && --depth == 0)
			return i;
	}
	return SIZE_MAX;
}

static bool compile_key(struct reference *out, struct str key, const struct reference_site *site)
{
	struct template_scope scope = *site->scope;

	if (scope.depth++ == SCOPE_DEPTH_MAX)
		return complain(site, out->shown, "it stands too deep within brackets");
	scope.plain = true;
	scope.literal = false;
	return template_compile_text(&out->key, key, site->at, &scope, site->diag) == 0;
}

static bool take_bracket(struct str *rest, struct str *inner, struct str shown,
			 const struct reference_site *site)
{
	size_t end = closing_bracket(*rest);

	if (end == SIZE_MAX)
		return complain(site, shown, "the bracket is not closed");
	*inner = str_trim(str_sub(*rest, 1, end));
	*rest = str_sub(*rest, end + 1, rest->len);
	return inner->len > 0 || complain(site, shown, "the brackets are empty");
}

/* `event` and `result`: all the rest is one path, of which parts may be inserted. */
static bool read_path(struct reference *out, struct str rest, const struct reference_site *site)
{
	CLEANUP(buf_deinit) struct buf path = { 0 };
	struct str inner;

	while (rest.len > 0) {
		size_t n = 1;

		if (rest.p[0] == '[') {
			if (!take_bracket(&rest, &inner, out->shown, site))
				return false;
			buf_addf(&path, "%s%.*s", path.len > 0 ? "." : "", STR_ARG(inner));
			continue;
		}
		while (n < rest.len && rest.p[n] != '.' && rest.p[n] != '[')
			n++;
		if (rest.p[0] != '.' || n == 1)
			return complain(site, out->shown, "a field is missing behind the point");
		buf_addf(&path, "%s%.*s", path.len > 0 ? "." : "", (int)n - 1, rest.p + 1);
		rest = str_sub(rest, n, rest.len);
	}
	if (path.len == 0)
		return out->name == NAME_RESULT ||
		       complain(site, out->shown, "it needs a field, as in {event.channel}");
	return compile_key(out, buf_str(&path), site);
}

enum { COLUMNS_MAX = 100 };

static bool read_column(struct reference *out, struct str rest, const struct reference_site *site)
{
	int64_t column;

	if (rest.len == 0)
		return true;
	if (!str_skip(&rest, ".") || !str_int(rest, &column) || column < 1 || column > COLUMNS_MAX)
		return complain(
			site, out->shown,
			"behind the brackets stands the number of a column, as in {owners[login].1}");
	out->column = (size_t)column - 1;
	return true;
}

static bool read_field(struct reference *out, struct str rest, const struct reference_site *site)
{
	const struct keyword *row;
	unsigned fields = fields_of(out->name);

	if (rest.len == 0)
		return out->name != NAME_HOURS ||
		       complain(
			       site, out->shown,
			       "hours have the fields opens, closes and open, as in {support.opens}");
	if (!str_skip(&rest, "."))
		return complain(site, out->shown, "something stands behind its end");
	row = keyword_look(field_names, "field", rest, site->at, site->diag);
	if (row == NULL)
		return false;
	out->field = (enum reference_field)row->value;
	if (fields & OF(out->field))
		return true;
	diag_error(site->diag, site->at, "`%.*s` has no field `%s`",
		   STR_ARG(str_sub(out->shown, 0, out->shown.len - rest.len - 1)), row->name);
	return false;
}

static bool read_rest(struct reference *out, struct str rest, const struct reference_site *site)
{
	bool has_key = rest.len > 0 && rest.p[0] == '[';
	struct str inner;

	if (out->name == NAME_EVENT || out->name == NAME_RESULT)
		return read_path(out, rest, site);
	if (has_key && out->name != NAME_VARIABLE && out->name != NAME_TABLE)
		return complain(site, out->shown, "only tables and stored values take brackets");
	if (has_key &&
	    (!take_bracket(&rest, &inner, out->shown, site) || !compile_key(out, inner, site)))
		return false;
	if (out->name != NAME_TABLE)
		return read_field(out, rest, site);
	if (!has_key)
		return complain(site, out->shown,
				"a table is asked for a row, as in {owners[billing].1}");
	return read_column(out, rest, site);
}

bool reference_read(struct reference *out, struct str text, const struct reference_site *site)
{
	const char *why;

	*out = (struct reference){ .shown = str_keep(site->arena, text), .word = STR_EMPTY };
	if (!take_name(out, &text, site))
		return false;
	why = misplaced(out, site->scope);
	if (why != NULL)
		return complain(site, out->shown, why);
	return read_rest(out, text, site);
}

void reference_deinit(struct reference *ref)
{
	template_free(ref->key);
	ref->key = NULL;
}

/* ---- what it needs ---- */

bool reference_wants_text(const struct reference *ref)
{
	return ref->name == NAME_TEXT || ref->name == NAME_MATCH || ref->name == NAME_GROUP ||
	       ref->name == NAME_THREAD || ref->name == NAME_AUTHOR;
}

bool reference_wants_names(const struct reference *ref, bool as_text)
{
	bool is_event = ref->name == NAME_USER || ref->name == NAME_AUTHOR ||
			ref->name == NAME_CHANNEL;

	if (ref->field == FIELD_NAME || ref->field == FIELD_EMAIL)
		return true;
	return is_event && as_text && ref->field == FIELD_NONE;
}
