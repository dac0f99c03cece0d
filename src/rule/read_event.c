/* SPDX-License-Identifier: MIT */
/* Readers of the keys that say what happened: on, match, words, phrase, exact, like, except, ignore, look in, case. */
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "pattern/named_group.h"
#include "rule/rule_builder.h"
#include "rule/items.h"
#include "calendar/cron.h"
#include "rule/subject.h"
#include "pattern/word_pattern.h"

/* ---- on ---- */

enum {
	ON_MENTION = 100, /* messages with something about them; other values are enum event_kind */
	ON_FILE,
	ON_EVERY, /* times */
	ON_CRON
};

static const struct keyword trigger_words[] = {
	{ .name = "message", .value = EVENT_MESSAGE },
	{ .name = "edit", .value = EVENT_EDIT },
	{ .name = "delete", .value = EVENT_DELETE },
	{ .name = "mention", .value = ON_MENTION },
	{ .name = "reaction", .value = EVENT_REACTION },
	{ .name = "unreaction", .value = EVENT_UNREACTION },
	{ .name = "join", .value = EVENT_JOIN },
	{ .name = "leave", .value = EVENT_LEAVE },
	{ .name = "file", .value = ON_FILE },
	{ .name = "pin", .value = EVENT_PIN },
	{ .name = "command", .value = EVENT_COMMAND },
	{ .name = "every", .value = ON_EVERY },
	{ .name = "cron", .value = ON_CRON },
	{ .name = "event", .value = EVENT_OTHER },
	{ .name = NULL },
};

static bool is_type_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		      s.p[i] == '_'))
			return false;
	}
	return s.len > 0;
}

static bool fill_event_type(struct rule_builder *d, struct trigger *trigger, struct str type,
			    struct place at)
{
	if (str_is(type, "app_mention")) {
		diag_error(d->diag, at, "`event app_mention` is written `mention`");
		return false;
	}
	if (!is_type_name(type)) {
		diag_error(
			d->diag, at,
			"`event` is followed by the name of an event, as in `event channel_rename`");
		return false;
	}
	trigger->type = rule_builder_keep(d, type);
	return true;
}

static bool fill_reaction(struct rule_builder *d, struct trigger *trigger, struct str emoji,
			  struct place at)
{
	if (emoji.len == 0)
		return true; /* any */
	if (!rule_builder_emoji(d, &emoji, at))
		return false;
	trigger->reaction = rule_builder_keep(d, event_reaction_name(emoji));
	return true;
}

static bool fill_command(struct rule_builder *d, struct trigger *trigger, struct str command,
			 struct place at)
{
	struct str rest = command, word = STR_EMPTY;

	str_word(&rest, &word);
	if (word.len < 2 || word.p[0] != '/' || str_trim(rest).len > 0) {
		diag_error(d->diag, at,
			   "`command` is followed by the command with its slash, as in `command "
			   "/lunch`, not by `%.*s`",
			   STR_ARG(command));
		return false;
	}
	trigger->command = rule_builder_keep(d, word);
	return true;
}

static bool fill_cron(struct rule_builder *d, struct trigger *trigger, bool is_cron,
		      struct str text, struct place at)
{
	struct cron *cron = arena_alloc(d->arena, sizeof(*cron));
	const char *why = (is_cron ? cron_read : cron_read_every)(text, cron);

	if (why != NULL) {
		diag_error(d->diag, at, "`%s%s%.*s` is no time: %s%s", is_cron ? "cron" : "every",
			   text.len > 0 ? " " : "", STR_ARG(text), why,
			   is_cron ? "; a time that holds commas stands in double quotes" : "");
		return false;
	}
	trigger->cron = cron;
	return true;
}

static enum event_kind kind_of(int value)
{
	if (value == ON_EVERY || value == ON_CRON)
		return EVENT_TIME;
	return (enum event_kind)(value < ON_MENTION ? value : EVENT_MESSAGE);
}

