/* SPDX-License-Identifier: MIT */
/* What people wrote does nothing to the terminal on which it is shown. */
#include "cmd/outbox_print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "lib/unit.h"

/* Standard output, caught while it is written. */
struct caught {
	FILE *file;
	int stdout_fd;
};

static void catch (struct caught *c)
{
	fflush(stdout);
	c->file = tmpfile();
	CU_ASSERT_PTR_NOT_NULL_FATAL(c->file);
	c->stdout_fd = dup(STDOUT_FILENO);
	dup2(fileno(c->file), STDOUT_FILENO);
}

static void caught_is(struct caught *c, const char *wanted, unsigned line)
{
	char text[8192];
	size_t n;

	fflush(stdout);
	dup2(c->stdout_fd, STDOUT_FILENO);
	close(c->stdout_fd);
	rewind(c->file);
	n = fread(text, 1, sizeof(text), c->file);
	fclose(c->file);
	unit_str_is(str_make(text, n), wanted, __FILE__, line);
}

static void list_is(const char *lines, bool json, const char *wanted, unsigned line)
{
	struct answer a;
	struct caught c;

	CU_ASSERT_TRUE(answer_read(&a, str_from(lines)));
	catch (&c);
	outbox_print_list(&a, json);
	caught_is(&c, wanted, line);
	answer_deinit(&a);
}
#define LIST_IS(lines, wanted) list_is(lines, false, wanted, __LINE__)

#define HOSTILE                                                                                    \
	"{\"id\":\"b/2\",\"state\":\"dead\",\"age_ms\":7200000,\"rule\":\"r\",\"channel\":\"C1\"," \
	"\"text\":\"a\\u001b[2J\\r\\nb\\u009b\\u0007\",\"why\":\"x\\u001b]0;y\"}\n"

static void test_a_list(void)
{
	LIST_IS("{\"ok\":true}\n", "Nothing waits to be sent, and nothing failed.\n");
	LIST_IS("{\"id\":\"10\",\"state\":\"waiting\",\"age_ms\":41000,\"rule\":\"gr\u00fc\u00dfe\",\"channel\":\"\",\"text\":\"x\"}\n"
		"{\"id\":\"9\",\"state\":\"in doubt\",\"rule\":\"hello\",\"channel\":\"C1\",\"text\":\"y\"}\n"
		"{\"ok\":true,\"more\":3}\n",
		"ID  STATE     AGE  CHANNEL  RULE   TEXT\n"
		"9   in doubt  -    C1       hello  y\n"
		"10  waiting   41s  -        gr\u00fc\u00dfe  x\n"
		"and 3 more\n");
}

static void test_a_hostile_text(void)
{
	LIST_IS("{\"id\":\"b/10\",\"state\":\"waiting\",\"rule\":\"r\",\"channel\":\"C1\",\"text\":\"x\"}\n" HOSTILE
		"{\"id\":\"a/3\",\"state\":\"waiting\",\"rule\":\"r\",\"channel\":\"C1\",\"text\":\"x\"}\n"
		"{\"ok\":true}\n",
		"ID    STATE    AGE  CHANNEL  RULE  TEXT\n"
		"a/3   waiting  -    C1       r     x\n"
		"b/2   dead     2h   C1       r     a\\x1B[2J  b\\x9B\\x07\n"
		"      x\\x1B]0;y\n"
		"b/10  waiting  -    C1       r     x\n");
	list_is(HOSTILE "{\"ok\":true}\n", true,
		"{\"jobs\":[{\"id\":\"b/2\",\"state\":\"dead\",\"age_ms\":7200000,\"rule\":\"r\",\"channel\":\"C1\","
		"\"text\":\"a\\u001b[2J\\r\\nb\302\233\\u0007\",\"why\":\"x\\u001b]0;y\"}],\"more\":0}\n",
		__LINE__);
}

static void test_one_entry(void)
{
	struct json *entry;
	struct caught c;

	CU_ASSERT_EQUAL_FATAL(
		json_parse(
			&entry,
			STR("{\"id\":\"2\",\"state\":\"dead\",\"age_ms\":5000,\"why\":\"no\\u001b\",\"job\":{"
			    "\"kind\":\"message\",\"state\":\"in flight\",\"id\":2,\"text\":\"a\\nb\\u001b\","
			    "\"broadcast\":true,\"x\\u001b\":[1]}}"),
			NULL),
		0);
	catch (&c);
	outbox_print_entry(entry, false);
	caught_is(&c,
		  "id           2\n"
		  "state        dead\n"
		  "age          5s\n"
		  "why          no\\x1B\n"
		  "kind         message\n"
		  "text         a\n"
		  "             b\\x1B\n"
		  "broadcast    true\n"
		  "x\\x1B        [1]\n",
		  __LINE__);
	json_free(entry);
}

static void test_answers_that_are_not_whole(void)
{
	static const char *const texts[] = {
		"", "\n", "{\"id\":\"1\"}\n", "{\"ok\"", "{\"ok\":true}\n{}", "x\n{\"ok\":true}\n"
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct answer a;

		CU_ASSERT_FALSE(answer_read(&a, str_from(texts[i])));
		answer_deinit(&a);
	}
}

UNIT_MAIN("outbox_print", { "a list", test_a_list }, { "a hostile text", test_a_hostile_text },
	  { "one entry", test_one_entry },
	  { "answers that are not whole", test_answers_that_are_not_whole })
