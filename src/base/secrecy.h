/* SPDX-License-Identifier: MIT */
/* Keeps what the process knows from those who share its machine. */
#pragma once

#include <sys/types.h>

/* From now on the process leaves no core behind, and neither a debugger nor /proc shows its memory or environment to
 * others of the same user. */
void secrecy_begin(void);
/* Overwrites the variable's value where it lies, which /proc/PID/environ shows, and forgets it; the value that getenv
 * gave is empty then. */
void secrecy_wipe_variable(const char *name);
/* The permissions of the file if others than its owner and group may read it, else 0. */
mode_t secrecy_open_to_others(const char *path);
