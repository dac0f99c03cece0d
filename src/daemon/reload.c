/* SPDX-License-Identifier: MIT */
#include "daemon/reload.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

int reload_prove(struct ruleset **out, struct rule_paths paths,
		 const struct ruleset_options *options, struct rule_tests_result *tests,
		 struct diag *diag)
{
	struct ruleset *set = NULL;
	int r = ruleset_load(&set, paths.paths, paths.n, options, diag);

	*tests = (struct rule_tests_result){ 0 };
	if (r < 0)
		return r;
	if (r > 0)
		return RELOAD_REFUSED;
	*tests = rule_tests_run(set, diag);
	if (diag->n_errors > 0) {
		ruleset_unref(set);
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

/* ---- what is new ---- */

enum { NAMES_SHOWN = 10 };

struct names_changed {
	const char *what;
	struct buf text;
	size_t n;
};

static void note_name(struct names_changed *c, const char *name)
{
	if (c->n < NAMES_SHOWN)
		buf_addf(&c->text, "%s%s", c->n > 0 ? "," : "", name);
	else if (c->n == NAMES_SHOWN)
		buf_addz(&c->text, ",…");
	c->n++;
}

static void compare(const struct ruleset *set, const struct ruleset *other,
		    struct names_changed *missing, struct names_changed *different)
{
	for (size_t i = 0; i < ruleset_n_written(set); i++) {
		const struct rule *rule = ruleset_written(set, i);
		const struct rule *same = ruleset_rule_named(other, str_from(rule->name));

		if (same == NULL)
			note_name(missing, rule->name);
		else if (different != NULL && same->fingerprint != rule->fingerprint)
			note_name(different, rule->name);
	}
}

static void log_changes(const struct ruleset *old, const struct ruleset *set,
			const struct rule_tests_result *tests)
{
	struct names_changed changes[] = { { .what = "added" },
					   { .what = "removed" },
					   { .what = "changed" } };
	CLEANUP(buf_deinit) struct buf line = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(changes); i++)
		buf_init(&changes[i].text, 0);
	if (old != NULL) {
		compare(set, old, &changes[0], &changes[2]);
		compare(old, set, &changes[1], NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		if (changes[i].n > 0)
			buf_addf(&line, " %s=%zu:%.*s", changes[i].what, changes[i].n,
				 STR_ARG(buf_str(&changes[i].text)));
		buf_deinit(&changes[i].text);
	}
	log_info("rules", "in service rules=%zu files=%zu tests=%zu%.*s", ruleset_n_rules(set),
		 ruleset_n_files(set), tests->passed, STR_ARG(buf_str(&line)));
}

int reload_rules(struct ruleset **rules, struct rule_paths paths,
		 const struct ruleset_options *options)
{
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct rule_tests_result tests;
	struct ruleset *set = NULL;
	int r;

	r = reload_prove(&set, paths, options, &tests, &diag);
	log_complaints(&diag);
	if (r != 0) {
		log_error("rules", "%s errors=%zu",
			  *rules != NULL ? "the new rules were refused, the old ones keep running" :
					   "the rules were refused",
			  diag.n_errors);
		return r;
	}
	log_changes(*rules, set, &tests);
	ruleset_unref(*rules);
	*rules = set;
	return 0;
}
