/* SPDX-License-Identifier: MIT */
/*
 * Rule files: whatever stands in them, loading ends, says why when it refuses, and a set that loaded can be
 * asked about messages (its own text among them) without harm.
 */
#include <stdlib.h>
#include "base/mem.h"
#include "rule/match.h"
#include "rule/set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum answer is_user(void *owner, struct str name, const struct person *person)
{
	(void)owner;
	return name.len % 3 == 0	    ? ANSWER_UNKNOWN :
	       str_eq(name, person->handle) ? ANSWER_YES :
					      ANSWER_NO;
}

static struct mono now(void *owner)
{
	(void)owner;
	return clock_mono(clock_system());
}

static void check_captures(const struct captures *caught, struct str text)
{
	for (size_t i = 0; i < caught->n; i++) {
		struct str group = caught->group[i];

		if (group.p != NULL &&
		    (group.p < text.p || group.p + group.len > text.p + text.len))
			abort();
	}
}

static void on_asked(void *owner, const struct rule *rule, const char *question, enum answer answer,
		     struct str seen, struct str wanted)
{
	(void)rule;
	(void)question;
	(void)answer;
	*(size_t *)owner += seen.len + wanted.len;
}

static void ask_rules(const struct set *set, struct event *ev)
{
	const struct match_world world = { .is_user = is_user, .now = now };
	size_t told = 0;
	const struct witness witness = { &told, on_asked };
	struct captures caught;

	for (size_t i = 0; i < set_n_rules(set) && i < 16; i++) {
		enum answer answer = rule_match(set_rule(set, i), ev, &world, &caught, NULL);

		if (answer == ANSWER_YES)
			check_captures(&caught, ev->text);
		/* Listening changes nothing, but for what runs out of time. */
		enum answer again = rule_match(set_rule(set, i), ev, &world, &caught, &witness);

		if (again != answer && again != ANSWER_UNKNOWN && answer != ANSWER_UNKNOWN)
			abort();
	}
}

static void run_tests(const struct set *set)
{
	for (size_t i = 0; i < set_n_rules(set) && i < 16; i++) {
		const struct rule *rule = set_rule(set, i);

		for (size_t t = 0; t < rule->n_tests && t < 16; t++)
			ask_rules(set, rule->tests[t].event);
	}
}

static void on_name(void *owner, char sigil, struct str name, struct place at)
{
	(void)owner;
	if ((sigil != '@' && sigil != '#') || name.len == 0 || at.line == 0)
		abort();
}

static void ask_with_own_text(const struct set *set, struct str text)
{
	struct event *ev = event_new();

	ev->text = ev->text_to_bot = text;
	ev->text_known = true;
	ev->channel = STR("C1");
	ev->channel_name = STR("general");
	ev->channel_kind = CHANNEL_PUBLIC;
	ev->user.id = STR("U1");
	ev->user.handle = STR("ana");
	ask_rules(set, ev);
	event_free(ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct set_options options = { .allow_broadcast = size % 2 == 0 };
	struct str text = str_make((const char *)data, size);
	struct set *set = NULL;
	struct diag diag;
	int r;

	diag_init(&diag);
	r = set_load_text(&set, text, "fuzz.ini", &options, &diag);
	if ((r == 0) != (diag.n_errors == 0) || (r == 0) != (set != NULL))
		abort();
	if (set != NULL) {
		ask_with_own_text(set, text);
		run_tests(set);
		set_each_name(set, on_name, NULL);
	}
	set_unref(set);
	diag_deinit(&diag);
	return 0;
}
