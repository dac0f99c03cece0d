/* SPDX-License-Identifier: MIT */
/* Readers of the keys about how often, in what order, and care. */
#include "rule/draft.h"
#include "rule/selftest.h"
#include "rule/sentence.h"

/* One blank between words: how it is written makes no other limit of it. */
static char *tidy(struct draft *d, struct str sentence)
{
	CLEANUP(buf_deinit) struct buf tidied = { 0 };
	struct str word;

	buf_init(&tidied, 0);
	while (str_word(&sentence, &word)) {
		buf_addz(&tidied, tidied.len > 0 ? " " : "");
		buf_add(&tidied, word);
	}
	return draft_keep(d, buf_str(&tidied));
}

static void read_sentence(struct draft *d, struct str sentence, struct place at)
{
	struct limit limit = { .at = at };
	const char *why = sentence_read(sentence, &limit);

	if (why != NULL) {
		diag_error(d->diag, at, "`%.*s` is no limit: %s", STR_ARG(sentence), why);
		return;
	}
	if (d->rule->n_limits == RULE_LIMITS_MAX) {
		diag_error(d->diag, at, "a rule has at most %d limits", RULE_LIMITS_MAX);
		return;
	}
	limit.text = tidy(d, sentence);
	*(struct limit *)draft_append(d, &d->rule->limits, &d->rule->n_limits,
				      sizeof(limit)) = limit;
}

void read_limit(struct draft *d, const struct ini_entry *entry)
{
	for (size_t i = 0; i < entry->n_lines; i++) {
		struct str sentence = str_trim(entry->lines[i].text);

		if (sentence.len > 0)
			read_sentence(d, sentence, draft_place(d, entry->lines[i].line));
	}
}

void read_priority(struct draft *d, const struct ini_entry *entry)
{
	if (draft_one_line(d, entry) && !str_int(entry->value, &d->rule->priority))
		diag_error(d->diag, draft_place(d, entry->lines[0].line),
			   "`priority` is a whole number, not `%.*s`", STR_ARG(entry->value));
}

void read_then(struct draft *d, const struct ini_entry *entry)
{
	static const struct known table[] = {
		{ .name = "stop", .value = THEN_STOP },
		{ .name = "continue", .value = THEN_CONTINUE },
		{ .name = NULL },
	};
	int value = THEN_DEFAULT;

	draft_choice(d, entry, table, &value);
	d->rule->then = (enum rule_then)value;
}

void read_fallback(struct draft *d, const struct ini_entry *entry)
{
	draft_yes_no(d, entry, &d->rule->fallback);
}

void read_mode(struct draft *d, const struct ini_entry *entry)
{
	static const struct known table[] = {
		{ .name = "live", .value = MODE_LIVE },
		{ .name = "shadow", .value = MODE_SHADOW },
		{ .name = "off", .value = MODE_OFF },
		{ .name = NULL },
	};
	int value = MODE_LIVE;

	draft_choice(d, entry, table, &value);
	d->rule->mode = (enum rule_mode)value;
}

void read_help(struct draft *d, const struct ini_entry *entry)
{
	if (draft_one_line(d, entry))
		d->rule->help = draft_keep(d, entry->value);
}

void read_test(struct draft *d, const struct ini_entry *entry)
{
	for (size_t i = 0; i < entry->n_lines; i++) {
		struct str line = str_trim(entry->lines[i].text);
		struct rule_test test = { .at = draft_place(d, entry->lines[i].line) };

		if (line.len > 0 && selftest_read(&test, line, d->arena, d->diag))
			*(struct rule_test *)draft_append(d, &d->rule->tests, &d->rule->n_tests,
							  sizeof(test)) = test;
	}
}
