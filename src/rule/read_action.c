/* SPDX-License-Identifier: MIT */
/* Readers of the actions. */
#include <assert.h>
#include "slack/grants.h"
#include "slack/blockkit.h"
#include "rule/rule_builder.h"
#include "template/json_template.h"
#include "rule/items.h"
#include "rule/section.h"
#include "template/json_lines.h"
#include "rule/keys.h"
#include "slack/method_check.h"
#include "template/template.h"

/* The action of the verb that the key begins with; *target is what stands behind it. */
static struct rule_action *add_action(struct rule_builder *d, const struct ini_entry *entry,
				      struct str *target)
{
	struct rule_action *action = arena_append(d->arena, &d->rule->actions, &d->rule->n_actions,
						  sizeof(*action));
	struct str verb = STR_EMPTY;

	*target = entry->key;
	str_word(target, &verb);
	*target = str_trim(*target);
	action->verb = verb_named(verb);
	assert(action->verb < N_VERBS); /* the table of verbs alone names these readers */
	action->on_error = d->on_error;
	action->at = rule_builder_place(d, entry->line);
	if (verb_row(action->verb)->says == SAYS_ANEW)
		d->rule->keeps_answers = true;
	return action;
}

/* ---- texts ---- */

static void add_wording(struct rule_builder *d, struct rule_action *action,
			const struct ini_line *lines, size_t n, const struct template_scope *scope)
{
	struct template *text = NULL;

	while (n > 0 && str_trim(lines[0].text).len == 0) {
		lines++;
		n--;
	}
	while (n > 0 && str_trim(lines[n - 1].text).len == 0)
		n--;
	if (n > 0 &&
	    template_compile(&text, lines, n, d->file, scope, d->shared->kit, d->diag) == 0)
		*(struct template **)arena_append(d->arena, &action->texts, &action->n_texts,
						  sizeof(text)) = text;
}

static bool is_divider(const struct ini_line *line)
{
	return str_is(str_trim(line->text), "---");
}

/* One wording, or several with `---` between them. */
static void read_wordings(struct rule_builder *d, struct rule_action *action,
			  const struct ini_entry *entry, const struct template_scope *scope)
{
	size_t from = 0;

	for (size_t i = 0; i <= entry->n_lines; i++) {
		if (i < entry->n_lines && !is_divider(&entry->lines[i]))
			continue;
		if (i > from || entry->n_lines == 1)
			add_wording(d, action, entry->lines + from, i - from, scope);
		else
			diag_error(d->diag,
				   rule_builder_place(
					   d, entry->lines[i < entry->n_lines ? i : i - 1].line),
				   "a wording beside `---` is empty");
		from = i + 1;
	}
}

/* `#incidents`, `@ana`, an id, or an insert. */
static bool is_target(enum key_target kind, struct str target)
{
	char sigil = kind == TARGET_CHANNEL ? '#' : '@';
	const char *letters = kind == TARGET_CHANNEL ? "CGD" : "UW";

	if (target.len < 2)
		return false;
	if (target.p[0] == '{')
		return str_ends(target, "}");
	if (target.p[0] == sigil)
		return str_find_char(target, ' ') == SIZE_MAX;
	for (size_t i = 1; i < target.len; i++) {
		if (!((target.p[i] >= 'A' && target.p[i] <= 'Z') ||
		      (target.p[i] >= '0' && target.p[i] <= '9')))
			return false;
	}
	return str_find_char(str_from(letters), target.p[0]) != SIZE_MAX;
}

static void complain_target(struct rule_builder *d, const struct rule_action *action,
			    struct str target)
{
	const struct rule_key *key = &verb_row(action->verb)->key;

	if (key->target == TARGET_PERSON)
		diag_error(d->diag, action->at,
			   "`%.*s` is no person; write them as in `%s @ana = …`", STR_ARG(target),
			   key->name);
	else if (target.len == 0)
		diag_error(d->diag, action->at,
			   "`%s` does not say where: write the channel into the key, as in `%s "
			   "#incidents = …`",
			   key->name, key->name);
	else
		diag_error(d->diag, action->at,
			   "`%.*s` is no channel; write it as in `%s #incidents = …`",
			   STR_ARG(target), key->name);
}

