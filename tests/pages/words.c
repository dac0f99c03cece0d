/* SPDX-License-Identifier: MIT */
/* Prints the words of the rule language, `LIST WORD` a line, out of the program's own tables. For tests/manual. */
#include <stdio.h>
#include "rule/building.h"
#include "rule/condition.h"
#include "rule/filter.h"
#include "rule/keys.h"
#include "rule/reference.h"
#include "rule/section.h"
#include "rule/selftest.h"
#include "rule/sentence.h"

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
	{ "blocks", building_at },	 { "comparisons", condition_word_at },
	{ "unless", unless_word_at },	 { "names", reference_name_at },
	{ "filters", filter_name_at },	 { "limits", sentence_word_at },
	{ "tests", selftest_word_at },	 { "outcomes", selftest_outcome_at },
};

int main(void)
{
	for (size_t list = 0; list < ARRAY_LEN(lists); list++) {
		const char *word;

		for (size_t i = 0; (word = lists[list].word_at(i)) != NULL; i++)
			printf("%s %s\n", lists[list].name, word);
	}
	return 0;
}
