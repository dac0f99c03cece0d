/* SPDX-License-Identifier: MIT */
/* Readers of the keys about how often, in what order, and care. */
#include "calendar/zone.h"
#include "rule/rule_builder.h"
#include "rule/items.h"
#include "rule/test_line.h"
#include "rule/limit_parse.h"
#include "template/template.h"

/* One blank between words: how it is written makes no other limit of it. */
static char *tidy(struct rule_builder *d, struct str sentence)
{
	CLEANUP(buf_deinit) struct buf tidied = { 0 };
	struct str word;

	buf_init(&tidied, 0);
	while (str_word(&sentence, &word)) {
		buf_addz(&tidied, tidied.len > 0 ? " " : "");
		buf_add(&tidied, word);
	}
	return rule_builder_keep(d, buf_str(&tidied));
}

static void read_sentence(struct rule_builder *d, struct str sentence, struct place at)
{
	struct limit limit = { .at = at };
	struct str key = STR_EMPTY;
	const char *why = limit_parse(sentence, &limit, &key);
	struct template_scope scope = rule_builder_scope_asked(d);

	if (why != NULL) {
		diag_error(d->diag, at, "`%.*s` is no limit: %s", STR_ARG(sentence), why);
		return;
	}
	if (d->rule->n_limits == RULE_LIMITS_MAX) {
		diag_error(d->diag, at, "a rule has at most %d limits", RULE_LIMITS_MAX);
		return;
	}
	scope.plain = true;
	if (key.len > 0 && template_compile_text(&limit.key, key, at, &scope, d->diag) != 0)
		return;
	if (limit.key != NULL && template_is_literal(limit.key, &key)) {
		diag_error(d->diag, at, "`%.*s` is no limit: `%.*s` is no insert",
			   STR_ARG(sentence), STR_ARG(key));
		template_free(limit.key);
		return;
	}
	limit.text = tidy(d, sentence);
	*(struct limit *)arena_append(d->arena, &d->rule->limits, &d->rule->n_limits,
				      sizeof(limit)) = limit;
}

void read_limit(struct rule_builder *d, const struct ini_entry *entry)
{
	for (size_t i = 0; i < entry->n_lines; i++) {
		struct str sentence = str_trim(entry->lines[i].text);

		if (sentence.len > 0)
			read_sentence(d, sentence, rule_builder_place(d, entry->lines[i].line));
	}
}

void read_within(struct rule_builder *d, const struct ini_entry *entry)
{
	if (rule_builder_one_line(d, entry) &&
	    (!duration_parse(entry->value, &d->rule->within_ms) || d->rule->within_ms <= 0))
		diag_error(d->diag, rule_builder_place(d, entry->lines[0].line),
			   "`within` is a time such as 90s, 10m or 2h, not `%.*s`",
			   STR_ARG(entry->value));
}

void read_chance(struct rule_builder *d, const struct ini_entry *entry)
{
	struct str rest = entry->value, of = STR_EMPTY, in = STR_EMPTY, word = STR_EMPTY;
	struct rule *rule = d->rule;
	bool good;

	if (!rule_builder_one_line(d, entry))
		return;
	str_word(&rest, &of);
	str_word(&rest, &word);
	str_word(&rest, &in);
	good = str_int(of, &rule->chance_of) && str_is(word, "in") &&
	       str_int(in, &rule->chance_in) && str_trim(rest).len == 0 && rule->chance_of >= 1 &&
	       rule->chance_in >= rule->chance_of && rule->chance_in <= 1000000;
	if (!good)
		diag_error(d->diag, rule_builder_place(d, entry->lines[0].line),
			   "`chance` is written as in `1 in 5`, not `%.*s`", STR_ARG(entry->value));
}

void read_priority(struct rule_builder *d, const struct ini_entry *entry)
{
	if (rule_builder_one_line(d, entry) && !str_int(entry->value, &d->rule->priority))
		diag_error(d->diag, rule_builder_place(d, entry->lines[0].line),
			   "`priority` is a whole number, not `%.*s`", STR_ARG(entry->value));
}