/* Whom or where. */
static void read_target(struct rule_builder *d, struct rule_action *action, struct str target)
{
	enum key_target kind = verb_row(action->verb)->key.target;
	struct template_scope scope = rule_builder_scope(d);

	scope.plain = true;
	if (kind == TARGET_NONE || (kind == TARGET_PERSON && target.len == 0))
		return;
	if (!is_target(kind, target))
		complain_target(d, action, target);
	else if (template_compile_text(&action->target, target, action->at, &scope, d->diag) == 0 &&
		 target.p[0] == '{' && template_is_literal(action->target, &target))
		complain_target(d, action, target);
}

void read_talk(struct rule_builder *d, const struct ini_entry *entry)
{
	const struct template_scope scope = rule_builder_scope(d);
	struct str target;
	struct rule_action *action = add_action(d, entry, &target);

	read_target(d, action, target);
	read_wordings(d, action, entry, &scope);
}

/* ---- react, unreact, remove ---- */

void read_react(struct rule_builder *d, const struct ini_entry *entry)
{
	struct str target;
	struct rule_action *action = add_action(d, entry, &target);
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		struct str name = item.text;

		if (rule_builder_emoji(d, &name, item.at))
			*(char **)arena_append(d->arena, &action->emoji, &action->n_emoji,
					       sizeof(char *)) = rule_builder_keep(d, name);
	}
}

void read_remove(struct rule_builder *d, const struct ini_entry *entry)
{
	struct str target;
	bool yes = false;

	if (rule_builder_yes_no(d, entry, &yes) && !yes)
		diag_error(d->diag, rule_builder_place(d, entry->line),
			   "`remove = no` does nothing; leave the line out");
	add_action(d, entry, &target);
}

/* ---- webhook, call ---- */

static bool is_listed(const char *const *names, struct str name)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (str_is(name, names[i]))
			return true;
	}
	return false;
}

static const char *webhook_at(const void *table, size_t i)
{
	return ((const char *const *)table)[i];
}

static void check_declared(struct rule_builder *d, struct str name, struct place at)
{
	if (d->options->webhooks == NULL)
		diag_warn(
			d->diag, at,
			"whether there is a webhook `%.*s` is not known without the configuration "
			"(`-c FILE`)",
			STR_ARG(name));
	else if (!is_listed(d->options->webhooks, name)) {
		const char *nearest = str_nearest(name, webhook_at, d->options->webhooks);

		diag_error(d->diag, at,
			   "the configuration declares no webhook `%.*s`%s%s%s; it needs a section "
			   "[webhook %.*s]",
			   STR_ARG(name), nearest != NULL ? "; did you mean `" : "",
			   nearest != NULL ? nearest : "", nearest != NULL ? "`?" : "",
			   STR_ARG(name));
	}
}

static void compile_form(struct rule_builder *d, struct json_template **out,
			 const struct ini_entry *entry, struct json *take, enum json_ground ground,
			 struct str name)
{
	struct template_scope scope = rule_builder_scope(d);

	scope.plain = ground == GROUND_OTHERS;
	scope.allow_raw = scope.plain && (d->options->markup_webhooks == NULL ||
					  is_listed(d->options->markup_webhooks, name));
	json_template_compile(out, take, ground, rule_builder_place(d, entry->lines[0].line),
			      &scope, d->shared->kit, d->diag);
}

void read_webhook(struct rule_builder *d, const struct ini_entry *entry)
{
	struct place at = rule_builder_place(d, entry->line);
	struct str name;
	struct rule_action *action = add_action(d, entry, &name);
	struct json *body = NULL;

	action->name = rule_builder_keep(d, name);
	if (!section_is_name(name))
		diag_error(
			d->diag, at,
			"`webhook` is followed by the name of one, as in `webhook tickets = {…}`");
	else
		check_declared(d, name, at);
	if (json_lines_read(&body, entry, d->file, d->diag))
		compile_form(d, &action->form, entry, body, GROUND_OTHERS, name);
	d->has_result = true;
}

static bool check_granted(struct rule_builder *d, struct str method, struct place at)
{
	const char *grants = d->options->calls != NULL ? d->options->calls : "default";

	if (grants_cover(str_from(grants), method))
		return true;
	diag_error(
		d->diag, at,
		"the configuration does not let rules call %.*s, as the rule `%s` does; it needs "
		"`allow = %s%s%.*s` in the section [call]",
		STR_ARG(method), d->rule->name, grants, grants[0] != '\0' ? ", " : "",
		STR_ARG(method));
	return false;
}

