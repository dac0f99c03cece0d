/* SPDX-License-Identifier: MIT */
#include "engine/owner_notice.h"

#include "base/buf.h"
#include "base/mem.h"
#include "template/symbols.h"
#include "slack/markup.h"

enum { AGAIN_AFTER_MS = 3600000 };

static void send(struct engine *e, const struct rule *rule, struct str person, struct str text)
{
	struct job *job = job_new(JOB_MESSAGE, verb_name(VERB_DM));

	job->channel = job_keep(job, person);
	job->message.text = job_keep(job, text);
	job->key = str_keepf(&job->arena, "notice/%s/%lld", rule->name,
			     (long long)clock_wall(e->setup.clock).ms)
			   .p;
	job->rule = job_keep(job, str_from(rule->name));
	job->file = job_keep(job, str_from(rule->at.file));
	job->line = rule->at.line;
	job->caused = clock_mono(e->setup.clock);
	engine_put(e, job);
}

static void send_all(struct engine *e, const struct rule *rule, const struct scope *people,
		     struct str text)
{
	const struct workspace *w = e->setup.workspace;

	for (size_t i = 0; i < people->n; i++) {
		const struct scope_item *item = &people->items[i];
		struct str id = STR_EMPTY;

		if (item->kind == SCOPE_LIST)
			send_all(e, rule, &item->list->people, text);
		else if (item->kind == SCOPE_ID)
			send(e, rule, str_from(item->name), text);
		else if (item->kind == SCOPE_NAME &&
			 w->resolver->find(w, '@', str_from(item->name), &id))
			send(e, rule, id, text);
	}
}

void notice_tell(struct engine *e, const struct rule *rule, const char *sentence)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct state_limit once = { .count = 1, .window_ms = AGAIN_AFTER_MS };

	if (rule->owners.n == 0)
		return;
	buf_init(&key, 0);
	buf_addf(&key, "notice:%s", rule->name);
	once.key = buf_str(&key);
	if (!state_spend(&e->state, &once, 1, clock_wall(e->setup.clock)))
		return;
	buf_init(&text, 0);
	buf_addf(&text, ":warning: The rule `%s` (%s:%u) needs you: ", rule->name, rule->at.file,
		 rule->at.line);
	markup_inert(&text, str_from(sentence));
	send_all(e, rule, &rule->owners, buf_str(&text));
}
