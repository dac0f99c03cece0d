/* SPDX-License-Identifier: MIT */
/* simulate [--store sqlite] [FIRST [COUNT]]: plays so many seeds. `simulate -v SEED` tells one story step by step.
 * simulate --days N [SEED]: lives so many days over the store of SQLite, twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "simulate/days.h"
#include "simulate/play.h"

enum { STEPS = 400 };

int main(int argc, char **argv)
{
	const char *program = argv[0];
	enum play_store store = PLAY_JOURNAL;
	bool verbose = false;
	int n_days = 0;
	uint64_t first, count, failed = 0;
	struct play_tally t = { 0 };

	for (; argc > 1 && argv[1][0] == '-'; argc--, argv++) {
		if (strcmp(argv[1], "-v") == 0)
			verbose = true;
		else if (argc > 2 && strcmp(argv[1], "--store") == 0 &&
			 strcmp(argv[2], "sqlite") == 0) {
			store = PLAY_SQLITE;
			argc--;
			argv++;
		} else if (argc > 2 && strcmp(argv[1], "--days") == 0) {
			n_days = atoi(argv[2]);
			if (n_days < DAYS_MIN)
				return 2;
			argc--;
			argv++;
		} else {
			return 2;
		}
	}
	/* The folder of that store holds a lock and nothing else. */
	if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	/* What the engine says of so much trouble is of use for one story alone. */
	if (!verbose && freopen("/dev/null", "w", stderr) == NULL)
		return 2;
	if (n_days > 0) {
		bool good = days_play(first, n_days);

		printf("%d passed, %d failed\n", good, !good);
		return good ? 0 : 1;
	}
	for (uint64_t seed = first; seed < first + count; seed++) {
		if (play(seed, store, STEPS, verbose, &t))
			continue;
		failed++;
		printf("again, step by step: %s%s -v %llu\n", program,
		       store == PLAY_SQLITE ? " --store sqlite" : "", (unsigned long long)seed);
	}
	printf("%llu happenings, %llu answers, %llu refused, %llu unknown, %llu looked for, %llu of them found, "
	       "%llu held back, %llu given back, %llu deaths, "
	       "%llu of them in commits, %llu by power cuts, %llu reloads, %llu failed commits, %llu told again, %llu waits ended by people\n",
	       (unsigned long long)t.happenings, (unsigned long long)t.answers,
	       (unsigned long long)t.refused, (unsigned long long)t.unknown,
	       (unsigned long long)t.looked_for, (unsigned long long)t.found,
	       (unsigned long long)t.held_back, (unsigned long long)t.given_back,
	       (unsigned long long)t.deaths, (unsigned long long)t.deaths_in_commits,
	       (unsigned long long)t.power_cuts, (unsigned long long)t.reloads,
	       (unsigned long long)t.commits_failed, (unsigned long long)t.told_again,
	       (unsigned long long)t.cancelled);
	printf("%llu passed, %llu failed\n", (unsigned long long)(count - failed),
	       (unsigned long long)failed);
	return failed > 0;
}
