/* SPDX-License-Identifier: MIT */
/* Prints the words of the rule language, `LIST WORD` a line, out of the program's own tables, for tests/manual. With
 * the argument `kinds`, what there is to know about each key, for tests/syntax. */
#include <stdio.h>
#include <string.h>
#include "pattern/named_group.h"
#include "template/condition.h"
#include "template/filter.h"
#include "rule/keys.h"
#include "rule/rule_builder.h"
#include "template/reference.h"
#include "rule/section.h"
#include "rule/test_line.h"
#include "rule/limit_parse.h"

static const char *key_word_at(size_t i)
{
	return key_at(i) != NULL ? key_at(i)->name : NULL;
}

static const struct {
	const char *name;
	const char *(*word_at)(size_t i); /* NULL at the end */
} lists[] = {
	{ "sections", section_kind_at }, { "keys", key_word_at },
	{ "triggers", trigger_word_at }, { "parts", look_word_at },
	{ "blocks", named_group_at },	 { "comparisons", condition_word_at },
	{ "unless", unless_word_at },	 { "names", reference_name_at },
	{ "filters", filter_name_at },	 { "limits", limit_parse_word_at },
	{ "tests", test_line_word_at },	 { "outcomes", test_line_outcome_at },
};

static void print_kinds(void)
{
	static const char *const groups[] = {
		[GROUP_EVENT] = "event", [GROUP_SCOPE] = "scope", [GROUP_ACTION] = "action",
		[GROUP_FLOW] = "flow",	 [GROUP_CARE] = "care",
	};
	static const char *const types[] = {
		[KEY_EVENTS] = "events", [KEY_PATTERNS] = "patterns",	[KEY_ITEMS] = "items",
		[KEY_CHOICE] = "choice", [KEY_NUMBER] = "number",	[KEY_TEXT] = "text",
		[KEY_LINE] = "line",	 [KEY_SENTENCES] = "sentences", [KEY_JSON] = "json",
		[KEY_TESTS] = "tests",
	};
	const struct rule_key *key;

	for (size_t i = 0; (key = key_at(i)) != NULL; i++) {
		printf("group_%s %s\n", groups[key->group], key->name);
		printf("type_%s %s\n", types[key->type], key->name);
		if (key_is_targeted(key))
			printf("targeted %s\n", key->name);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "kinds") == 0) {
		print_kinds();
		return 0;
	}
	for (size_t list = 0; list < ARRAY_LEN(lists); list++) {
		const char *word;

		for (size_t i = 0; (word = lists[list].word_at(i)) != NULL; i++)
			printf("%s %s\n", lists[list].name, word);
	}
	return 0;
}
