/* SPDX-License-Identifier: MIT */
#include "cmd/prove.h"

#include "base/mem.h"
#include "conf.h"

int prove(struct proof *proof, const char *config, int n_paths, char **paths)
{
	CLEANUP(conf_deinit) struct conf conf;
	struct set_options options;
	const char *preset;
	int r;

	*proof = (struct proof){ 0 };
	diag_init(&proof->diag);
	conf_init(&conf);
	if (config != NULL)
		conf_read(&conf, config, &proof->diag);
	options = (struct set_options){ .allow_broadcast = conf.allow_broadcast };
	preset = conf.rules;
	r = reload_prove(
		&proof->set,
		n_paths > 0 ? (struct rule_paths){ (const char *const *)paths, (size_t)n_paths } :
			      (struct rule_paths){ &preset, 1 },
		&options, &proof->tests, &proof->diag);
	return r < 0 ? r : 0;
}

void proof_deinit(struct proof *proof)
{
	set_unref(proof->set);
	diag_deinit(&proof->diag);
}
