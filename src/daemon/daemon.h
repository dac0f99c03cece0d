/* SPDX-License-Identifier: MIT */
/* The running daemon: introduces the rooms to each other, from the first auth.test to a proper goodbye. */
#pragma once

#include "daemon/conf.h"
#include "daemon/reload.h"

/* Runs until a signal or a fatal answer ends it; gives the exit status. `conf` is finished. */
int daemon_run(const struct conf *conf, struct rule_paths paths);
