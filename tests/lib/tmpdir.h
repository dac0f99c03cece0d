/* SPDX-License-Identifier: MIT */
/* A temporary folder that goes with everything in it. */
#pragma once

#include "base/arena.h"

struct tmpdir {
	char *path;
	struct arena arena; /* of the paths handed out */
};

void tmpdir_init(struct tmpdir *dir);
void tmpdir_deinit(struct tmpdir *dir);
const char *tmpdir_path(const struct tmpdir *dir);
/* Writes a file that others may not read, and gives its path, valid until tmpdir_deinit. */
const char *tmpdir_write(struct tmpdir *dir, const char *name, const char *text);
