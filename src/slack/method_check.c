/* SPDX-License-Identifier: MIT */
#include "slack/method_check.h"

#include "base/buf.h"
#include "base/mem.h"
#include "slack/blockkit.h"
#include "slack/methods.h"
#include "template/json_lines.h"
#include "template/json_place.h"

enum { NAME_MAX_LEN = 100, TOLD_MAX = 20 };

/* ---- what is refused ---- */

#define NEEDS_USER "it needs the token of a person, and the bot has one of its own kind"
#define NEEDS_ADMIN "it needs the token of somebody who administers the whole organisation"
#define OWN_AFFAIR "the connection to Slack is the program's own affair"
#define IS_RETIRED "Slack has retired it; see the methods that begin with conversations."

/* A name that ends in a dot stands for all that begin with it. */
static const struct {
	const char *name;
	const char *why;
} forbidden[] = {
	{ "admin.", NEEDS_ADMIN },
	{ "apps.", OWN_AFFAIR },
	{ "auth.revoke", "it would take the bot's own token away" },
	{ "channels.", IS_RETIRED },
	{ "dnd.endDnd", NEEDS_USER },
	{ "dnd.endSnooze", NEEDS_USER },
	{ "dnd.setSnooze", NEEDS_USER },
	{ "files.revokePublicURL", NEEDS_USER },
	{ "files.sharedPublicURL", NEEDS_USER },
	{ "files.upload", "Slack has retired it; see files.getUploadURLExternal" },
	{ "groups.", IS_RETIRED },
	{ "im.", IS_RETIRED },
	{ "migration.", "it is for moving a whole organisation" },
	{ "mpim.", IS_RETIRED },
	{ "oauth.", "it is part of installing an app and answers with tokens" },
	{ "openid.", "it is part of signing people in and answers with tokens" },
	{ "reminders.", NEEDS_USER },
	{ "rtm.", OWN_AFFAIR },
	{ "search.", NEEDS_USER },
	{ "stars.", NEEDS_USER },
	{ "team.accessLogs", NEEDS_USER },
	{ "team.billableInfo", NEEDS_USER },
	{ "team.integrationLogs", NEEDS_USER },
	{ "tooling.", "it answers with a developer's tokens" },
	{ "users.deletePhoto", NEEDS_USER },
	{ "users.identity", NEEDS_USER },
	{ "users.profile.set", NEEDS_USER },
	{ "users.setPhoto", NEEDS_USER },
};

static const char *why_forbidden(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		struct str row = str_from(forbidden[i].name);

		struct str start = str_ends(row, ".") ? str_sub(name, 0, row.len) : name;

		if (str_eq_nocase(start, row))
			return forbidden[i].why;
	}
	return NULL;
}

/* ---- names ---- */

static const char *name_at(const void *table, size_t i)
{
	const struct method *m = method_at(i);

	(void)table;
	return m != NULL && m->args != ARGS_OURS ? m->name : NULL;
}

static bool is_word(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z'))
			return false;
	}
	return s.len > 0;
}

bool method_is_name(struct str s)
{
	size_t n_words = 0;
	struct str word;

	if (s.len > NAME_MAX_LEN)
		return false;
	while (str_cut(&s, '.', &word)) {
		if (!is_word(word))
			return false;
		n_words++;
	}
	return n_words >= 2;
}

/* ---- arguments ---- */

struct call {
	const struct method *method;
	const struct json *args;
	struct place at;
	struct diag *diag;
	size_t n_told; /* unknown names */
	bool bad;
};

static size_t n_words(const char *const *list)
{
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	return n;
}

/* The arguments of a method one after the other: those required, then the others. */
static const char *argument_at(const void *table, size_t i)
{
	const struct method *m = table;
	size_t n_required = n_words(m->required);

	if (i < n_required)
		return m->required[i];
	i -= n_required;
	return i < n_words(m->optional) ? m->optional[i] : NULL;
}

static bool takes(const struct method *m, struct str name)
{
	const char *known;

	for (size_t i = 0; (known = argument_at(m, i)) != NULL; i++) {
		if (str_is(name, known))
			return true;
	}
	return m->args == ARGS_ANY;
}

static void refuse_name(struct call *c, struct str name)
{
	const char *nearest = str_nearest(name, argument_at, c->method);
	const char *method = c->method->name;

	if (nearest != NULL)
		diag_error(c->diag, c->at, "%s has no argument `%.*s`; did you mean `%s`?", method,
			   STR_ARG(name), nearest);
	else
		diag_error(c->diag, c->at, "%s has no argument `%.*s`", method, STR_ARG(name));
}

static void check_name(struct call *c, struct str name)
{
	bool is_token = str_is(name, "token");

	if (takes(c->method, name) && !is_token)
		return;
	if (c->method->args == ARGS_LOOSE && !is_token) {
		if (c->n_told++ >= TOLD_MAX)
			return;
		diag_warn(c->diag, c->at, "%s: it is not known whether it takes `%.*s`",
			  c->method->name, STR_ARG(name));
		return;
	}
	c->bad = true;
	if (c->n_told++ >= TOLD_MAX)
		return;
	if (is_token)
		diag_error(c->diag, c->at, "%s: leave out `token`; the bot's own is used",
			   c->method->name);
	else
		refuse_name(c, name);
}