void read_call(struct rule_builder *d, const struct ini_entry *entry)
{
	struct place at = rule_builder_place(d, entry->line);
	struct str name;
	struct rule_action *action = add_action(d, entry, &name);
	struct json *args = NULL;

	action->name = rule_builder_keep(d, name);
	if (!method_is_name(name))
		diag_error(d->diag, at,
			   "`call` is followed by a method of Slack's Web API, as in `call "
			   "conversations.setTopic = {…}`");
	else if (!json_lines_read(&args, entry, d->file, d->diag))
		;
	else if (json_kind(args) != JSON_OBJECT)
		diag_error(d->diag, rule_builder_place(d, entry->lines[0].line),
			   "the arguments of a method stand in braces, as in {\"channel\": "
			   "\"{channel.id}\"}");
	else if (method_check(name, args, at, d->diag) && check_granted(d, name, at)) {
		compile_form(d, &action->form, entry, args, GROUND_ARGS, name);
		args = NULL;
	}
	json_free(args);
	d->has_result = true;
}

/* ---- set, add ---- */

static bool is_variable(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool is_letter = (c >= 'a' && c <= 'z') || c == '_';

		if (!is_letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '-')))
			return false;
	}
	return s.len > 0 && s.len <= 64;
}

bool rule_builder_variable(struct str target, struct str *name, struct str *key)
{
	size_t bracket = str_find_char(target, '[');

	*name = str_trim(str_sub(target, 0, bracket));
	*key = STR_EMPTY;
	if (bracket != SIZE_MAX) {
		if (!str_ends(target, "]"))
			return false;
		*key = str_trim(str_sub(target, bracket + 1, target.len - 1));
		if (key->len == 0)
			return false;
	}
	return is_variable(*name);
}

/* Why a variable cannot have this name; NULL = it can. */
static const char *taken(const struct rule_builder *d, struct str name)
{
	if (reference_is_name(name))
		return "the language itself has that name";
	if (map_get(&d->shared->symbols.tables, name) != NULL)
		return "a table has that name";
	if (map_get(&d->shared->symbols.lists, name) != NULL)
		return "a list has that name";
	if (map_get(&d->shared->symbols.hours, name) != NULL)
		return "hours have that name";
	return NULL;
}

void read_store(struct rule_builder *d, const struct ini_entry *entry)
{
	struct template_scope scope = rule_builder_scope(d);
	struct place at = rule_builder_place(d, entry->line);
	struct str target, name, key;
	struct rule_action *action = add_action(d, entry, &target);

	scope.plain = true;
	if (!rule_builder_variable(target, &name, &key))
		diag_error(
			d->diag, at,
			"`%s` is followed by a name of small letters, as in `%s karma[{who}] = …`",
			verb_name(action->verb), verb_name(action->verb));
	else if (taken(d, name) != NULL)
		diag_error(d->diag, at, "`%.*s` cannot be stored: %s", STR_ARG(name),
			   taken(d, name));
	else if (key.len > 0)
		template_compile_text(&action->key, key, at, &scope, d->diag);
	action->name = rule_builder_keep(d, name);
	read_wordings(d, action, entry, &scope);
}

/* ---- wait ---- */

static const struct keyword unless_words[] = {
	{ .name = "answered", .value = UNLESS_ANSWERED },
	{ .name = "replied", .value = UNLESS_REPLIED },
	{ .name = "reacted", .value = UNLESS_REACTED },
	{ .name = NULL },
};

const char *unless_word_at(size_t i)
{
	return unless_words[i].name;
}

static bool read_unless(struct rule_builder *d, struct str rest, unsigned *out, struct place at)
{
	struct str word;

	while (str_word(&rest, &word)) {
		const struct keyword *row = keyword_look(unless_words, "word", word, at, d->diag);

		if (row == NULL)
			return false;
		*out |= (unsigned)row->value;
		if (str_word(&rest, &word) && !str_is(word, "or")) {
			diag_error(d->diag, at,
				   "`or` stands between answered, replied and reacted");
			return false;
		}
	}
	if (*out == 0)
		diag_error(d->diag, at, "`unless` is followed by answered, replied or reacted");
	return *out != 0;
}

