/* SPDX-License-Identifier: MIT */
/* Readers of the keys that say what happened: on, match, words, phrase, except, case. */
#include "rule/draft.h"
#include "rule/items.h"
#include "rule/wording.h"

/* ---- on ---- */

enum {
	ON_MENTION = 100,
	ON_FILE
}; /* messages with something about them; other values are enum event_kind */

static const struct known trigger_words[] = {
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
	{ .name = "command", .later = true },
	{ .name = "every", .later = true },
	{ .name = "cron", .later = true },
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

static bool fill_event_type(struct draft *d, struct trigger *trigger, struct str type,
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
	trigger->type = draft_keep(d, type);
	return true;
}

static bool fill_trigger(struct draft *d, struct trigger *trigger, int value, struct str rest,
			 struct place at)
{
	trigger->kind = (enum event_kind)(value < ON_MENTION ? value : EVENT_MESSAGE);
	trigger->mention = value == ON_MENTION;
	trigger->file = value == ON_FILE;
	if (value == EVENT_OTHER)
		return fill_event_type(d, trigger, rest, at);
	if (rest.len == 0)
		return true;
	if (value == EVENT_REACTION || value == EVENT_UNREACTION) {
		if (!draft_emoji(d, &rest, at))
			return false;
		trigger->reaction = draft_keep(d, event_reaction_name(rest));
		return true;
	}
	diag_error(d->diag, at, "`%.*s` stands behind a complete event; a comma separates events",
		   STR_ARG(rest));
	return false;
}

void read_on(struct draft *d, const struct ini_entry *entry)
{
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		struct str rest = item.text, word;
		const struct known *row;
		struct trigger trigger = { 0 };

		str_word(&rest, &word);
		row = known_look(trigger_words, "event", word, item.at, d->diag);
		if (row == NULL || !fill_trigger(d, &trigger, row->value, str_trim(rest), item.at))
			continue;
		*(struct trigger *)draft_append(d, &d->rule->triggers, &d->rule->n_triggers,
						sizeof(trigger)) = trigger;
	}
}

/* ---- match, except ---- */

static void add_pattern(struct draft *d, const struct pattern_source *source,
			struct pattern ***list, size_t *n)
{
	struct pattern *p = NULL;

	if (pattern_compile(&p, d->kit, source, d->diag) == 0)
		*(struct pattern **)draft_append(d, list, n, sizeof(p)) = p;
	else
		*(struct str *)draft_append(d, &d->faulty, &d->n_faulty,
					    sizeof(struct str)) = str_keep(d->arena, source->shown);
}

/* A pattern may be pasted from a text with curly quotes, which no message has when it is matched. */
static void warn_of_dressed_signs(struct draft *d, const struct pattern_source *source)
{
	struct str rest = source->shown, sign;
	char plain;

	while (wording_dressed(&rest, &sign, &plain))
		diag_warn(d->diag, source->at,
			  "`%.*s` is never in the text that is matched; it has `%c` instead",
			  STR_ARG(sign), plain);
}

static void read_patterns(struct draft *d, const struct ini_entry *entry, struct pattern ***list,
			  size_t *n)
{
	for (size_t i = 0; i < entry->n_lines; i++) {
		struct str line = str_trim(entry->lines[i].text);
		const struct pattern_source source = {
			.regex = line,
			.shown = line,
			.case_matters = d->case_matters,
			.at = draft_place(d, entry->lines[i].line),
		};

		if (line.len == 0)
			continue;
		warn_of_dressed_signs(d, &source);
		add_pattern(d, &source, list, n);
	}
}

void read_match(struct draft *d, const struct ini_entry *entry)
{
	read_patterns(d, entry, &d->rule->any, &d->rule->n_any);
}

void read_except(struct draft *d, const struct ini_entry *entry)
{
	read_patterns(d, entry, &d->rule->except, &d->rule->n_except);
}

/* ---- words, phrase ---- */

/* Alternatives gathered for one pattern. Long lists become several patterns. */
struct gathering {
	struct buf regex;
	struct buf shown;
	struct place at; /* of the first item */
};

enum { GATHER_MAX = PATTERN_MAX / 2 };

static void finish_gathering(struct draft *d, struct gathering *g, enum wording wording)
{
	CLEANUP(buf_deinit) struct buf regex = { 0 };

	if (g->regex.len == 0)
		return;
	buf_init(&regex, 0);
	wording_wrap(&regex, buf_str(&g->regex), wording);
	const struct pattern_source source = {
		.regex = buf_str(&regex),
		.shown = buf_str(&g->shown),
		.case_matters = d->case_matters,
		.at = g->at,
	};
	add_pattern(d, &source, &d->rule->any, &d->rule->n_any);
	buf_clear(&g->regex);
	buf_clear(&g->shown);
}

static void gather(struct draft *d, struct gathering *g, const struct item *item,
		   enum wording wording)
{
	if (item->text.len > GATHER_MAX) {
		diag_error(d->diag, item->at, "the item has %zu bytes; at most %d may be there",
			   item->text.len, GATHER_MAX);
		return;
	}
	if (str_trim(item->text).len == 0) {
		diag_error(d->diag, item->at, "the item is empty");
		return;
	}
	if (g->shown.len + item->text.len > GATHER_MAX)
		finish_gathering(d, g, wording);
	if (g->regex.len == 0)
		g->at = item->at;
	buf_addz(&g->regex, g->regex.len > 0 ? "|" : "");
	wording_escape(&g->regex, item->text);
	buf_addf(&g->shown, "%s%.*s", g->shown.len > 0 ? ", " : "", STR_ARG(item->text));
}

static void read_wordings(struct draft *d, const struct ini_entry *entry, enum wording wording)
{
	struct gathering g = { 0 };
	struct items walk;
	struct item item;

	buf_init(&g.regex, 0);
	buf_init(&g.shown, 0);
	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item))
		gather(d, &g, &item, wording);
	finish_gathering(d, &g, wording);
	buf_deinit(&g.regex);
	buf_deinit(&g.shown);
}

void read_words(struct draft *d, const struct ini_entry *entry)
{
	read_wordings(d, entry, WORDING_WHOLE);
}

void read_phrase(struct draft *d, const struct ini_entry *entry)
{
	read_wordings(d, entry, WORDING_ANYWHERE);
}

/* ---- case ---- */

void read_case(struct draft *d, const struct ini_entry *entry)
{
	draft_yes_no(d, entry, &d->case_matters);
}
