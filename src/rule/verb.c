/* SPDX-License-Identifier: MIT */
#include "rule/verb.h"

static const struct {
	const char *name;
	bool talks, says;
} verbs[N_VERBS] = {
	[VERB_REPLY] = { "reply", true, true },
	[VERB_SAY] = { "say", true, true },
	[VERB_BROADCAST] = { "broadcast", true, true },
	[VERB_WHISPER] = { "whisper", true, true },
	[VERB_DM] = { "dm", false, true },
	[VERB_POST] = { "post", false, true },
	[VERB_REACT] = { "react", false, false },
	[VERB_UNREACT] = { "unreact", false, false },
	[VERB_EDIT] = { "edit", false, false },
	[VERB_REMOVE] = { "remove", false, false },
	[VERB_WEBHOOK] = { "webhook", false, false },
	[VERB_CALL] = { "call", false, false },
	[VERB_SET] = { "set", false, false },
	[VERB_ADD] = { "add", false, false },
	[VERB_WAIT] = { "wait", false, false },
};

const char *verb_name(enum verb verb)
{
	return verbs[verb].name;
}

enum verb verb_named(struct str name)
{
	int verb = 0;

	while (verb < N_VERBS && !str_is(name, verbs[verb].name))
		verb++;
	return (enum verb)verb;
}

bool verb_talks(enum verb verb)
{
	return verbs[verb].talks;
}

bool verb_says(enum verb verb)
{
	return verbs[verb].says;
}

bool verb_says_here(enum verb verb)
{
	return verb == VERB_REPLY || verb == VERB_SAY || verb == VERB_BROADCAST;
}
