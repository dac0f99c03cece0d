/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include <string.h>
#include "base/arena.h"
#include "template/condition.h"
#include "template/json_template.h"
#include "pattern/pattern.h"
#include "rule/shared.h"
#include "rule/subject.h"
#include "template/template.h"

const char *rule_key_of(const struct rule *r, const char *predicate)
{
	return r->any_keys != NULL && strcmp(predicate, "match") == 0 ? r->any_keys : predicate;
}

bool rule_is_timed(const struct rule *r)
{
	for (size_t i = 0; i < r->n_triggers; i++) {
		if (r->triggers[i].kind != EVENT_TIME)
			return false;
	}
	return r->n_triggers > 0;
}

static void free_patterns(struct pattern **patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pattern_free(patterns[i]);
}

static void action_deinit(struct rule_action *action)
{
	for (size_t i = 0; i < action->n_texts; i++)
		template_free(action->texts[i]);
	template_free(action->target);
	template_free(action->key);
	json_template_free(action->form);
	json_template_free(action->blocks);
}

void rule_free(struct rule *r)
{
	struct arena arena;

	free_patterns(r->any, r->n_any);
	free_patterns(r->except, r->n_except);
	free_patterns(r->look.ignore, r->look.n_ignore);
	condition_free(r->condition);
	for (size_t i = 0; i < r->n_actions; i++)
		action_deinit(&r->actions[i]);
	for (size_t i = 0; i < r->n_limits; i++)
		template_free(r->limits[i].key);
	for (size_t i = 0; i < r->n_tests; i++)
		event_free(r->tests[i].event);
	shared_unref(r->shared);
	arena = r->arena; /* the rule itself lies in it */
	arena_deinit(&arena);
}

struct rule *rule_new(struct shared *shared)
{
	struct arena arena = { 0 };
	struct rule *r;

	r = arena_alloc(&arena, sizeof(*r));
	r->n_refs = 1;
	r->arena = arena;
	r->shared = shared_ref(shared);
	r->zone = shared->zone;
	r->look.parts = LOOK_DEFAULT;
	return r;
}

/* ---- what it wants to know ---- */

/* Not every event says what kind of channel it comes from; a direct message is known by its id. */
static bool must_be_looked_up(const struct scope_item *item)
{
	return item->kind == SCOPE_NAME || item->kind == SCOPE_GUESTS || item->kind == SCOPE_LIST ||
	       (item->kind == SCOPE_CHANNEL_KIND && item->channel_kind != CHANNEL_DM);
}

static bool has_names(const struct scope *scope)
{
	for (size_t i = 0; i < scope->n; i++) {
		if (must_be_looked_up(&scope->items[i]))
			return true;
	}
	return false;
}

static bool has_groups(const struct scope *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct scope_item *item = &from->items[i];

		if (item->kind == SCOPE_GROUP_ID ||
		    (item->kind == SCOPE_LIST && has_groups(&item->list->people)))
			return true;
	}
	return false;
}

/* Does it matter in which thread the message stands? An answer goes there. */
static bool wants_thread(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_limits; i++) {
		if (rule->limits[i].by & BY_THREAD)
			return true;
	}
	return rule->thread != THREAD_ANY || rule_talks(rule);
}

struct wants {
	bool text, names;
	unsigned shown; /* enum event_part */
	bool caught;
};

static void note_reference(void *owner, const struct reference *ref, bool as_text)
{
	struct wants *wants = owner;

	wants->text = wants->text || reference_wants_text(ref);
	wants->shown |= ref->name == NAME_TEXT ? EVENT_TEXT : 0;
	wants->shown |= ref->name == NAME_EVENT ? EVENT_PAYLOAD : 0;
	wants->caught = wants->caught || ref->name == NAME_MATCH || ref->name == NAME_GROUP;
	wants->names = wants->names || reference_wants_names(ref, as_text);
}

static void note_template(const struct template *t, struct wants *wants)
{
	if (t != NULL)
		template_each_reference(t, note_reference, wants);
}

/* What is sent to others has names where Slack has mentions. */
static void note_plain_reference(void *owner, const struct reference *ref, bool as_text)
{
	(void)as_text;
	note_reference(owner, ref, true);
}

static void note_action(const struct rule_action *action, struct wants *wants)
{
	for (size_t i = 0; i < action->n_texts; i++)
		note_template(action->texts[i], wants);
	note_template(action->target, wants);
	note_template(action->key, wants);
	if (action->form != NULL)
		json_template_each_reference(action->form, note_plain_reference, wants);
	if (action->blocks != NULL)
		json_template_each_reference(action->blocks, note_reference, wants);
}

