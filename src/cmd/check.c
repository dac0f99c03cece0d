/* SPDX-License-Identifier: MIT */
/* retort check: are these rules fit to go live? */
#include "base/json.h"
#include "base/mem.h"
#include "cmd/command.h"
#include "cmd/prove.h"

static int report_json(const struct proof *proof)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_addf(
		&out,
		"{\"ok\":%s,\"rules\":%zu,\"files\":%zu,\"tests\":{\"passed\":%zu,\"failed\":%zu},\"messages\":",
		proof->diag.n_errors == 0 ? "true" : "false",
		proof->set != NULL ? ruleset_n_rules(proof->set) : 0,
		proof->set != NULL ? ruleset_n_files(proof->set) : 0, proof->tests.passed,
		proof->tests.failed);
	diag_json(&proof->diag, &out);
	buf_addz(&out, "}\n");
	fwrite(out.p, 1, out.len, stdout);
	return proof->diag.n_errors == 0 ? EXIT_FINE : EXIT_FINDINGS;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static int report_text(const struct proof *proof)
{
	diag_print(&proof->diag, stderr);
	if (proof->diag.n_errors == 0)
		printf("All is fine: %zu rule%s in %zu file%s, %zu test%s passed.\n",
		       ruleset_n_rules(proof->set), plural(ruleset_n_rules(proof->set)),
		       ruleset_n_files(proof->set), plural(ruleset_n_files(proof->set)),
		       proof->tests.passed, plural(proof->tests.passed));
	else
		printf("%zu mistake%s to mend; nothing would be loaded.\n", proof->diag.n_errors,
		       plural(proof->diag.n_errors));
	return proof->diag.n_errors == 0 ? EXIT_FINE : EXIT_FINDINGS;
}

static int run(const struct command *self, const struct command_line *line)
{
	(void)self;
	return prove(line, line->json ? report_json : report_text);
}

const struct command cmd_check = {
	.name = "check",
	.arguments = "[-c FILE] [--json] [RULES...]",
	.summary =
		"Reads rule files and folders, runs their tests and lists every mistake and warning with file and line.\n"
		"Without RULES it reads what the configuration names, or the folder `rules`.",
	.options = { WITH_CONFIG, WITH_JSON },
	.more = "Exit status: 0 fine, warnings or not; 1 something to mend; 2 wrong use.\n",
	.run = run,
};
