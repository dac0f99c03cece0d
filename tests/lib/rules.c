/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"

#include "lib/unit.h"

void rules_init_with(struct rules *r, const char *text, const struct ruleset_options *options)
{
	struct diag diag = { 0 };

	*r = (struct rules){ 0 };
	buf_init(&r->told, 0);
	ruleset_load_text(&r->set, str_from(text), "test.ini", options, &diag);
	for (size_t i = 0; i < diag.n_entries; i++)
		buf_addf(&r->told, "%s%u: %s%s", i > 0 ? "\n" : "", diag.entries[i].line,
			 diag.entries[i].level == DIAG_WARNING ? "warning: " : "",
			 diag.entries[i].text);
	diag_deinit(&diag);
}

void rules_init(struct rules *r, const char *text)
{
	const struct ruleset_options options = { 0 };

	rules_init_with(r, text, &options);
}

void rules_deinit(struct rules *r)
{
	ruleset_unref(r->set);
	buf_deinit(&r->told);
}

struct ruleset *rules_good(const char *text)
{
	struct rules r;

	rules_init(&r, text);
	ASSERT_STR(buf_str(&r.told), "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(r.set);
	buf_deinit(&r.told);
	return r.set;
}

void rules_complain(const char *text, const char *told, const char *file, unsigned line)
{
	struct rules r;

	rules_init(&r, text);
	unit_str_is(buf_str(&r.told), told, file, line);
	rules_deinit(&r);
}
