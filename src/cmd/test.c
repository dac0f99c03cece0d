/* SPDX-License-Identifier: MIT */
/* retort test: the tests that stand beside the rules, one line each that failed, and a count. */
#include "cmd/command.h"
#include "cmd/prove.h"

static int report(const struct proof *proof)
{
	diag_print(&proof->diag, stderr);
	if (proof->tests.passed + proof->tests.failed == 0 && proof->diag.n_errors > 0)
		printf("The rules did not load; no test was run.\n");
	else
		printf("%zu passed, %zu failed\n", proof->tests.passed, proof->tests.failed);
	return proof->diag.n_errors == 0 ? EXIT_FINE : EXIT_FINDINGS;
}

static int run(const struct command *self, const struct command_line *line)
{
	(void)self;
	return prove(line, report);
}

const struct command cmd_test = {
	.name = "test",
	.arguments = "[-c FILE] [RULES...]",
	.summary =
		"Runs the tests that stand beside the rules (`test = \"Hello\" -> fires`). Nothing is sent anywhere.\n"
		"Without RULES it reads what the configuration names, or the folder `rules`.",
	.options = { WITH_CONFIG },
	.more = "Exit status: 0 all tests passed, 1 not all, 2 wrong use.\n",
	.run = run,
};
