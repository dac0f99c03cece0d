/* SPDX-License-Identifier: MIT */
/* Commands from someone who types, or from a program; each expectation that is met is answered by `ok`. */
#pragma once

#include "sim/stage.h"

/* Until `quit`, a signal, or the end of a terminal or pipe. A plain file is played and the serving goes on, as it
 * does with /dev/null. */
void serve_commands(struct stage *st, int fd);
