/* SPDX-License-Identifier: MIT */
/* The running daemon: all workspaces in one loop, by the same rules, from the start to a proper goodbye. */
#pragma once

#include "daemon/conf.h"
#include "daemon/reload.h"

/* Runs until a signal ends it, or until no workspace is left that can work; gives the exit status. `conf` is finished. */
int daemon_run(const struct conf *conf, struct rule_paths paths);
