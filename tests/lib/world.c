/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
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

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	(void)w;
	if (str_is(name, "nobody-knows"))
		return TRISTATE_UNKNOWN;
	return tristate_of(str_eq_nocase(name, person->handle));
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	(void)w;
	(void)id;
	(void)person;
	return TRISTATE_UNKNOWN;
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

static bool find(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	(void)w;
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

static bool person(const struct workspace *w, struct str id, struct person *out)
{
	(void)w;
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		if (str_is(id, people[i].id)) {
			*out = person_at(i);
			return true;
		}
	}
	return false;
}

static bool channel(const struct workspace *w, struct str id, struct str *name)
{
	(void)w;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		if (str_is(id, channels[i].id)) {
			*name = str_from(channels[i].name);
			return true;
		}
	}
	return false;
}

static struct world *world_of(const struct workspace *w)
{
	return container_of(w, struct world, workspace);
}

static size_t roll(const struct workspace *w, size_t n)
{
	return world_of(w)->dice % n;
}

static const struct resolver resolver = {
	.is_user = is_user,
	.in_group = in_group,
	.find = find,
	.person = person,
	.channel = channel,
	.random = roll,
};

void world_init(struct world *w)
{
	*w = (struct world){
		.workspace = { .me = { .team_id = (char *)"T1",
				       .team_name = (char *)"Acme",
				       .team_url = (char *)"https://acme.slack.com/",
				       .user_id = (char *)"UBOT",
				       .user_name = (char *)"Retort" },
			       .resolver = &resolver },
	};
	fakeclock_init(&w->clock);
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
	struct captures captures;

	*v = (struct view){ .set = world_rules(rules), .ev = take, .run = run_new(1, take) };
	take->workspace = &w->workspace;
	state_init(&v->state, NULL);
	arena_init(&v->arena);
	CU_ASSERT_EQUAL_FATAL(rule_match(ruleset_rule(v->set, 0), take, &captures, NULL, NULL),
			      TRISTATE_YES);
	run_catch(v->run, &captures);
	v->values = (struct values){
		.rule = ruleset_rule(v->set, 0),
		.ev = take,
		.run = v->run,
		.state = &v->state,
		.clock = &w->clock.clock,
		.arena = &v->arena,
	};
}

void view_deinit(struct view *v)
{
	run_free(v->run);
	state_deinit(&v->state);
	arena_deinit(&v->arena);
	event_free(v->ev);
	ruleset_unref(v->set);
}
