/* SPDX-License-Identifier: MIT */
/*
 * Rule files: whatever stands in them, loading ends, says why when it refuses, and a set that loaded can be
 * asked about messages (its own text among them) without harm.
 */
#include <stdlib.h>
#include "base/mem.h"
#include "calendar/zone.h"
#include "template/condition.h"
#include "template/json_template.h"
#include "model/workspace.h"
#include "rule/match.h"
#include "rule/ruleset.h"
#include "rule/subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	(void)w;
	return name.len % 3 == 0	    ? TRISTATE_UNKNOWN :
	       str_eq(name, person->handle) ? TRISTATE_YES :
					      TRISTATE_NO;
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	(void)w;
	return id.len % 2 == 0 && person->id.len > 0 ? TRISTATE_YES : TRISTATE_NO;
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

static void on_asked(void *owner, const struct rule *rule, const char *predicate,
		     enum tristate answer, struct str seen, struct str wanted)
{
	(void)rule;
	(void)predicate;
	(void)answer;
	*(size_t *)owner += seen.len + wanted.len;
}

static void ask_rules(const struct ruleset *set, struct event *ev)
{
	static const struct resolver resolver = {
		.is_user = is_user,
		.in_group = in_group,
	};
	static const struct workspace workspace = { .name = "main", .resolver = &resolver };
	size_t told = 0;
	const struct trace trace = { &told, on_asked };
	struct captures caught;

	ev->workspace = &workspace;
	for (size_t i = 0; i < ruleset_n_rules(set) && i < 16; i++) {
		enum tristate answer = rule_match(ruleset_rule(set, i), ev, &caught, NULL, NULL);

		if (answer == TRISTATE_YES && look_is_plain(&ruleset_rule(set, i)->look))
			check_captures(&caught, ev->text);
		/* Listening changes nothing, but for what runs out of time. */
		enum tristate again = rule_match(ruleset_rule(set, i), ev, &caught, &trace, NULL);

		if (again != answer && again != TRISTATE_UNKNOWN && answer != TRISTATE_UNKNOWN)
			abort();
	}
}

/* ---- what rules do, with a host that knows nothing but one text ---- */

static bool on_value(void *owner, const struct reference *ref, struct value *out)
{
	*out = (struct value){ .kind = VALUE_TEXT, .text = *(const struct str *)owner };
	if (ref->name == NAME_TABLE || ref->name == NAME_LIST)
		return false;
	return out->text.len > 0;
}

static enum tristate is_named(void *owner, const struct value *value, struct str name)
{
	(void)owner;
	return str_eq(value->text, name) ? TRISTATE_YES : TRISTATE_NO;
}

static size_t on_random(void *owner, size_t n)
{
	(void)owner;
	return n - 1;
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	buf_add(out, value->text);
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	buf_add(out, text);
}

static void render(const struct template *t, const struct template_host *host)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_init(&out, 0);
	if (t != NULL)
		template_render(t, host, &out);
}

static void send(const struct json_template *form, const struct template_host *host)
{
	const struct template_host hosts[N_PLACES] = { *host, *host, *host };
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct json *json;

	if (form == NULL)
		return;
	buf_init(&out, 0);
	json = json_template_render(form, hosts);
	json_print(json, &out);
	json_free(json);
}

static void act(const struct rule *rule, struct str text)
{
	const struct template_host host = {
		.owner = &text,
		.value = on_value,
		.is_named = is_named,
		.put = on_put,
		.literal = on_literal,
		.random = on_random,
		.filters = { { 1767787200000 }, zone_utc() },
	};

	if (rule->condition != NULL)
		condition_ask(rule->condition, &host);
	for (size_t i = 0; i < rule->n_limits; i++)
		render(rule->limits[i].key, &host);
	for (size_t i = 0; i < rule->n_actions; i++) {
		const struct rule_action *action = &rule->actions[i];

		for (size_t t = 0; t < action->n_texts; t++)
			render(action->texts[t], &host);
		render(action->target, &host);
		render(action->key, &host);
		send(action->form, &host);
		send(action->blocks, &host);
	}
}

static void run_tests(const struct ruleset *set)
{
	for (size_t i = 0; i < ruleset_n_rules(set) && i < 16; i++) {
		const struct rule *rule = ruleset_rule(set, i);

		act(rule, STR("<!here> 5"));
		act(rule, STR_EMPTY);
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

static void ask_with_own_text(const struct ruleset *set, struct str text)
{
	struct event *ev = event_new();

	ev->text = ev->text_to_bot = text;
	ev->text_known = true;
	ev->channel = STR("C1");
	ev->channel_name = STR("general");
	ev->channel_kind = CHANNEL_PUBLIC;
	ev->user.id = STR("U1");
	ev->user.handle = STR("ana");
	ev->time = (struct wall){ 1767787200000 };
	ev->payload = json_new_object();
	json_set_str(ev->payload, "a", text);
	ask_rules(set, ev);
	event_free(ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const webhooks[] = { "x", "tickets", NULL };
	const struct ruleset_options options = {
		.allow_broadcast = size % 2 == 0,
		.calls = "*",
		.zone = "UTC",
		.webhooks = size % 3 == 0 ? NULL : webhooks,
	};
	struct str text = str_make((const char *)data, size);
	struct ruleset *set = NULL;
	struct diag diag;
	int r;

	diag_init(&diag);
	r = ruleset_load_text(&set, text, "fuzz.ini", &options, &diag);
	if ((r == 0) != (diag.n_errors == 0) || (r == 0) != (set != NULL))
		abort();
	if (set != NULL) {
		ask_with_own_text(set, text);
		run_tests(set);
		ruleset_each_name(set, on_name, NULL);
	}
	ruleset_unref(set);
	diag_deinit(&diag);
	return 0;
}
