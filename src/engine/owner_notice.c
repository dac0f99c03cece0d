/* SPDX-License-Identifier: MIT */
#include "engine/owner_notice.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"
#include "template/symbols.h"
#include "slack/markup.h"

enum { AGAIN_AFTER_MS = 3600000 };

/* The rule may be gone when the store answers: what it said is kept. */
struct notice {
	struct list link; // notice_world::open
	const struct notice_world *world;
	char *rule, *file, *text;
	unsigned line;
	char **people; /* ids */
	size_t n_people;
};

static void notice_free(struct notice *n)
{
	list_remove(&n->link);
	for (size_t i = 0; i < n->n_people; i++)
		free(n->people[i]);
	free(n->people);
	free(n->rule);
	free(n->file);
	free(n->text);
	free(n);
}

static void add_person(struct notice *n, struct str id)
{
	n->people = mem_grow(n->people, n->n_people + 1, sizeof(n->people[0]));
	n->people[n->n_people++] = str_dup(id);
}

static void add_people(struct notice *n, const struct scope *scope)
{
	const struct workspace *w = n->world->workspace;

	for (size_t i = 0; i < scope->n; i++) {
		const struct scope_item *item = &scope->items[i];
		struct str id = STR_EMPTY;

		if (item->kind == SCOPE_LIST)
			add_people(n, &item->list->people);
		else if (item->kind == SCOPE_ID)
			add_person(n, str_from(item->name));
		else if (item->kind == SCOPE_NAME &&
			 w->resolver->find(w, '@', str_from(item->name), &id))
			add_person(n, id);
	}
}

static void send(const struct notice *n)
{
	for (size_t i = 0; i < n->n_people; i++) {
		struct job *job = job_new(JOB_MESSAGE, verb_name(VERB_DM));

		job->channel = mem_strdup(n->people[i]);
		job->message.text = mem_strdup(n->text);
		job->key = mem_strdup("notice");
		job->rule = mem_strdup(n->rule);
		job->file = mem_strdup(n->file);
		job->line = n->line;
		job->caused = clock_mono(n->world->clock);
		n->world->put(n->world->owner, job);
	}
}

static void on_spent(void *owner, bool granted)
{
	struct notice *n = owner;

	if (granted)
		send(n);
	notice_free(n);
}

static char *text_of(const struct rule *rule, const char *sentence)
{
	struct buf text;

	buf_init(&text, 0);
	buf_addf(&text, ":warning: The rule `%s` (%s:%u) needs you: ", rule->name, rule->at.file,
		 rule->at.line);
	markup_inert(&text, str_from(sentence));
	return buf_take(&text);
}

void notice_init(struct notice_world *world)
{
	list_init(&world->open);
}

void notice_deinit(struct notice_world *world)
{
	list_each (link, &world->open)
		notice_free(list_entry(link, struct notice, link));
}

void notice_tell(struct notice_world *world, const struct rule *rule, const char *sentence)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	struct store_limit once = { .count = 1, .window_ms = AGAIN_AFTER_MS };
	struct notice *n;

	if (rule->owners.n == 0)
		return;
	n = mem_zero(1, sizeof(*n));
	list_init(&n->link);
	list_append(&world->open, &n->link);
	n->world = world;
	n->rule = mem_strdup(rule->name);
	n->file = mem_strdup(rule->at.file);
	n->line = rule->at.line;
	n->text = text_of(rule, sentence);
	add_people(n, &rule->owners);
	buf_init(&key, 0);
	buf_addf(&key, "notice:%s", rule->name);
	once.key = buf_str(&key);
	world->store->ops->spend(world->store, &once, 1, clock_wall(world->clock), on_spent, n);
}
