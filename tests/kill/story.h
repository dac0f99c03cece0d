/* SPDX-License-Identifier: MIT */
/*
 * One story: people talk, the bot is killed again and again, and in the end it is left alone until it rests. Three of four
 * stories kill it at a system call, each time at another one; the fourth at a moment by lot, under load. What happens
 * follows from the seed as far as two processes allow.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "sim/certificates.h"

enum { STORY_KILLS = 10 };

struct story_setup {
	const char *program;	 /* the bot */
	const char *tracer;	 /* ourselves, who run it under trace_run */
	const char *probe_after; /* as the configuration says it */
	const struct certificates *certificates;
	int64_t lag_ms; /* after which the bot's posts stand in the history */
	bool rtm;
	bool forgetful; /* what happens while no socket is open is told to nobody */
	bool faults;	/* calls of the Web API go wrong, obeyed or not */
	bool unwatched; /* its system calls cannot be seen here: it is killed at moments alone */
	bool spare;	/* the bot is not killed at all */
	long n_calls;	/* system calls of a whole life; kills are spread over them */
	bool verbose;
};

struct story_tally {
	uint64_t stories, said, wanted, lost, doubled, wrong, unrest;
	uint64_t at_calls, at_moments, at_rest; /* kills */
	uint64_t redelivered, faults;
};

/* Plays it and adds what came of it; complaints go to standard output. False: something was lost, doubled or wrong. */
bool story_play(const struct story_setup *setup, uint64_t seed, struct story_tally *tally);
/* The system calls of a life in which all kinds of things are said and done; 0 = it does not even live. */
long story_measure(const struct story_setup *setup);
