/* SPDX-License-Identifier: MIT */
/* A CUnit program in a table: `UNIT_MAIN("str", { "cuts at commas", test_str_cut }, …)`. */
#pragma once

#include <CUnit/CUnit.h>
#include <stddef.h>
#include "base/mem.h"
#include "base/str.h"

struct unit_case {
	const char *name;
	void (*run)(void);
};

/* Runs all cases, or those whose name contains argv[1]; exit status 1 when one failed. */
int unit_main(const char *suite, const struct unit_case *cases, size_t n, int argc, char **argv);

#define UNIT_MAIN(suite, ...)                                                           \
	int main(int argc, char **argv)                                                 \
	{                                                                               \
		static const struct unit_case unit_cases[] = { __VA_ARGS__ };           \
		return unit_main(suite, unit_cases, ARRAY_LEN(unit_cases), argc, argv); \
	}

/* Compares and shows both texts when they differ. */
void unit_str_is(struct str seen, const char *wanted, const char *file, unsigned line);
#define ASSERT_STR(seen, wanted) unit_str_is(seen, wanted, __FILE__, __LINE__)

/* Seed of a random test: $RETORT_SEED or the clock; printed once. */
unsigned unit_seed(void);
