/* SPDX-License-Identifier: MIT */
/* Shows the conversation to a person as it goes: who said what, and how soon the bot answered. */
#pragma once

#include "sim/stage.h"

/* From now on everything that people could see is printed to stage::show. */
void transcript_start(struct stage *st);
/* Lets someone at the terminal speak as `u` in `c`, until the input ends or they say /quit. */
void transcript_talk(struct stage *st, struct user *u, struct channel *c, int fd);
