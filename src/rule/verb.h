/* SPDX-License-Identifier: MIT */
/* The verbs of the rule language, in the order of its manual. */
#pragma once

#include <stdbool.h>
#include "base/str.h"

enum verb {
	VERB_REPLY,
	VERB_SAY,
	VERB_BROADCAST,
	VERB_WHISPER,
	VERB_DM,
	VERB_POST,
	VERB_REACT,
	VERB_UNREACT,
	VERB_EDIT,
	VERB_REMOVE,
	VERB_WEBHOOK,
	VERB_CALL,
	/* These make no job: they are done at once, or make the others wait. */
	VERB_SET,
	VERB_ADD,
	VERB_WAIT,
	N_VERBS
};

const char *verb_name(enum verb verb);
/* N_VERBS = none has this name. */
enum verb verb_named(struct str name);
/* Does it end the search for talking rules? */
bool verb_talks(enum verb verb);
/* Does it say something to all, where the event happened? */
bool verb_says_here(enum verb verb);
/* Does it say something, wherever (also in a DM or another channel)? */
bool verb_says(enum verb verb);
