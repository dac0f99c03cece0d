/* SPDX-License-Identifier: MIT */
#include "rule/shared.h"

#include <stdlib.h>
#include "base/arena.h"
#include "calendar/zone.h"
#include "pattern/pattern.h"
#include "template/template.h"

struct shared *shared_new(void)
{
	struct shared *shared = mem_zero(1, sizeof(*shared));

	shared->n_refs = 1;
	arena_init(&shared->arena);
	symbols_init(&shared->symbols);
	shared->kit = pattern_kit_new();
	shared->zones = zones_new();
	shared->zone = zone_utc();
	return shared;
}

struct shared *shared_ref(struct shared *shared)
{
	shared->n_refs++;
	return shared;
}

void shared_unref(struct shared *shared)
{
	if (--shared->n_refs > 0)
		return;
	symbols_deinit(&shared->symbols);
	pattern_kit_free(shared->kit);
	zones_free(shared->zones);
	arena_deinit(&shared->arena);
	free(shared);
}

/* A name in the author's text, which stands in a row of a table. */
struct cell_walk {
	rule_name_fn *on_name;
	void *owner;
	struct place at;
};

static void on_cell_name(void *owner, char sigil, struct str name)
{
	const struct cell_walk *walk = owner;

	walk->on_name(walk->owner, sigil, name, walk->at);
}

void table_each_name(const struct table *table, rule_name_fn *on_name, void *owner)
{
	struct cell_walk walk = { .on_name = on_name, .owner = owner };

	for (size_t i = 0; i < table->n_rows; i++) {
		walk.at = table->rows[i].at;
		for (size_t c = 0; c < table->rows[i].n_cells; c++)
			template_each_name(table->rows[i].literals[c], on_cell_name, &walk);
	}
}

void shared_each_name(const struct shared *shared, rule_name_fn *on_name, void *owner)
{
	struct map_entry *at = NULL;
	struct str key;
	void *value;

	while (map_next(&shared->symbols.tables, &at, &key, &value))
		table_each_name(value, on_name, owner);
	at = NULL;
	while (map_next(&shared->symbols.lists, &at, &key, &value)) {
		const struct name_list *list = value;

		scope_each_name(&list->channels, '#', on_name, owner);
		scope_each_name(&list->people, '@', on_name, owner);
	}
}