void read_wait(struct rule_builder *d, const struct ini_entry *entry)
{
	struct str rest = entry->value, word = STR_EMPTY, target;
	struct rule_action *action = add_action(d, entry, &target);
	struct place at = action->at;

	if (!rule_builder_one_line(d, entry))
		return;
	action->name = rule_builder_keep(d, entry->value);
	str_word(&rest, &word);
	if (!duration_parse(word, &action->wait_ms)) {
		diag_error(d->diag, at,
			   "`wait` is a time such as 2m or 1h30m, perhaps with `unless answered` "
			   "behind it, not `%.*s`",
			   STR_ARG(entry->value));
		return;
	}
	rest = str_trim(rest);
	if (rest.len == 0)
		return;
	if (!str_word(&rest, &word) || !str_is(word, "unless"))
		diag_error(d->diag, at, "behind the time may stand `unless answered`, not `%.*s`",
			   STR_ARG(entry->value));
	else
		read_unless(d, rest, &action->unless, at);
}

/* ---- on error ---- */

void read_on_error(struct rule_builder *d, const struct ini_entry *entry)
{
	struct ini_entry inner = *entry;
	struct place at = rule_builder_place(d, entry->line);
	const struct rule_key *key;
	enum verb verb;

	str_skip(&inner.key, "on error");
	inner.key = str_trim(inner.key);
	key = key_find(inner.key);
	verb = key != NULL ? verb_named(str_from(key->name)) : N_VERBS;
	if (verb == N_VERBS || verb_row(verb)->does == DOES_WAIT) {
		diag_error(d->diag, at,
			   "`on error` is followed by what to do then, as in `on error whisper = "
			   "{error}`");
		return;
	}
	if (d->rule->n_actions == 0)
		diag_error(d->diag, at, "no action stands above this `on error`");
	d->on_error = true;
	key->read(d, &inner);
	d->on_error = false;
}

/* ---- what belongs to the action above ---- */

static struct rule_action *message_above(struct rule_builder *d, const struct ini_entry *entry)
{
	struct rule *rule = d->rule;
	struct rule_action *last = rule->n_actions > 0 ? &rule->actions[rule->n_actions - 1] : NULL;

	if (last != NULL && verb_row(last->verb)->says != SAYS_NOTHING &&
	    verb_row(last->verb)->key.type == KEY_TEXT)
		return last;
	diag_error(d->diag, rule_builder_place(d, entry->line),
		   "`%.*s` belongs to a message, such as `reply`, which stands above it",
		   STR_ARG(entry->key));
	return NULL;
}

static bool load_blocks(struct rule_builder *d, const struct ini_entry *entry, struct json **out)
{
	struct str value = str_trim(entry->value);

	if (str_skip(&value, "@"))
		return json_lines_load(out, value, d->file, rule_builder_place(d, entry->line),
				       d->diag);
	return json_lines_read(out, entry, d->file, d->diag);
}

void read_blocks(struct rule_builder *d, const struct ini_entry *entry)
{
	struct rule_action *action = message_above(d, entry);
	struct place at = rule_builder_place(d, entry->line);
	CLEANUP(json_freep) struct json *read = NULL;
	const struct json *blocks;

	if (!load_blocks(d, entry, &read) || action == NULL)
		return;
	blocks = blockkit_blocks(read);
	if (action->blocks != NULL)
		diag_error(d->diag, at, "this message has `blocks` already");
	else if (blocks == NULL)
		diag_error(d->diag, at,
			   "`blocks` is a list of blocks: [{\"type\": \"section\", …}]");
	else if (blockkit_check(blocks, at, d->diag)) {
		d->on_error = action->on_error; /* the error can be inserted there, too */
		compile_form(d, &action->blocks, entry, json_copy(blocks), GROUND_BLOCKS,
			     STR_EMPTY);
		d->on_error = false;
	}
}

void read_unfurl(struct rule_builder *d, const struct ini_entry *entry)
{
	struct rule_action *action = message_above(d, entry);
	bool unfurl = false;

	if (rule_builder_yes_no(d, entry, &unfurl) && action != NULL)
		action->unfurl = unfurl;
}

void read_pick(struct rule_builder *d, const struct ini_entry *entry)
{
	static const struct keyword table[] = {
		{ .name = "random", .value = false },
		{ .name = "in turn", .value = true },
		{ .name = NULL },
	};
	int value = false;

	rule_builder_choice(d, entry, table, &value);
	d->rule->pick_in_turn = value;
}
