/* SPDX-License-Identifier: MIT */
#include "reload.h"

#include "base/log.h"
#include "base/mem.h"

int reload_prove(struct set **out, struct rule_paths paths, const struct set_options *options,
		 struct trial_result *tests, struct diag *diag)
{
	struct set *set = NULL;
	int r = set_load(&set, paths.paths, paths.n, options, diag);

	*tests = (struct trial_result){ 0 };
	if (r < 0)
		return r;
	if (r > 0)
		return RELOAD_REFUSED;
	*tests = trial_run(set, diag);
	if (diag->n_errors > 0) {
		set_unref(set);
		return RELOAD_REFUSED;
	}
	*out = set;
	return 0;
}

static void log_complaints(const struct diag *diag)
{
	for (size_t i = 0; i < diag->n_entries; i++) {
		const struct diag_entry *entry = &diag->entries[i];

		enum log_level level = entry->level == DIAG_ERROR ? LOG_ERROR : LOG_WARN;

		if (entry->line > 0)
			log_line(level, "rules", "%s:%u: %s", entry->file, entry->line,
				 entry->text);
		else
			log_line(level, "rules", "%s: %s", entry->file, entry->text);
	}
}

int reload_rules(struct engine *engine, struct rule_paths paths, const struct set_options *options)
{
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct trial_result tests;
	struct set *set = NULL;
	int r;

	diag_init(&diag);
	r = reload_prove(&set, paths, options, &tests, &diag);
	log_complaints(&diag);
	if (r != 0) {
		log_error("rules", "%s errors=%zu",
			  engine_rules(engine) != NULL ?
				  "the new rules were refused, the old ones keep running" :
				  "the rules were refused",
			  diag.n_errors);
		return r;
	}
	engine_set_rules(engine, set);
	log_info("rules", "in service rules=%zu files=%zu tests=%zu", set_n_rules(set),
		 set_n_files(set), tests.passed);
	set_unref(set);
	return 0;
}
