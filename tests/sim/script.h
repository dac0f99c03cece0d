/* SPDX-License-Identifier: MIT */
/* Reads and plays scenarios: whole files, or line by line from someone who types. */
#pragma once

#include "sim/stage.h"

/* Reads the file and says everything that is wrong with it on standard error; false when something is. */
bool script_check(const char *path);
/* Plays a file that is well-formed. On failure the line, what was wanted, and the ledger go to standard error. */
bool script_play(struct stage *st, const char *path);
/* Serves commands from a descriptor until it ends or says `quit`. */
void script_serve(struct stage *st, int fd);
