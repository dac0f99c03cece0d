/* SPDX-License-Identifier: MIT */
#include "base/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "lib/unit.h"

struct settings {
	char *name;
	char *key_file;
	bool loud;
	int64_t count;
	int64_t every_ms;
	int colour;
};

static const char *const colours[] = { "red", "green", NULL };

static const struct option_row table[] = {
	{ .section = "general",
	  .key = "name",
	  .type = OPTION_TEXT,
	  .preset = "bot",
	  .offset = offsetof(struct settings, name),
	  .help = "How it is called; this sentence is long enough to need a second line in the sample, so "
		  "that the folding is seen at work here as well." },
	{ .section = "general",
	  .key = "key file",
	  .type = OPTION_TEXT,
	  .preset = "",
	  .offset = offsetof(struct settings, key_file),
	  .help = "Where the key is." },
	{ .section = "general",
	  .key = "loud",
	  .type = OPTION_BOOL,
	  .preset = "no",
	  .offset = offsetof(struct settings, loud),
	  .help = "Whether it shouts." },
	{ .section = "limits",
	  .key = "count",
	  .type = OPTION_INT,
	  .preset = "4",
	  .min = 1,
	  .max = 9,
	  .offset = offsetof(struct settings, count),
	  .help = "How many." },
	{ .section = "limits",
	  .key = "every",
	  .type = OPTION_DURATION,
	  .preset = "1m30s",
	  .offset = offsetof(struct settings, every_ms),
	  .help = "How often." },
	{ .section = "limits",
	  .key = "colour",
	  .type = OPTION_CHOICE,
	  .preset = "green",
	  .choices = colours,
	  .offset = offsetof(struct settings, colour),
	  .help = "Which colour." },
	{ .key = NULL },
};

static void deinit(struct settings *s)
{
	option_deinit(table, s);
}

static void check_defaults(const struct settings *s)
{
	CU_ASSERT_STRING_EQUAL(s->name, "bot");
	CU_ASSERT_STRING_EQUAL(s->key_file, "");
	CU_ASSERT_FALSE(s->loud);
	CU_ASSERT_EQUAL(s->count, 4);
	CU_ASSERT_EQUAL(s->every_ms, 90000);
	CU_ASSERT_EQUAL(s->colour, 1);
}

static void test_defaults(void)
{
	CLEANUP(deinit) struct settings s = { 0 };

	option_defaults(table, &s);
	check_defaults(&s);
}

static void test_every_type_is_read(void)
{
	CLEANUP(deinit) struct settings s = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	option_defaults(table, &s);
	option_read(table, &s,
		    STR("[general]\nname = retort ; two\nkey  file = /k\nloud = yes\n"
			"[limits]\ncount=9\nevery = 2h\ncolour = red\n[general]\n"),
		    "c.ini", &diag);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	CU_ASSERT_STRING_EQUAL(s.name, "retort ; two");
	CU_ASSERT_STRING_EQUAL(s.key_file, "/k");
	CU_ASSERT_TRUE(s.loud);
	CU_ASSERT_EQUAL(s.count, 9);
	CU_ASSERT_EQUAL(s.every_ms, 7200000);
	CU_ASSERT_EQUAL(s.colour, 0);
}

/* One mistake; the values stay as they were. */
static void check_error(const char *text, unsigned line, const char *wanted)
{
	CLEANUP(deinit) struct settings s = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	option_defaults(table, &s);
	option_read(table, &s, str_from(text), "c.ini", &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 1);
	check_defaults(&s);
	if (diag.n_entries == 0)
		return;
	CU_ASSERT_EQUAL(diag.entries[0].line, line);
	if (strstr(diag.entries[0].text, wanted) == NULL)
		printf("\n  seen: %s\n  wanted: %s\n", diag.entries[0].text, wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(diag.entries[0].text, wanted));
}