void rule_note_wants(struct rule *rule)
{
	struct wants wants = {
		.text = rule->n_any > 0 || rule->n_except > 0,
		.names = has_names(&rule->in) || has_names(&rule->from),
	};

	for (size_t i = 0; i < rule->n_actions; i++)
		note_action(&rule->actions[i], &wants);
	rule->shows = wants.shown;
	rule->shows_caught = wants.caught;
	for (size_t i = 0; i < rule->n_limits; i++)
		note_template(rule->limits[i].key, &wants);
	if (rule->condition != NULL)
		condition_each_reference(rule->condition, note_reference, &wants);
	rule->asks_payload = (wants.shown & EVENT_PAYLOAD) != 0;
	rule->wants_names = wants.names;
	rule->wants_groups = has_groups(&rule->from);
	rule->wants_reacted = wants.text || wants_thread(rule);
}

/* ---- names ---- */

struct name_walk {
	rule_name_fn *on_name;
	void *owner;
	struct place at;
};

void scope_each_name(const struct scope *scope, char sigil, rule_name_fn *on_name, void *owner)
{
	for (size_t i = 0; i < scope->n; i++) {
		const struct scope_item *item = &scope->items[i];

		if (item->kind == SCOPE_NAME && !item->glob)
			on_name(owner, sigil, str_from(item->name), item->at);
	}
}

static void on_literal_name(void *owner, char sigil, struct str name)
{
	const struct name_walk *walk = owner;

	walk->on_name(walk->owner, sigil, name, walk->at);
}

static void walk_action(struct name_walk *walk, const struct rule_action *action)
{
	struct str target;

	walk->at = action->at;
	for (size_t i = 0; i < action->n_texts; i++)
		template_each_name(action->texts[i], on_literal_name, walk);
	if (action->blocks != NULL)
		json_template_each_name(action->blocks, on_literal_name, walk);
	if (action->target != NULL && template_is_literal(action->target, &target) &&
	    target.len > 1 && (target.p[0] == '#' || target.p[0] == '@'))
		walk->on_name(walk->owner, target.p[0], str_sub(target, 1, target.len), action->at);
}

void rule_each_name(const struct rule *r, rule_name_fn *on_name, void *owner)
{
	struct name_walk walk = { .on_name = on_name, .owner = owner };

	scope_each_name(&r->in, '#', on_name, owner);
	scope_each_name(&r->from, '@', on_name, owner);
	scope_each_name(&r->owners, '@', on_name, owner);
	walk.at = r->at;
	if (r->condition != NULL)
		condition_each_name(r->condition, on_literal_name, &walk);
	for (size_t i = 0; i < r->n_actions; i++)
		walk_action(&walk, &r->actions[i]);
}

static bool is_of_the_event(const struct reference *ref)
{
	return ref->name == NAME_USER || ref->name == NAME_AUTHOR || ref->name == NAME_CHANNEL;
}

/* `{text.mention}` is a mention of whoever has that name; what is shown of a table may mention people. */
static void on_said_reference(void *owner, const struct reference *ref, bool as_text)
{
	const struct name_walk *walk = owner;

	(void)as_text;
	if (ref->name == NAME_TABLE && ref->table != NULL)
		table_each_name(ref->table, walk->on_name, walk->owner);
	else if (ref->field == FIELD_MENTION && !is_of_the_event(ref))
		walk->on_name(walk->owner, '@', STR_EMPTY, walk->at);
}

/* A person or a channel of the event is known by id. */
static void on_target_reference(void *owner, const struct reference *ref, bool as_text)
{
	const struct name_walk *walk = owner;

	if (ref->name == NAME_TABLE)
		on_said_reference(owner, ref, as_text);
	else if (!is_of_the_event(ref))
		walk->on_name(walk->owner, '@', STR_EMPTY, walk->at);
}

void rule_each_said_name(const struct rule *r, rule_name_fn *on_name, void *owner)
{
	struct name_walk walk = { .on_name = on_name, .owner = owner };

	for (size_t i = 0; i < r->n_actions; i++) {
		const struct rule_action *action = &r->actions[i];

		walk_action(&walk, action);
		for (size_t t = 0; t < action->n_texts; t++)
			template_each_reference(action->texts[t], on_said_reference, &walk);
		if (action->blocks != NULL)
			json_template_each_reference(action->blocks, on_said_reference, &walk);
		if (action->target != NULL)
			template_each_reference(action->target, on_target_reference, &walk);
	}
}