void read_then(struct rule_builder *d, const struct ini_entry *entry)
{
	static const struct keyword table[] = {
		{ .name = "stop", .value = THEN_STOP },
		{ .name = "continue", .value = THEN_CONTINUE },
		{ .name = NULL },
	};
	int value = THEN_DEFAULT;

	rule_builder_choice(d, entry, table, &value);
	d->rule->then = (enum rule_then)value;
}

void read_fallback(struct rule_builder *d, const struct ini_entry *entry)
{
	rule_builder_yes_no(d, entry, &d->rule->fallback);
}

static const struct keyword follow_words[] = {
	{ .name = "edits", .value = 1 },
	{ .name = "deletes", .value = 2 },
	{ .name = NULL },
};

void read_follow(struct rule_builder *d, const struct ini_entry *entry)
{
	struct items walk;
	struct item item;

	items_init(&walk, entry, d->file, d->arena, d->diag);
	while (items_next(&walk, &item)) {
		const struct keyword *row = keyword_look(follow_words, "word", item.text, item.at,
							 d->diag);

		if (row != NULL && row->value == 1)
			d->rule->follows_edits = true;
		else if (row != NULL)
			d->rule->follows_deletes = true;
	}
}

/* ---- care ---- */

void read_owner(struct rule_builder *d, const struct ini_entry *entry)
{
	size_t before = d->rule->owners.n;

	read_people(d, entry, &d->rule->owners);
	for (size_t i = before; i < d->rule->owners.n; i++) {
		const struct scope_item *item = &d->rule->owners.items[i];

		if (item->deny || (item->kind != SCOPE_NAME && item->kind != SCOPE_ID &&
				   item->kind != SCOPE_LIST))
			diag_error(d->diag, item->at, "`owner` names people, as in `@ana, @raj`");
	}
}

void read_expires(struct rule_builder *d, const struct ini_entry *entry)
{
	struct civil day = { 0 };

	if (!rule_builder_one_line(d, entry))
		return;
	if (!civil_read_date(entry->value, &day)) {
		diag_error(d->diag, rule_builder_place(d, entry->lines[0].line),
			   "`expires` is a day that there is, as in 2026-12-31, not `%.*s`",
			   STR_ARG(entry->value));
		return;
	}
	day.day++; /* it includes that day */
	d->rule->expires = rule_builder_keep(d, entry->value);
	d->rule->expires_at = zone_wall(d->rule->zone, &day);
}

void read_zone(struct rule_builder *d, const struct ini_entry *entry)
{
	const struct zone *zone;

	if (!rule_builder_one_line(d, entry))
		return;
	zone = rule_builder_zone(d, entry->value, rule_builder_place(d, entry->lines[0].line));
	if (zone != NULL)
		d->rule->zone = zone;
}

void read_mode(struct rule_builder *d, const struct ini_entry *entry)
{
	static const struct keyword table[] = {
		{ .name = "live", .value = MODE_LIVE },
		{ .name = "shadow", .value = MODE_SHADOW },
		{ .name = "off", .value = MODE_OFF },
		{ .name = NULL },
	};
	int value = MODE_LIVE;

	rule_builder_choice(d, entry, table, &value);
	d->rule->mode = (enum rule_mode)value;
}

void read_help(struct rule_builder *d, const struct ini_entry *entry)
{
	if (rule_builder_one_line(d, entry))
		d->rule->help = rule_builder_keep(d, entry->value);
}

void read_test(struct rule_builder *d, const struct ini_entry *entry)
{
	for (size_t i = 0; i < entry->n_lines; i++) {
		struct str line = str_trim(entry->lines[i].text);
		struct rule_test test = { .at = rule_builder_place(d, entry->lines[i].line) };

		if (line.len > 0 && test_line_read(&test, line, d->shared->zone, d->arena, d->diag))
			*(struct rule_test *)arena_append(d->arena, &d->rule->tests,
							  &d->rule->n_tests, sizeof(test)) = test;
	}
}
