/* SPDX-License-Identifier: MIT */
#include "lib/world.h"

#include "lib/rules.h"
#include "lib/unit.h"

static const struct {
	const char *id, *handle, *name, *email;
} people[] = {
	{ "U1ANA", "ana", "Ana", "ana@acme.example" },
	{ "U9RAJ", "raj", "Raj", "raj@acme.example" },
	{ "UBOT", "retort", "Retort", "" },
};

static const struct {
	const char *id, *name;
} channels[] = {
	{ "C1GENERAL", "general" },
	{ "C2INC", "incidents" },
};

static enum tristate is_user(void *owner, struct str name, const struct person *person)
{
	(void)owner;
	if (str_is(name, "nobody-knows"))
		return TRISTATE_UNKNOWN;
	return str_eq(name, person->handle) ? TRISTATE_YES : TRISTATE_NO;
}

static struct str team_url(void *owner)
{
	(void)owner;
	return STR("https://acme.slack.com/");
}

static struct str team_name(void *owner)
{
	(void)owner;
	return STR("Acme");
}

static struct person person_at(size_t i)
{
	return (struct person){
		.id = str_from(people[i].id),
		.handle = str_from(people[i].handle),
		.name = str_from(people[i].name),
		.email = str_from(people[i].email),
	};
}

static void bot(void *owner, struct person *out)
{
	(void)owner;
	*out = person_at(2);
}

static bool find(void *owner, char sigil, struct str name, struct str *id)
{
	(void)owner;
	for (size_t i = 0; sigil == '@' && i < ARRAY_LEN(people); i++) {
		if (str_is(name, people[i].handle)) {
			*id = str_from(people[i].id);
			return true;
		}
	}
	for (size_t i = 0; sigil == '#' && i < ARRAY_LEN(channels); i++) {
		if (str_is(name, channels[i].name)) {
			*id = str_from(channels[i].id);
			return true;
		}
	}
	return false;
}

static bool person(void *owner, struct str id, struct person *out)
{
	(void)owner;
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		if (str_is(id, people[i].id)) {
			*out = person_at(i);
			return true;
		}
	}
	return false;
}

static bool channel(void *owner, struct str id, struct str *name)
{
	(void)owner;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		if (str_is(id, channels[i].id)) {
			*name = str_from(channels[i].name);
			return true;
		}
	}
	return false;
}

static size_t roll(void *owner, size_t n)
{
	return ((const struct world *)owner)->dice % n;
}

static struct wall now(void *owner)
{
	return clock_wall(&((const struct world *)owner)->clock.clock);
}

/* The budget of patterns is asked for while they run. */
static struct mono pattern_now(void *owner)
{
	struct world *w = owner;

	fakeclock_pass(&w->clock, w->look_ms);
	return clock_mono(&w->clock.clock);
}

void world_init(struct world *w)
{
	*w = (struct world){ .dice = 0 };
	fakeclock_init(&w->clock);
	w->match = (struct match_world){ .owner = w, .is_user = is_user, .now = pattern_now };
	w->action = (struct action_world){
		.owner = w,
		.team_url = team_url,
		.team_name = team_name,
		.bot = bot,
		.find = find,
		.person = person,
		.channel = channel,
		.random = roll,
		.now = now,
	};
}

struct ruleset *world_rules(const char *text)
{
	static const char *const webhooks[] = { "tickets", "lab", NULL };
	const struct ruleset_options options = { .zone = "UTC", .webhooks = webhooks };
	struct rules r;

	rules_init_with(&r, text, &options);
	ASSERT_STR(buf_str(&r.told), "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(r.set);
	buf_deinit(&r.told);
	return r.set;
}

/* ---- one view ---- */

void view_init(struct view *v, struct world *w, const char *rules, struct event *take)
{
	*v = (struct view){ .set = world_rules(rules), .ev = take };
	facts_init(&v->facts);
	arena_init(&v->arena);
	CU_ASSERT_EQUAL_FATAL(
		rule_match(ruleset_rule(v->set, 0), take, &w->match, &v->captures, NULL),
		TRISTATE_YES);
	v->values = (struct values){
		.rule = ruleset_rule(v->set, 0),
		.ev = take,
		.captures = &v->captures,
		.facts = &v->facts,
		.world = &w->action,
		.arena = &v->arena,
	};
}

void view_deinit(struct view *v)
{
	facts_deinit(&v->facts);
	arena_deinit(&v->arena);
	event_free(v->ev);
	ruleset_unref(v->set);
}
