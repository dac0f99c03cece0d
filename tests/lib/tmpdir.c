/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "lib/tmpdir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/str.h"

void tmpdir_init(struct tmpdir *dir)
{
	const char *base = getenv("TMPDIR");

	arena_init(&dir->arena);
	if (base == NULL || base[0] == '\0')
		base = "/tmp";
	dir->path = mem_strdup(str_keepf(&dir->arena, "%s/retort-test-XXXXXX", base).p);
	if (mkdtemp(dir->path) == NULL) {
		perror(dir->path);
		abort();
	}
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void tmpdir_deinit(struct tmpdir *dir)
{
	nftw(dir->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir->path);
	arena_deinit(&dir->arena);
}

const char *tmpdir_path(const struct tmpdir *dir)
{
	return dir->path;
}

const char *tmpdir_write(struct tmpdir *dir, const char *name, const char *text)
{
	const char *path = str_keepf(&dir->arena, "%s/%s", dir->path, name).p;
	FILE *file = fopen(path, "w");

	if (file == NULL || fchmod(fileno(file), 0600) != 0 || fputs(text, file) < 0 ||
	    fclose(file) != 0) {
		perror(path);
		abort();
	}
	return path;
}
