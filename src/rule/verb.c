/* SPDX-License-Identifier: MIT */
#include "rule/verb.h"

#include "rule/rule_builder.h"

/* Its name, the type of its value, its target, its reader, its help. */
#define KEY(n, t, a, r, h)                                                                       \
	{                                                                                        \
		.name = (n), .group = GROUP_ACTION, .type = (t), .target = (a), .repeats = true, \
		.turn = TURN_ACTIONS, .read = (r), .help = (h),                                  \
	}

/* clang-format off */
/* A key; then does, says, needs, method, told, outcome. */
const struct verb_row verb_rows[N_VERBS] = {
	[VERB_REPLY] = {
		KEY("reply", KEY_TEXT, TARGET_NONE, read_talk, "answers in the thread of the message"),
		DOES_JOBS, SAYS_HERE, NEEDS_PLACE, "chat.postMessage", "reply in", "says" },
	[VERB_SAY] = {
		KEY("say", KEY_TEXT, TARGET_NONE, read_talk, "answers where the message stands"),
		DOES_JOBS, SAYS_HERE, NEEDS_PLACE, "chat.postMessage", "say in", "says" },
	[VERB_BROADCAST] = {
		KEY("broadcast", KEY_TEXT, TARGET_NONE, read_talk,
		    "answers in the thread and shows it in the channel"),
		DOES_JOBS, SAYS_HERE, NEEDS_PLACE, "chat.postMessage", "broadcast in", "says" },
	[VERB_WHISPER] = {
		KEY("whisper", KEY_TEXT, TARGET_NONE, read_talk,
		    "answers so that only the author sees it"),
		DOES_JOBS, SAYS_ALONE, NEEDS_PLACE | NEEDS_PERSON, "chat.postEphemeral", "whisper to",
		"whispers" },
	[VERB_DM] = {
		KEY("dm", KEY_TEXT, TARGET_PERSON, read_talk, "a direct message"),
		DOES_JOBS, SAYS_ELSEWHERE, NEEDS_PERSON, "chat.postMessage", "dm", "dms" },
	[VERB_POST] = {
		KEY("post", KEY_TEXT, TARGET_CHANNEL, read_talk, "a message in another channel"),
		DOES_JOBS, SAYS_ELSEWHERE, NEEDS_NOTHING, "chat.postMessage", "post", "posts" },
	[VERB_REACT] = {
		KEY("react", KEY_ITEMS, TARGET_NONE, read_react, "puts emoji under the message"),
		DOES_JOBS, SAYS_NOTHING, NEEDS_PLACE | NEEDS_MESSAGE, "reactions.add", "react", "reacts" },
	[VERB_UNREACT] = {
		KEY("unreact", KEY_ITEMS, TARGET_NONE, read_react, "takes emoji away"),
		DOES_JOBS, SAYS_NOTHING, NEEDS_PLACE | NEEDS_MESSAGE, "reactions.remove", "unreact", "" },
	[VERB_EDIT] = {
		KEY("edit", KEY_TEXT, TARGET_NONE, read_talk, "changes an earlier answer"),
		DOES_JOBS, SAYS_ANEW, NEEDS_PLACE, "chat.update", "edit", "" },
	[VERB_REMOVE] = {
		KEY("remove", KEY_CHOICE, TARGET_NONE, read_remove, "deletes an earlier answer"),
		DOES_JOBS, SAYS_ANEW, NEEDS_PLACE, "chat.delete", "remove", "" },
	[VERB_WEBHOOK] = {
		KEY("webhook", KEY_JSON, TARGET_WEBHOOK, read_webhook, "calls an endpoint"),
		DOES_JOBS, SAYS_NOTHING, NEEDS_NOTHING, "", "call", "calls" },
	[VERB_CALL] = {
		KEY("call", KEY_JSON, TARGET_METHOD, read_call, "calls a method of the Web API"),
		DOES_JOBS, SAYS_NOTHING, NEEDS_NOTHING, "", "call", "calls" },
	[VERB_SET] = {
		KEY("set", KEY_TEXT, TARGET_VARIABLE, read_store, "stores a value"),
		DOES_STORE, SAYS_NOTHING, NEEDS_NOTHING, "", "set", "sets" },
	[VERB_ADD] = {
		KEY("add", KEY_TEXT, TARGET_VARIABLE, read_store, "adds to a number"),
		DOES_STORE, SAYS_NOTHING, NEEDS_NOTHING, "", "add", "sets" },
	[VERB_WAIT] = {
		KEY("wait", KEY_LINE, TARGET_NONE, read_wait, "does what follows later"),
		DOES_WAIT, SAYS_NOTHING, NEEDS_NOTHING, "", "wait", "" },
};
/* clang-format on */

enum verb verb_named(struct str name)
{
	int verb = 0;

	while (verb < N_VERBS &&
	       !(name.len > 0 && str_eq(name, str_from(verb_rows[verb].key.name))))
		verb++;
	return (enum verb)verb;
}

/* ---- the outcomes of tests ---- */

static const struct test_outcome outcomes[N_EXPECTS] = {
	[EXPECT_FIRES] = { "fires", NO_TARGET, false, false, "fires" },
	[EXPECT_SILENT] = { "silent", NO_TARGET, false, false, "silent" },
	[EXPECT_SAYS] = { "says", NO_TARGET, true, true, "says \"a part of the answer\"" },
	[EXPECT_WHISPERS] = { "whispers", NO_TARGET, true, true,
			      "whispers \"a part of the answer\"" },
	[EXPECT_POSTS] = { "posts", NEEDS_TARGET, true, false, "posts #channel" },
	[EXPECT_DMS] = { "dms", MAY_HAVE_TARGET, true, false, "dms @ana \"a part of it\"" },
	[EXPECT_REACTS] = { "reacts", MAY_HAVE_TARGET, false, false, "reacts :eyes:" },
	[EXPECT_CALLS] = { "calls", NEEDS_TARGET, true, false,
			   "calls webhook tickets` or `calls conversations.setTopic" },
	[EXPECT_SETS] = { "sets", NEEDS_TARGET, true, false, "sets karma" },
};

const struct test_outcome *test_outcome(enum test_expect expect)
{
	return &outcomes[expect];
}

enum test_expect test_outcome_named(struct str name)
{
	int expect = 0;

	while (expect < N_EXPECTS && !str_is(name, outcomes[expect].name))
		expect++;
	return (enum test_expect)expect;
}

bool test_outcome_is_about(enum test_expect expect, enum verb verb)
{
	if (expect == EXPECT_SAYS)
		return verb_talks(verb);
	return str_eq(str_from(outcomes[expect].name), str_from(verb_rows[verb].outcome));
}
