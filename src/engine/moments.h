/* SPDX-License-Identifier: MIT */
/* What is done at the moments that rules wait for (engine/schedule.h), and how far time has come with that. */
#pragma once

struct engine;

/* By the rules that there are now: what has come since the last moment that was done, and is to come. */
void moments_plan(struct engine *e);
/* Does what has come. What would be refused stays to come. */
void moments_do(struct engine *e);
/* The old rules go: what is due and not done yet is not lost with them; what lies behind us does not come again. */
void moments_note_time(struct engine *e);
/* How far time has come, for the store: it stands together with what was done at the moments before it. */
void moments_keep_time(struct engine *e);
