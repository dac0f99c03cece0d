/* SPDX-License-Identifier: MIT */
/* retort check: are these rules fit to go live? */
#include <getopt.h>
#include <stdlib.h>
#include "base/json.h"
#include "base/mem.h"
#include "cmd/command.h"
#include "cmd/prove.h"

static void report_json(const struct proof *proof)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_init(&out, 0);
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
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void report_text(const struct proof *proof)
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
}

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config = NULL;
	struct proof proof;
	int as_json = 0, c, status;

	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (c == 'j') {
			as_json = 1;
		} else if (c == 'c') {
			config = optarg;
		} else if (c == 'h') {
			command_help(self, stdout);
			return EXIT_FINE;
		} else {
			return command_misused(self);
		}
	}
	if (prove(&proof, config, argc - optind, argv + optind) < 0)
		return EXIT_FINDINGS;
	(as_json ? report_json : report_text)(&proof);
	status = proof.diag.n_errors == 0 ? EXIT_FINE : EXIT_FINDINGS;
	proof_deinit(&proof);
	return status;
}

const struct command cmd_check = {
	.name = "check",
	.arguments = "[-c FILE] [--json] [RULES...]",
	.summary =
		"Reads rule files and folders, runs their tests and lists every mistake and warning with file and line.\n"
		"Without RULES it reads what the configuration names, or the folder `rules`.",
	.options =
		"  -c, --config FILE   read this configuration (see retort.conf(5))\n"
		"  --json              print one JSON object on standard output instead of text\n"
		"  -h, --help          this text\n"
		"\nExit status: 0 fine, warnings or not; 1 something to mend; 2 wrong use.\n",
	.run = run,
};
