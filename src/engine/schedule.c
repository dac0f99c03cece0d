/* SPDX-License-Identifier: MIT */
#include "engine/schedule.h"

#include <stdlib.h>
#include "calendar/cron.h"

struct appointment {
	const struct rule *rule;
	const struct cron *moment; /* NULL = the end of the rule */
	struct wall at;
};

static void add(struct schedule *s, const struct rule *rule, const struct cron *moment,
		struct wall at)
{
	s->items = mem_grow(s->items, s->n + 1, sizeof(s->items[0]));
	s->items[s->n++] = (struct appointment){ rule, moment, at };
}

static void add_moment(struct schedule *s, const struct rule *rule, const struct cron *moment,
		       const struct schedule_span *span)
{
	int64_t within_ms = rule->within_ms > 0 ? rule->within_ms : span->within_ms;
	struct wall earliest = { span->now.ms - within_ms };
	struct wall at;

	if (!cron_next(moment, rule->zone, span->after, &at))
		return;
	if (within_ms > 0 && at.ms < earliest.ms) {
		s->n_too_late++;
		if (!cron_next(moment, rule->zone, (struct wall){ earliest.ms - 1 }, &at))
			return;
	}
	add(s, rule, moment, at);
}

static void add_rule(struct schedule *s, const struct rule *rule, const struct schedule_span *span)
{
	for (size_t i = 0; i < rule->n_triggers; i++) {
		if (rule->triggers[i].cron != NULL)
			add_moment(s, rule, rule->triggers[i].cron, span);
	}
	if (rule->expires != NULL)
		add(s, rule, NULL, rule->expires_at);
}

void schedule_init(struct schedule *s, const struct ruleset *set, const struct schedule_span *span)
{
	*s = (struct schedule){ 0 };
	for (size_t i = 0; i < ruleset_n_rules(set); i++)
		add_rule(s, ruleset_rule(set, i), span);
}

void schedule_deinit(struct schedule *s)
{
	free(s->items);
	*s = (struct schedule){ 0 };
}

static struct appointment *first_of(const struct schedule *s)
{
	struct appointment *first = NULL;

	for (size_t i = 0; i < s->n; i++) {
		if (first == NULL || s->items[i].at.ms < first->at.ms)
			first = &s->items[i];
	}
	return first;
}

bool schedule_next(const struct schedule *s, struct wall *out)
{
	const struct appointment *first = first_of(s);

	if (first != NULL)
		*out = first->at;
	return first != NULL;
}

bool schedule_take(struct schedule *s, struct wall now, const struct rule **rule,
		   enum moment_kind *kind, struct wall *at)
{
	struct appointment *first = first_of(s);

	if (first == NULL || first->at.ms > now.ms)
		return false;
	*rule = first->rule;
	*kind = first->moment != NULL ? MOMENT_TICK : MOMENT_EXPIRY;
	*at = first->at;
	if (first->moment == NULL || !cron_next(first->moment, first->rule->zone, now, &first->at))
		*first = s->items[--s->n];
	return true;
}

struct event *schedule_event(const struct rule *rule, struct wall at, struct str team)
{
	struct event *ev = event_new();

	ev->kind = EVENT_TIME;
	ev->type = STR("time");
	ev->team = str_keep(&ev->arena, team);
	ev->for_rule = str_keep(&ev->arena, str_from(rule->name));
	ev->time = at;
	ev->text_known = true;
	ev->key = str_keepf(&ev->arena, "time:%.*s:%s:%lld", STR_ARG(team), rule->name,
			    (long long)at.ms);
	return ev;
}
