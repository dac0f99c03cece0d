/* SPDX-License-Identifier: MIT */
#include "cmd/prove.h"

int prove(struct proof *proof, int n_paths, char **paths)
{
	static const char *const preset[] = { "rules" };
	const struct rule_paths given = { (const char *const *)paths, (size_t)n_paths };
	const struct rule_paths fallback = { preset, 1 };
	const struct set_options options = { .allow_broadcast = false };
	int r;

	*proof = (struct proof){ 0 };
	diag_init(&proof->diag);
	r = reload_prove(&proof->set, n_paths > 0 ? given : fallback, &options, &proof->tests, &proof->diag);
	return r < 0 ? r : 0;
}

void proof_deinit(struct proof *proof)
{
	set_unref(proof->set);
	diag_deinit(&proof->diag);
}
