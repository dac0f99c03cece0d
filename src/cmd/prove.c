/* SPDX-License-Identifier: MIT */
#include "cmd/prove.h"

#include <getopt.h>
#include "base/mem.h"
#include "daemon/conf.h"

/* Reads the configuration first, for what rules may do and which webhooks there are. */
static int load(struct proof *proof, const char *config, int n_paths, char **paths, bool tests)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(mem_freep) const char **webhooks = NULL;
	struct ruleset_options options;
	struct rule_paths given = { (const char *const *)paths, (size_t)n_paths };
	const char *preset;

	*proof = (struct proof){ 0 };
	diag_init(&proof->diag);
	conf_init(&conf);
	if (config != NULL) {
		conf_read(&conf, config, &proof->diag);
		webhooks = conf_webhook_names(&conf);
	}
	options = (struct ruleset_options){
		.allow_broadcast = conf.allow_broadcast,
		.zone = conf.zone,
		.webhooks = webhooks,
	};
	preset = conf.rules;
	if (n_paths == 0)
		given = (struct rule_paths){ &preset, 1 };
	return tests ? reload_prove(&proof->set, given, &options, &proof->tests, &proof->diag) :
		       ruleset_load(&proof->set, given.paths, given.n, &options, &proof->diag);
}

int prove(struct proof *proof, const char *config, int n_paths, char **paths)
{
	int r = load(proof, config, n_paths, paths, true);

	return r < 0 ? r : 0;
}

int prove_loading(struct proof *proof, const char *config, int n_paths, char **paths)
{
	int r = load(proof, config, n_paths, paths, false);

	return r < 0 ? r : 0;
}

void proof_deinit(struct proof *proof)
{
	ruleset_unref(proof->set);
	diag_deinit(&proof->diag);
}

int prove_command(const struct command *self, int argc, char **argv,
		  int (*report)(const struct proof *proof))
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *config = NULL;
	struct proof proof;
	int c, status;

	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		if (c == 'c') {
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
	status = report(&proof);
	proof_deinit(&proof);
	return status;
}
