/* SPDX-License-Identifier: MIT */
#include "cmd/prove.h"

#include "base/mem.h"
#include "daemon/conf.h"

/* Reads the configuration first, for what rules may do and which webhooks there are. */
static int load(struct proof *proof, const char *config, struct rule_paths given, bool tests)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(mem_freep) const char **webhooks = NULL;
	CLEANUP(mem_freep) const char **markup_webhooks = NULL;
	struct ruleset_options options;
	const char *preset;

	*proof = (struct proof){ 0 };
	diag_init(&proof->diag);
	conf_init(&conf);
	if (config != NULL) {
		conf_read(&conf, config, &proof->diag);
		webhooks = conf_webhook_names(&conf, false);
		markup_webhooks = conf_webhook_names(&conf, true);
	}
	options = (struct ruleset_options){
		.allow_broadcast = conf.allow_broadcast,
		.zone = conf.zone,
		.calls = conf.call_allow,
		.webhooks = webhooks,
		.markup_webhooks = markup_webhooks,
	};
	preset = conf.rules;
	if (given.n == 0)
		given = (struct rule_paths){ &preset, 1 };
	return tests ? reload_prove(&proof->set, given, &options, &proof->tests, &proof->diag) :
		       ruleset_load(&proof->set, given.paths, given.n, &options, &proof->diag);
}

int prove(const struct command_line *line, int (*report)(const struct proof *proof))
{
	struct rule_paths given = { (const char *const *)line->words, line->n_words };
	struct proof proof;
	int status = EXIT_FINDINGS;

	if (load(&proof, line->config, given, true) >= 0)
		status = report(&proof);
	proof_deinit(&proof);
	return status;
}

bool prove_loading(struct proof *proof, const struct command_line *line)
{
	struct rule_paths given = { line->rules, line->n_rules };

	return load(proof, line->config, given, false) >= 0 && proof->set != NULL;
}

void proof_deinit(struct proof *proof)
{
	ruleset_unref(proof->set);
	diag_deinit(&proof->diag);
}