static void test_mistakes_name_what_was_wanted(void)
{
	check_error("[general]\nloud = true\n", 2, "`loud`: seen \"true\", wanted yes or no");
	check_error("[limits]\ncount = 10\n", 2, "seen \"10\", wanted a number from 1 to 9");
	check_error("[limits]\ncount = four\n", 2, "wanted a number from 1 to 9");
	check_error("[limits]\nevery = 99999w\n", 2, "wanted a time such as 500ms");
	check_error("[limits]\ncolour = blue\n", 2, "wanted one of red, green");
	check_error("[limits]\ncolour =\n", 2, "seen \"\", wanted one of");
	check_error("[limits]\ncuont = 3\n", 2, "unknown key \"cuont\"; did you mean \"count\"?");
	check_error("[limits]\nname = 3\n", 2, "unknown key \"name\"");
	check_error("[genral]\nname = x\n", 1, "did you mean \"general\"?");
	check_error("[general x]\n", 1, "wanted [general] alone");
	check_error("name = x\n", 1, "`name` stands before the first [section]");
	check_error("[general]\nkey file =\n  a\n  b\n", 4, "`key file` takes a single line");
	check_error("[limits]\ncount = 4\n  every = 2h\n", 3,
		    "remove the spaces in front of `every`");
	check_error("[limits]\ncount = 4\n[limits]\ncount = 5\n", 4, "a second time");
}

static void test_setting_one_value(void)
{
	CLEANUP(deinit) struct settings s = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	const struct place at = { "command line", 0 };

	option_defaults(table, &s);
	CU_ASSERT_TRUE(option_set(&table[0], &s, STR("ana"), at, &diag));
	CU_ASSERT_STRING_EQUAL(s.name, "ana");
	CU_ASSERT_FALSE(option_set(&table[3], &s, STR("0"), at, &diag));
	CU_ASSERT_EQUAL(s.count, 4);
	CU_ASSERT_EQUAL(diag.n_errors, 1);
	CU_ASSERT_STRING_EQUAL(diag.entries[0].file, "command line");
}

static char *sample(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	option_print_sample(table, to);
	fclose(to);
	return text;
}

/* With `#` taken off the keys, the sample says nothing but the defaults; every key is in it. */
static void test_the_sample_is_the_defaults(void)
{
	CLEANUP(deinit) struct settings s = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(mem_freep) char *text = sample();
	CLEANUP(buf_deinit) struct buf uncommented = { 0 };
	struct str rest = str_from(text), line;
	size_t n_keys = 0;

	while (str_cut(&rest, '\n', &line)) {
		CU_ASSERT_TRUE(line.len <= 100);
		if (!str_starts(line, "# ") && str_skip(&line, "#"))
			n_keys++;
		buf_addf(&uncommented, "%.*s\n", STR_ARG(line));
	}
	CU_ASSERT_EQUAL(n_keys, ARRAY_LEN(table) - 1);
	s = (struct settings){ .count = 1, .every_ms = 1, .loud = true };
	option_read(table, &s, buf_str(&uncommented), "sample.ini", &diag);
	diag_print(&diag, stdout);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	check_defaults(&s);
}

static void test_the_sample_is_a_comment_as_printed(void)
{
	CLEANUP(deinit) struct settings s = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(mem_freep) char *text = sample();

	option_defaults(table, &s);
	option_read(table, &s, str_from(text), "sample.ini", &diag);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	check_defaults(&s);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "[limits]\n# How many.\n#count = 4\n\n# How often.\n"));
}

/* ---- named sections ---- */

struct dog {
	char name[16];
	char *food;
	int64_t walk_ms;
	bool barks;
	struct option_pairs tricks;
	unsigned line;
};

struct kennel {
	char *street;
	struct dog dogs[8];
	size_t n_dogs;
};

static void *add_dog(void *values, struct str name, struct place at, struct diag *diag)
{
	struct kennel *kennel = values;
	struct dog *dog = &kennel->dogs[kennel->n_dogs++];

	if (str_is(name, "cat"))
		diag_error(diag, at, "that is no dog");
	snprintf(dog->name, sizeof(dog->name), "%.*s", STR_ARG(name));
	dog->line = at.line;
	return dog;
}

static void check_dog(const void *item, struct place at, struct diag *diag)
{
	const struct dog *dog = item;

	CU_ASSERT_EQUAL(at.line, dog->line);
	if (dog->barks && dog->food != NULL && strcmp(dog->food, "nothing") == 0)
		diag_error(diag, at, "it is hungry");
}