static bool fill_trigger(struct rule_builder *d, struct trigger *trigger, int value,
			 struct str rest, struct place at)
{
	trigger->kind = kind_of(value);
	trigger->mention = value == ON_MENTION;
	trigger->file = value == ON_FILE;
	if (trigger->kind == EVENT_TIME)
		return fill_cron(d, trigger, value == ON_CRON, rest, at);
	if (value == EVENT_OTHER)
		return fill_event_type(d, trigger, rest, at);
	if (value == EVENT_COMMAND)
		return fill_command(d, trigger, rest, at);
	if (value == EVENT_REACTION || value == EVENT_UNREACTION)
		return fill_reaction(d, trigger, rest, at);
	if (rest.len > 0)
		diag_error(d->diag, at,
			   "`%.*s` stands behind a complete event; a comma separates events",
			   STR_ARG(rest));
	return rest.len == 0;
}

void read_on(struct rule_builder *d, const struct ini_entry *entry)
{
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		struct trigger trigger = { .at = item.at,
					   .shown = rule_builder_keep(d, item.text) };
		struct str rest = item.text, word;
		const struct keyword *row;

		str_word(&rest, &word);
		row = keyword_look(trigger_words, "event", word, item.at, d->diag);
		if (row == NULL || !fill_trigger(d, &trigger, row->value, str_trim(rest), item.at))
			continue;
		*(struct trigger *)arena_append(d->arena, &d->rule->triggers, &d->rule->n_triggers,
						sizeof(trigger)) = trigger;
	}
}

const char *trigger_word_at(size_t i)
{
	return trigger_words[i].name;
}

/* ---- match, except ---- */

static void note_faulty(struct rule_builder *d, struct str pattern)
{
	*(struct str *)arena_append(d->arena, &d->faulty, &d->n_faulty,
				    sizeof(struct str)) = str_keep(d->arena, pattern);
}

/* The good and the faulty ones; told once. */
static bool has_room(struct rule_builder *d, struct place at)
{
	const struct rule *rule = d->rule;
	size_t n = rule->n_any + rule->n_except + rule->look.n_ignore + d->n_faulty;

	if (n == RULE_PATTERNS_MAX && !d->too_many)
		diag_error(d->diag, at, "a rule has at most %d patterns", RULE_PATTERNS_MAX);
	d->too_many = n == RULE_PATTERNS_MAX;
	return !d->too_many;
}

static void add_pattern(struct rule_builder *d, const struct pattern_source *source,
			struct pattern ***list, size_t *n)
{
	struct pattern *p = NULL;

	if (!has_room(d, source->at))
		return;
	if (pattern_compile(&p, d->shared->kit, source, d->diag) == 0)
		*(struct pattern **)arena_append(d->arena, list, n, sizeof(p)) = p;
	else
		note_faulty(d, source->shown);
}

/* The [characters] among which the byte at `at` stands; empty when it stands by itself. */
static struct str class_around(struct str pattern, size_t at)
{
	size_t begin = SIZE_MAX;

	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.p[i] == '\\')
			i++;
		else if (pattern.p[i] == '[' && begin == SIZE_MAX)
			begin = i;
		else if (pattern.p[i] == ']' && begin != SIZE_MAX && i > at)
			return begin < at ? str_sub(pattern, begin, i) : STR_EMPTY;
		else if (pattern.p[i] == ']')
			begin = SIZE_MAX;
	}
	return STR_EMPTY;
}

/* A pattern may be pasted from a text with curly quotes, which no message has when it is matched. Each plain sign is
 * told once, and not where it is looked for as well, as in ["“”]. */
static void warn_of_dressed_signs(struct rule_builder *d, const struct pattern_source *source)
{
	struct str rest = source->shown, sign;
	char plain, told[8] = "";
	size_t n = 0;

	while (n + 1 < sizeof(told) && word_pattern_dressed(&rest, &sign, &plain)) {
		struct str class = class_around(source->shown, source->shown.len - rest.len - 1);

		if (strchr(told, plain) != NULL || str_find_char(class, plain) != SIZE_MAX)
			continue;
		told[n++] = plain;
		diag_warn(d->diag, source->at,
			  "`%.*s` is never in the text that is matched; it has `%c` instead",
			  STR_ARG(sign), plain);
	}
}

static void read_pattern(struct rule_builder *d, struct str line, struct place at,
			 struct pattern ***list, size_t *n)
{
	CLEANUP(buf_deinit) struct buf regex = { 0 };
	struct pattern_source source = {
		.shown = line,
		.case_matters = d->case_matters,
		.at = at,
	};

