/* SPDX-License-Identifier: MIT */
/*
 * Templates: the lines of the input are what a rule says. It hears the worst that people could write; however the
 * author wrote the rule, nobody's words may become a call to everyone or a mention.
 */
#include <stdint.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"
#include "lib/engine_pipe.h"
#include "lib/posted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { UNITS_MAX = 4000, SIZE_USED = 4096 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void put_rules(struct buf *rules, struct str text)
{
	struct str line;

	buf_addz(rules, "[table t]\nx = @ana | <https://x.example|y>\nelse = b | c\n"
			"[list l]\npeople = @ana, @raj\n"
			"[hours h]\nopen = mon-fri 09:00-17:00\nzone = UTC\n"
			"[rule other]\non = join\nset kept = {user}\n"
			"[rule r]\nmatch = ^(?<who>.+)x?$\nset n[{who}] = {who}\nsay =\n");
	while (str_cut(&text, '\n', &line))
		buf_addf(rules, " %.*s\n", STR_ARG(line));
}

static void check_text(void *owner, const struct job *job)
{
	static const char *const calls[] = { "special here\n", "special channel\n",
					     "special everyone\n", "user U2RAJ\n" };
	CLEANUP(buf_deinit) struct buf tokens = { 0 };
	struct str text = str_from(job_body(job));

	(void)owner;
	must(utf8_valid(text) && utf8_utf16_units(text) <= UNITS_MAX);
	/* What is wrong with the author's own text is no concern here. */
	(void)posted_read(text, &tokens);
	buf_addc(&tokens, '\0');
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		must(str_find(buf_str(&tokens), calls[i]) == SIZE_MAX);
}

static void hear(struct ruleset *set)
{
	static const char *const worst[] = {
		"!here", "!channel|x", "here",	   "> <!everyone>",    "*a* _b_ `c`",
		"|",	 "U2RAJ",      "<@U2RAJ>", "&lt;!channel&gt;", "@",
		" >",	 "x\n<!here>",
	};
	struct engine_pipe pipe;

	pipe_init(&pipe, set);
	for (size_t i = 0; i < ARRAY_LEN(worst); i++) {
		pipe.name = pipe.place = pipe.field = str_from(worst[(i + 1) % ARRAY_LEN(worst)]);
		pipe_hear(&pipe, str_from(worst[i]), check_text, NULL);
	}
	pipe_deinit(&pipe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ruleset_options options = { .allow_broadcast = false };
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct str text = str_make((const char *)data, size);
	struct ruleset *set = NULL;
	struct diag diag = { 0 };

	/* The author may mention whom somebody named: {who.mention}, <@{who.id}>. */
	if (!utf8_valid(text) || size > SIZE_USED || str_find(text, "U2RAJ") != SIZE_MAX ||
	    str_find(text, "mention") != SIZE_MAX || str_find(text, "<@") != SIZE_MAX)
		return 0;
	log_set_level(LOG_ERROR);
	put_rules(&rules, text);
	must((ruleset_load_text(&set, buf_str(&rules), "fuzz.ini", &options, &diag) == 0) ==
	     (diag.n_errors == 0));
	if (set != NULL)
		hear(set);
	ruleset_unref(set);
	diag_deinit(&diag);
	return 0;
}
