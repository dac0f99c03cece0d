/* SPDX-License-Identifier: MIT */
/* An editing session: rules saved again and again, by hasty people who make mistakes, while the client runs. */
#pragma once

#include "sim/stage.h"

/*
 * Saves `rules` in turn as they are, with another rule behind them, and broken; in place, in steps, and by a new file
 * that takes the old one's name; some at once behind each other. After each burst the client must have taken the
 * last one, or refused it. Prints one line. False after stage_fail: also when the client's memory grew from the
 * first fifth of the saves to the end.
 */
bool edits_play(struct stage *st, struct str rules, int64_t saves);