	if (d->too_many)
		return;
	buf_init(&regex, 0);
	if (!named_group_expand(&regex, line, at, d->diag)) {
		if (has_room(d, at))
			note_faulty(d, line);
		return;
	}
	source.regex = buf_str(&regex);
	warn_of_dressed_signs(d, &source);
	add_pattern(d, &source, list, n);
}

/* Several keys may ask for texts. */
static void note_key(struct rule_builder *d, const struct ini_entry *entry)
{
	char *before = d->rule->any_keys;

	d->rule->any_keys =
		before == NULL ?
			rule_builder_keep(d, entry->key) :
			(char *)str_keepf(d->arena, "%s or %.*s", before, STR_ARG(entry->key)).p;
}

static void read_patterns(struct rule_builder *d, const struct ini_entry *entry,
			  struct pattern ***list, size_t *n)
{
	for (size_t i = 0; i < entry->n_lines; i++) {
		struct str line = str_trim(entry->lines[i].text);

		if (line.len > 0)
			read_pattern(d, line, rule_builder_place(d, entry->lines[i].line), list, n);
	}
}

void read_match(struct rule_builder *d, const struct ini_entry *entry)
{
	note_key(d, entry);
	read_patterns(d, entry, &d->rule->any, &d->rule->n_any);
}

void read_except(struct rule_builder *d, const struct ini_entry *entry)
{
	read_patterns(d, entry, &d->rule->except, &d->rule->n_except);
}

/* ---- words, phrase, exact, like, ignore ---- */

/* Alternatives gathered for one pattern. Long lists become several patterns. */
struct gathering {
	enum word_kind wording;
	struct pattern ***list; /* where the patterns go */
	size_t *n;
	struct buf regex;
	struct buf shown;
	struct place at; /* of the first item */
};

enum { GATHER_MAX = PATTERN_MAX / 2 };

static void gathering_init(struct gathering *g, enum word_kind wording, struct pattern ***list,
			   size_t *n)
{
	*g = (struct gathering){ .wording = wording, .list = list, .n = n };
	buf_init(&g->regex, 0);
	buf_init(&g->shown, 0);
}

static void flush_gathering(struct rule_builder *d, struct gathering *g)
{
	CLEANUP(buf_deinit) struct buf regex = { 0 };

	if (g->regex.len == 0)
		return;
	buf_init(&regex, 0);
	word_pattern_wrap(&regex, buf_str(&g->regex), g->wording);
	const struct pattern_source source = {
		.regex = buf_str(&regex),
		.shown = buf_str(&g->shown),
		.case_matters = d->case_matters,
		.at = g->at,
	};
	add_pattern(d, &source, g->list, g->n);
	buf_clear(&g->regex);
	buf_clear(&g->shown);
}

static void finish_gathering(struct rule_builder *d, struct gathering *g)
{
	flush_gathering(d, g);
	buf_deinit(&g->regex);
	buf_deinit(&g->shown);
}

static void gather(struct rule_builder *d, struct gathering *g, struct str text, struct place at)
{
	if (text.len > GATHER_MAX) {
		diag_error(d->diag, at, "the item has %zu bytes; at most %d may be there", text.len,
			   GATHER_MAX);
		return;
	}
	if (str_trim(text).len == 0) {
		diag_error(d->diag, at, "the item is empty");
		return;
	}
	if (g->shown.len + text.len > GATHER_MAX)
		flush_gathering(d, g);
	if (g->regex.len == 0)
		g->at = at;
	buf_addz(&g->regex, g->regex.len > 0 ? "|" : "");
	word_pattern_escape(&g->regex, text, g->wording);
	buf_addf(&g->shown, "%s%.*s", g->shown.len > 0 ? ", " : "", STR_ARG(text));
}

static void read_wordings(struct rule_builder *d, const struct ini_entry *entry,
			  enum word_kind wording, struct pattern ***list, size_t *n)
{
	struct gathering g;
	struct items walk;
	struct item item;

	gathering_init(&g, wording, list, n);
	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item))
		gather(d, &g, item.text, item.at);
	finish_gathering(d, &g);
}

void read_words(struct rule_builder *d, const struct ini_entry *entry)
{
	note_key(d, entry);
	read_wordings(d, entry, WORD_WHOLE, &d->rule->any, &d->rule->n_any);
}

