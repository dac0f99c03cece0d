/* SPDX-License-Identifier: MIT */
#include "simulate/growth.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SETTLED_DAY = 9, /* by then all is kept that is kept for seven days */
	GROWTH_PERCENT = 3,
};

static long file_kb(const char *folder, const char *name)
{
	char path[4200];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &st) == 0 ? (long)(st.st_size / 1024) : 0;
}

static long count_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	long n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		closedir(d);
	return n;
}

static long memory_kb(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f != NULL && fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

struct measure growth_measure(const char *folder)
{
	return (struct measure){ memory_kb(), count_files(),
				 file_kb(folder, "retort.db") + file_kb(folder, "retort.db-wal") };
}

static long larger(long a, long b)
{
	return a > b ? a : b;
}

/* The most of three days, as a file has its tides. */
static struct measure most(const struct measure *days)
{
	struct measure m = days[0];

	for (int i = 1; i < 3; i++)
		m = (struct measure){ larger(m.memory_kb, days[i].memory_kb),
				      larger(m.files, days[i].files),
				      larger(m.store_kb, days[i].store_kb) };
	return m;
}

static bool is_flat(const char *what, long early, long late)
{
	if (late <= early + early * GROWTH_PERCENT / 100)
		return true;
	printf("%s grows: %ld, later %ld\n", what, early, late);
	return false;
}

bool growth_judge(const struct measure *days, int n_days)
{
	struct measure early = most(days + SETTLED_DAY), late = most(days + n_days - 3);
	bool good = is_flat("memory in kB", early.memory_kb, late.memory_kb);

	good = is_flat("the number of open files", early.files, late.files) && good;
	return is_flat("the store in kB", early.store_kb, late.store_kb) && good;
}
