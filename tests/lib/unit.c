/* SPDX-License-Identifier: MIT */
#include "lib/unit.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int unit_main(const char *suite_name, const struct unit_case *cases, size_t n, int argc,
	      char **argv)
{
	CU_pSuite suite;
	unsigned failures;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	suite = CU_add_suite(suite_name, NULL, NULL);
	for (size_t i = 0; i < n; i++) {
		if (argc > 1 && strstr(cases[i].name, argv[1]) == NULL)
			continue;
		if (CU_add_test(suite, cases[i].name, cases[i].run) == NULL)
			return 1;
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
	CU_cleanup_registry();
	return failures == 0 ? 0 : 1;
}

void unit_str_is(struct str seen, const char *wanted, const char *file, unsigned line)
{
	bool same = str_is(seen, wanted);

	if (!same)
		printf("\n  %s:%u: seen \"%.*s\", wanted \"%s\"", file, line, STR_ARG(seen),
		       wanted);
	CU_assertImplementation(same ? CU_TRUE : CU_FALSE, line, "texts are the same", file, "",
				CU_FALSE);
}

unsigned unit_seed(void)
{
	const char *given = getenv("RETORT_SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

	printf("\n  RETORT_SEED=%u ", seed);
	return seed;
}