void read_phrase(struct rule_builder *d, const struct ini_entry *entry)
{
	note_key(d, entry);
	read_wordings(d, entry, WORD_ANYWHERE, &d->rule->any, &d->rule->n_any);
}

void read_like(struct rule_builder *d, const struct ini_entry *entry)
{
	note_key(d, entry);
	read_wordings(d, entry, WORD_LIKE, &d->rule->any, &d->rule->n_any);
}

static int longer_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->text.len != y->text.len)
		return x->text.len > y->text.len ? -1 : 1;
	return str_cmp(x->text, y->text);
}

/* Whole words, or `planned outage` would make nothing of an unplanned one. Of two phrases that begin alike the longer
 * one counts, and patterns try what comes first. */
void read_ignore(struct rule_builder *d, const struct ini_entry *entry)
{
	struct item *sorted = NULL, item;
	struct gathering g;
	struct items walk;
	size_t n = 0;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item))
		*(struct item *)arena_append(d->arena, &sorted, &n, sizeof(item)) = item;
	if (n > 0)
		qsort(sorted, n, sizeof(*sorted), longer_first);
	gathering_init(&g, WORD_WHOLE, &d->rule->look.ignore, &d->rule->look.n_ignore);
	for (size_t i = 0; i < n; i++)
		gather(d, &g, sorted[i].text, sorted[i].at);
	finish_gathering(d, &g);
}

void read_exact(struct rule_builder *d, const struct ini_entry *entry)
{
	struct gathering g;

	note_key(d, entry);
	gathering_init(&g, WORD_EXACT, &d->rule->any, &d->rule->n_any);
	for (size_t i = 0; i < entry->n_lines; i++) {
		struct str line = str_trim(entry->lines[i].text);

		if (line.len > 0)
			gather(d, &g, line, rule_builder_place(d, entry->lines[i].line));
	}
	finish_gathering(d, &g);
}

/* ---- look in ---- */

enum { LOOK_RAW = 100, LOOK_FIELD };

static const struct keyword look_words[] = {
	{ .name = "text", .value = PART_TEXT },
	{ .name = "code", .value = PART_CODE },
	{ .name = "quotes", .value = PART_QUOTE },
	{ .name = "links", .value = PART_LINK },
	{ .name = "raw", .value = LOOK_RAW },
	{ .name = "field", .value = LOOK_FIELD },
	{ .name = NULL },
};

const char *look_word_at(size_t i)
{
	return look_words[i].name;
}

static bool is_path(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '[' || s.p[i] == '{')
			return false;
	}
	return s.len > 0 && s.p[0] != '.' && !str_ends(s, ".");
}

static void take_part(struct rule_builder *d, struct look *look, int value, struct str rest,
		      struct place at)
{
	if (value == LOOK_FIELD && !is_path(rest))
		diag_error(d->diag, at,
			   "`field` is followed by a path in the event, as in `field "
			   "attachments.0.title`");
	else if (value == LOOK_FIELD)
		look->field = rule_builder_keep(d, rest);
	else if (rest.len > 0)
		diag_error(d->diag, at,
			   "`%.*s` stands behind a complete part; commas separate parts",
			   STR_ARG(rest));
	else if (value == LOOK_RAW)
		look->raw = true;
	else
		look->parts |= (unsigned)value;
}

void read_look_in(struct rule_builder *d, const struct ini_entry *entry)
{
	struct look *look = &d->rule->look;
	struct items walk;
	struct item item;
	size_t n = 0;

	look->parts = 0;
	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		struct str rest = item.text, word;
		const struct keyword *row;

		str_word(&rest, &word);
		row = keyword_look(look_words, "part", word, item.at, d->diag);
		if (row != NULL)
			take_part(d, look, row->value, str_trim(rest), item.at);
		n++;
	}
	if (n > 1 && (look->raw || look->field != NULL))
		diag_error(d->diag, rule_builder_place(d, entry->line),
			   "`%s` stands alone in `look in`", look->raw ? "raw" : "field");
}

/* ---- case ---- */

void read_case(struct rule_builder *d, const struct ini_entry *entry)
{
	rule_builder_yes_no(d, entry, &d->case_matters);
}
