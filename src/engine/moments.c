/* SPDX-License-Identifier: MIT */
#include "engine/moments.h"

#include <stdio.h>
#include "base/log.h"
#include "engine/inner.h"
#include "engine/owner_notice.h"

static void do_moment(struct engine *e, const struct rule *rule, enum moment_kind kind,
		      struct wall at)
{
	struct str team = str_from(e->setup.workspace->me.team_id);

	if (kind == MOMENT_TICK) {
		engine_take(e, schedule_event(rule, at, team), NULL, NULL, NULL);
		return;
	}
	log_warn("rules", "%s:%u: the rule `%s` has expired and is off", rule->at.file,
		 rule->at.line, rule->name);
	notice_tell(e, rule, "it has expired and is off");
}

/* It stands together with what was done at the moments before it. */
void moments_keep_time(struct engine *e)
{
	char value[24];

	if (e->state.batch == NULL || !e->is_loaded || e->schedule.n == 0)
		return;
	snprintf(value, sizeof(value), "%lld", (long long)e->ticked_until.ms);
	batch_put(&e->batch, STORE_WATERMARK, STR(ENGINE_TIME_KEY), str_from(value));
}

void moments_do(struct engine *e)
{
	struct wall now = clock_wall(e->setup.clock), at;
	const struct rule *rule;
	enum moment_kind kind;
	bool any = false;

	for (; !engine_is_behind(e) && schedule_take(&e->schedule, now, &rule, &kind, &at);
	     any = true)
		do_moment(e, rule, kind, at);
	if (engine_is_behind(e))
		return;
	if (now.ms > e->ticked_until.ms)
		e->ticked_until = now;
	if (any)
		moments_keep_time(e);
}

void moments_note_time(struct engine *e)
{
	struct wall now = clock_wall(e->setup.clock), due;

	if (!schedule_next(&e->schedule, &due) || due.ms > now.ms)
		e->ticked_until = now;
}

void moments_plan(struct engine *e)
{
	const struct schedule_span span = { e->ticked_until, clock_wall(e->setup.clock),
					    e->setup.answer_within_ms };

	schedule_deinit(&e->schedule);
	schedule_init(&e->schedule, e->set, &span);
}

/* What came while the program did not run is made up for, each rule's moments by one, unless it is too late. */
void engine_go_on_from(struct engine *e, struct wall time)
{
	e->is_loaded = true;
	if (time.ms > 0 && time.ms < e->ticked_until.ms) {
		e->ticked_until = time;
		moments_plan(e);
		if (e->schedule.n_too_late > 0)
			log_warn(
				"rules",
				"moments that came while the program did not run are too long ago to be made"
				" up for moments=%zu",
				e->schedule.n_too_late);
	}
}