static const struct option_named dog_section = {
	.add = add_dog,
	.check = check_dog,
	.example = "rex",
	.help = "One of the dogs.",
};

static const char *refuse_trick(struct str name, struct str value)
{
	return str_is(name, "bite") ? "no biting" : value.len == 0 ? "how?" : NULL;
}

static const char *refuse_food(struct str name, struct str value)
{
	CU_ASSERT_EQUAL(name.len, 0);
	return str_is(value, "chocolate") ? "it is bad for dogs" : NULL;
}

static const struct option_row kennel_table[] = {
	{ .section = "place",
	  .key = "street",
	  .type = OPTION_TEXT,
	  .preset = "Elm",
	  .offset = offsetof(struct kennel, street),
	  .help = "Where it is." },
	{ .section = "dog",
	  .key = "food",
	  .type = OPTION_TEXT,
	  .preset = "",
	  .offset = offsetof(struct dog, food),
	  .named = &dog_section,
	  .required = true,
	  .example = "bones",
	  .refuse = refuse_food,
	  .help = "What it eats." },
	{ .section = "dog",
	  .key = "walk",
	  .type = OPTION_DURATION,
	  .preset = "10s",
	  .min = 1000,
	  .max = 60000,
	  .offset = offsetof(struct dog, walk_ms),
	  .named = &dog_section,
	  .help = "How long it walks." },
	{ .section = "dog",
	  .key = "barks",
	  .type = OPTION_BOOL,
	  .preset = "yes",
	  .offset = offsetof(struct dog, barks),
	  .named = &dog_section,
	  .help = "Is it loud?" },
	{ .section = "dog",
	  .key = "trick",
	  .type = OPTION_PAIRS,
	  .preset = "",
	  .offset = offsetof(struct dog, tricks),
	  .named = &dog_section,
	  .example = "sit = on command",
	  .refuse = refuse_trick,
	  .help = "What it can do." },
	{ .key = NULL },
};

static void close_kennel(struct kennel *kennel)
{
	for (size_t i = 0; i < kennel->n_dogs; i++)
		option_item_deinit(kennel_table, &dog_section, &kennel->dogs[i]);
	option_deinit(kennel_table, kennel);
}

static void test_named_sections(void)
{
	CLEANUP(close_kennel) struct kennel k = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	option_defaults(kennel_table, &k);
	CU_ASSERT_EQUAL(k.n_dogs, 0);
	option_read(
		kennel_table, &k,
		STR("[dog rex]\nfood = bones\ntrick sit = on = command\nwalk = 1m\n"
		    "[place]\nstreet = Oak\n"
		    "[dog bella]\ntrick  play  dead = = x\ntrick sit = no\nfood = fish\nbarks = no\n"),
		"c.ini", &diag);
	diag_print(&diag, stdout);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	CU_ASSERT_STRING_EQUAL(k.street, "Oak");
	CU_ASSERT_EQUAL_FATAL(k.n_dogs, 2);
	CU_ASSERT_STRING_EQUAL(k.dogs[0].name, "rex");
	CU_ASSERT_STRING_EQUAL(k.dogs[0].food, "bones");
	CU_ASSERT_EQUAL(k.dogs[0].walk_ms, 60000);
	CU_ASSERT_TRUE(k.dogs[0].barks);
	CU_ASSERT_EQUAL_FATAL(k.dogs[0].tricks.n, 1);
	CU_ASSERT_STRING_EQUAL(k.dogs[0].tricks.at[0].name, "sit");
	CU_ASSERT_STRING_EQUAL(k.dogs[0].tricks.at[0].value.value, "on = command");
	CU_ASSERT_EQUAL(k.dogs[0].tricks.at[0].line, 3);
	CU_ASSERT_EQUAL(k.dogs[1].walk_ms, 10000);
	CU_ASSERT_FALSE(k.dogs[1].barks);
	CU_ASSERT_EQUAL_FATAL(k.dogs[1].tricks.n, 2);
	CU_ASSERT_STRING_EQUAL(k.dogs[1].tricks.at[0].name, "play dead");
	CU_ASSERT_STRING_EQUAL(k.dogs[1].tricks.at[0].value.value, "= x");
}