static bool is_given(const struct call *c, const char *name)
{
	return json_kind(json_at(c->args, name)) != JSON_NULL;
}

static void check_required(struct call *c)
{
	size_t n = n_words(c->method->required);

	for (size_t i = 0; i < n; i++) {
		if (is_given(c, c->method->required[i]))
			continue;
		c->bad = true;
		diag_error(c->diag, c->at, "%s needs the argument `%s`", c->method->name,
			   c->method->required[i]);
	}
}

static void check_one_of(struct call *c)
{
	CLEANUP(buf_deinit) struct buf names = { 0 };
	size_t n = n_words(c->method->one_of);

	buf_init(&names, 0);
	for (size_t i = 0; i < n; i++) {
		if (is_given(c, c->method->one_of[i]))
			return;
		buf_addf(&names, "%s`%s`", i > 0 ? ", " : "", c->method->one_of[i]);
	}
	if (n == 0)
		return;
	c->bad = true;
	diag_error(c->diag, c->at, "%s needs one of the arguments %.*s", c->method->name,
		   STR_ARG(buf_str(&names)));
}

static bool has_insert(struct str text)
{
	size_t at;

	while ((at = str_find_char(text, '{')) != SIZE_MAX) {
		text = str_sub(text, at, text.len);
		if (json_lines_placeholder_len(text) > 0)
			return true;
		text = str_sub(text, 1, text.len);
	}
	return false;
}

/* `{"a": …`, `[{"a": …` or `["…`; the text of a message may well begin with a bracket, but hardly so. */
static bool looks_like_json(struct str text)
{
	size_t n = 0;

	while (text.len > 0 && (str_is_blank(text.p[0]) || text.p[0] == '{' || text.p[0] == '[')) {
		n += !str_is_blank(text.p[0]);
		text = str_sub(text, 1, text.len);
	}
	return n > 0 && str_starts(text, "\"");
}

/* Slack takes JSON within a text, too. Whatever is inserted into such a text would become JSON of Slack's, or be coded
 * for the text and then again for the JSON; in JSON that is written as such it is coded once and stays within its
 * string. Of what nobody here knows, it is told by how it looks. */
static bool check_values(const struct method *m, struct str method, const struct json *args,
			 struct place at, struct diag *diag)
{
	struct json *value;
	bool good = true;
	struct str name;
	size_t walk = 0;

	while (json_member(args, &walk, &name, &value)) {
		struct str text = json_str(value, "");
		bool is_known = takes(m, name) && m->args != ARGS_ANY;

		if (json_place_is_json(name) ?
			    str_find_char(text, '{') == SIZE_MAX :
			    is_known || !looks_like_json(text) || !has_insert(text))
			continue;
		good = false;
		diag_error(
			diag, at,
			"`%.*s` of %.*s is JSON in quotes; write the JSON itself, without the quotes around it",
			STR_ARG(name), STR_ARG(method));
	}
	return good;
}

static bool check_args(const struct method *m, const struct json *args, struct place at,
		       struct diag *diag)
{
	struct call c = { .method = m, .args = args, .at = at, .diag = diag };
	const struct json *blocks = json_at(args, "blocks");
	bool good_blocks = true;
	struct json *value;
	struct str name;
	size_t walk = 0;

	while (json_member(args, &walk, &name, &value))
		check_name(&c, name);
	check_required(&c);
	check_one_of(&c);
	if (json_kind(blocks) == JSON_ARRAY && takes(m, STR("blocks")) && m->args != ARGS_ANY)
		good_blocks = blockkit_check(blocks, at, diag);
	return !c.bad && good_blocks;
}

/* ---- the method ---- */

/* Whatever its cases, Slack may take it for the one that it means. */
static const char *nearest_method(struct str method)
{
	const struct method *m;

	for (size_t i = 0; (m = method_at(i)) != NULL; i++) {
		if (str_eq_nocase(method, str_from(m->name)))
			return m->name;
	}
	return str_nearest(method, name_at, NULL);
}

static bool meet_stranger(struct str method, struct place at, struct diag *diag)
{
	const char *nearest = nearest_method(method);

	if (nearest != NULL)
		diag_error(diag, at, "unknown method `%.*s`; did you mean `%s`?", STR_ARG(method),
			   nearest);
	else
		diag_warn(
			diag, at,
			"unknown method `%.*s`: it is called as it stands, its arguments unchecked",
			STR_ARG(method));
	return nearest == NULL;
}

bool method_check(struct str method, const struct json *args, struct place at, struct diag *diag)
{
	const struct method *m = method_named(method);
	const char *why = why_forbidden(method);
	bool good;

	if (!method_is_name(method)) {
		diag_error(diag, at, "seen `%.*s`, wanted a method such as chat.postMessage",
			   STR_ARG(method));
		return false;
	}
	if (why != NULL) {
		diag_error(diag, at, "a rule may not call %.*s: %s", STR_ARG(method), why);
		return false;
	}
	if (json_kind(args) != JSON_OBJECT) {
		diag_error(
			diag, at,
			"%.*s: wanted its arguments as { \"name\": \"value\", … }; { } when there "
			"are none",
			STR_ARG(method));
		return false;
	}
	good = check_values(m, method, args, at, diag);
	good &= m->name[0] != '\0' ? check_args(m, args, at, diag) :
				     meet_stranger(method, at, diag);
	return good;
}
