/* SPDX-License-Identifier: MIT */
/* The directory is played by this file: @ana, @twin twice, #general, #far where the bot is not, the group @support. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "daemon/preflight.h"
#include "lib/unit.h"
#include "lib/world.h"

int directory_find_user(const struct directory *d, struct str name, struct str *id)
{
	(void)d;
	*id = str_is(name, "twin") ? STR("U1, U2") : STR("U1ANA");
	return str_is(name, "ana") ? 1 : str_is(name, "twin") ? 2 : 0;
}

bool directory_is_sure(const struct directory *d, struct str name)
{
	(void)d;
	return str_is(name, "ana");
}

int directory_find_group(const struct directory *d, struct str handle, struct str *id)
{
	(void)d;
	*id = STR("S1");
	return str_is(handle, "support");
}

int directory_find_channel(const struct directory *d, struct str name, struct str *id)
{
	(void)d;
	*id = str_is(name, "general") ? STR("C1") : STR("C2");
	return str_is(name, "general") || str_is(name, "far");
}

bool directory_is_member(const struct directory *d, struct str channel_id)
{
	(void)d;
	return str_is(channel_id, "C1");
}

/* ---- what is said ---- */

static char said_text[8192];

static FILE *listen(int *saved)
{
	FILE *file = tmpfile();

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fflush(stderr);
	*saved = dup(STDERR_FILENO);
	dup2(fileno(file), STDERR_FILENO);
	return file;
}

static void stop_listening(FILE *file, int saved)
{
	size_t n;

	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	n = fread(said_text, 1, sizeof(said_text) - 1, file);
	said_text[n] = '\0';
	fclose(file);
}

static size_t lines(void)
{
	size_t n = 0;

	for (const char *p = said_text; *p != '\0'; p++)
		n += *p == '\n';
	return n;
}

static void expect(size_t n, const char *const *parts, size_t n_parts, unsigned line)
{
	if (lines() != n)
		printf("\n  line %u: %s", line, said_text);
	CU_ASSERT_EQUAL(lines(), n);
	for (size_t i = 0; i < n_parts; i++) {
		if (strstr(said_text, parts[i]) == NULL)
			printf("\n  line %u: wanted \"%s\" in %s", line, parts[i], said_text);
		CU_ASSERT_PTR_NOT_NULL(strstr(said_text, parts[i]));
	}
}

static void scopes(const char *rules, const char *granted)
{
	struct ruleset *set = world_rules(rules);
	int saved;
	FILE *file = listen(&saved);

	preflight_scopes(set, str_from(granted));
	stop_listening(file, saved);
	ruleset_unref(set);
}

static void names(const char *rules)
{
	struct ruleset *set = world_rules(rules);
	int saved;
	FILE *file = listen(&saved);

	preflight_names(set, NULL);
	stop_listening(file, saved);
	ruleset_unref(set);
}

/* ---- scopes ---- */

#define DOES                                                            \
	"[rule a]\non = message, reaction :x:\nreact = eyes\nsay = A\n" \
	"[rule b]\non = pin\nreact = eyes\n[rule c]\non = command /x\nsay = C\n"

static void test_missing_scopes_are_told_with_their_rule(void)
{
	static const char *const parts[] = {
		"test.ini:1: `say` needs the scope chat:write",
		"test.ini:1: `react` needs the scope reactions:write",
		"test.ini:1: `on = reaction` needs the scope reactions:read",
		"test.ini:8: `on = command` needs the scope commands",
		"test.ini:5: `on = pin` needs the scope pins:read",
	};

	scopes(DOES, "users:read");
	expect(5, parts, ARRAY_LEN(parts), __LINE__);
}

static void test_granted_scopes_are_not_told(void)
{
	scopes(DOES, "chat:write, reactions:write,reactions:read,commands,pins:read");
	expect(0, NULL, 0, __LINE__);
	scopes(DOES, ""); /* not known */
	expect(0, NULL, 0, __LINE__);
	scopes(DOES, "identify,bot"); /* a classic app */
	expect(0, NULL, 0, __LINE__);
}

static void test_a_scope_is_a_whole_word(void)
{
	static const char *const parts[] = { "chat:write" };

	scopes("[rule a]\nsay = A\n", "chat:write.public,xchat:write");
	expect(1, parts, 1, __LINE__);
}

/* ---- names ---- */

static void test_known_names_are_not_told(void)
{
	names("[rule a]\nfrom = @ana, @support\nin = #general, #gen-*\nsay = @ana and @nobody at #general\n");
	CU_ASSERT_PTR_NULL(strstr(said_text, "@ana"));
	CU_ASSERT_PTR_NULL(strstr(said_text, "@support"));
	CU_ASSERT_PTR_NULL(strstr(said_text, "#gen"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said_text, "@nobody is not known in this workspace"));
}

static void test_names_that_do_not_fit_are_told(void)
{
	static const char *const parts[] = {
		"error rules: test.ini:2: @twin means several: U1, U2; write the id instead",
		"warn rules: test.ini:2: @kim is not known in this workspace, or the bot may not see it",
		"warn rules: test.ini:3: #nowhere is not known in this workspace, or the bot is not in it",
		"warn rules: test.ini:3: the bot is not in #far; /invite it there",
	};

	names("[rule a]\nfrom = @twin, @kim\nin = #nowhere, #far\nsay = A\n");
	expect(4, parts, ARRAY_LEN(parts), __LINE__);
}

static void needs(const char *rules, bool wanted)
{
	struct ruleset *set = world_rules(rules);

	CU_ASSERT_EQUAL(preflight_needs_groups(set, NULL), wanted);
	ruleset_unref(set);
}

/* What several show, or one, may be a group's. */
static void test_groups_are_needed_for_all_but_handles(void)
{
	needs("[rule a]\nfrom = @ana\nsay = A\n", false);
	needs("[rule a]\nfrom = @twin\nsay = A\n", true);
	needs("[rule a]\nin = #nowhere\nsay = A\n", false);
	needs("[rule a]\nfrom = @support\nsay = A\n", true);
	needs("[rule a]\nfrom = @nobody\nsay = A\n", true);
}

UNIT_MAIN("checkup",
	  { "missing scopes are told with their rule",
	    test_missing_scopes_are_told_with_their_rule },
	  { "granted scopes are not told", test_granted_scopes_are_not_told },
	  { "a scope is a whole word", test_a_scope_is_a_whole_word },
	  { "known names are not told", test_known_names_are_not_told },
	  { "names that do not fit are told", test_names_that_do_not_fit_are_told },
	  { "groups are needed for all but handles", test_groups_are_needed_for_all_but_handles })
