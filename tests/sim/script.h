/* SPDX-License-Identifier: MIT */
/* Reads and plays scenarios. */
#pragma once

#include "sim/stage.h"

struct step;

/* Reads the file and says everything that is wrong with it on standard error; false when something is. */
bool script_check(const char *path);
/* Plays a file that is well-formed. On failure the line, what was wanted, and the ledger go to standard error. */
bool script_play(struct stage *st, const char *path);
/* Plays one step; false, and a sentence on standard error, when it fails. */
bool script_step(struct stage *st, const char *file, const struct step *step);