static void check_kennel(const char *text, unsigned line, const char *wanted)
{
	CLEANUP(close_kennel) struct kennel k = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	option_defaults(kennel_table, &k);
	option_read(kennel_table, &k, str_from(text), "c.ini", &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 1);
	if (diag.n_entries == 0)
		return;
	CU_ASSERT_EQUAL(diag.entries[0].line, line);
	if (strstr(diag.entries[0].text, wanted) == NULL)
		printf("\n  seen: %s\n  wanted: %s\n", diag.entries[0].text, wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(diag.entries[0].text, wanted));
}

static void test_mistakes_in_named_sections(void)
{
	check_kennel("[dog rex]\n[place]\n", 1, "this [dog] has no `food`");
	check_kennel("\n[dog rex]\nbarks = no\n", 2, "this [dog] has no `food`");
	check_kennel("[dog a]\nfood = x\n[dog b]\n", 3, "this [dog] has no `food`");
	check_kennel("[dog]\nfood = x\n", 1, "wanted a name behind [dog: [dog rex]");
	check_kennel("[dgo rex]\nfood = x\n", 1, "did you mean \"dog\"?");
	check_kennel("[dog rex]\nfood = x\nfood = y\n", 3, "a second time");
	check_kennel("[dog rex]\nfood = chocolate\n", 2, "`food`: it is bad for dogs");
	check_kennel("[dog rex]\nfood = x\nwalk = 61s\n", 3, "from 1s to 60s");
	check_kennel("[dog rex]\nfood = x\nwalk = 999ms\n", 3, "from 1s to 60s");
	check_kennel("[dog rex]\nfood = x\nstreet = y\n", 3, "unknown key \"street\"");
	check_kennel("[place]\nfood = x\n", 2, "unknown key \"food\"");
	check_kennel("[dog rex]\nfood = x\ntrik sit = now\n", 3, "did you mean \"trick\"?");
	check_kennel("[dog rex]\nfood = x\ntrick = now\n", 3,
		     "wanted a name behind `trick`: trick sit = on command");
	check_kennel("[dog rex]\nfood = x\ntrick sit = s3cret\ntrick SIT = x\n", 4,
		     "`trick SIT` stands here a second time");
	check_kennel("[dog rex]\nfood = x\ntrick bite = s3cret\n", 3, "`trick bite`: no biting");
	check_kennel("[dog rex]\nfood = x\ntrick sit =\n", 3, "`trick sit`: how?");
	check_kennel("[dog rex]\nfood = x\n  trick sit = now\n", 3, "remove the spaces");
	check_kennel("[dog rex]\nfood = x\ntrick sit = a\n  b\n", 4, "takes a single line");
	check_kennel("[dog rex]\nfood = nothing\n", 1, "it is hungry");
	/* Its keys are read for their mistakes all the same. */
	check_kennel("[dog cat]\nfood = x\ntrick sit = now\n", 1, "that is no dog");
}

static void test_the_sample_of_a_named_section(void)
{
	CLEANUP(mem_freep) char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	option_print_sample(kennel_table, to);
	fclose(to);
	ASSERT_STR(str_from(text),
		   "[place]\n# Where it is.\n#street = Elm\n\n"
		   "# One of the dogs.\n#[dog rex]\n# What it eats.\n#food = bones\n\n"
		   "# How long it walks.\n#walk = 10s\n\n# Is it loud?\n#barks = yes\n\n"
		   "# What it can do.\n#trick sit = on command\n");
}

UNIT_MAIN("option", { "defaults", test_defaults },
	  { "every type is read", test_every_type_is_read },
	  { "mistakes name what was wanted", test_mistakes_name_what_was_wanted },
	  { "setting one value", test_setting_one_value },
	  { "the sample is the defaults", test_the_sample_is_the_defaults },
	  { "the sample is a comment as printed", test_the_sample_is_a_comment_as_printed },
	  { "named sections", test_named_sections },
	  { "mistakes in named sections", test_mistakes_in_named_sections },
	  { "the sample of a named section", test_the_sample_of_a_named_section })
