/* SPDX-License-Identifier: MIT */
#include "template/symbols.h"

#include "template/template.h"

void symbols_init(struct symbols *n)
{
	map_init(&n->tables);
	map_init(&n->lists);
	map_init(&n->hours);
	map_init(&n->variables);
}

void table_free_literals(const struct table *t)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		for (size_t c = 0; c < t->rows[i].n_cells; c++)
			template_free(t->rows[i].literals[c]);
	}
}

static void free_table(void *object)
{
	table_free_literals(object);
}

static void free_list(void *object)
{
	template_free(((struct name_list *)object)->literal);
}

void symbols_deinit(struct symbols *n)
{
	map_deinit(&n->tables, free_table);
	map_deinit(&n->lists, free_list);
	map_deinit(&n->hours, NULL);
	map_deinit(&n->variables, NULL);
}

const struct table_row *table_find(const struct table *t, struct str key)
{
	key = str_trim(key);
	for (size_t i = 0; i < t->n_rows; i++) {
		if (str_eq_nocase(t->rows[i].key, key))
			return &t->rows[i];
	}
	return t->otherwise;
}

void symbols_walk_init(struct symbols_walk *w, const struct symbols *n)
{
	*w = (struct symbols_walk){ .maps = {
					    { .map = &n->tables },
					    { .map = &n->lists },
					    { .map = &n->hours },
					    { .map = &n->variables },
				    } };
}

const char *symbols_at(struct symbols_walk *w, size_t i)
{
	for (size_t m = 0; m < ARRAY_LEN(w->maps); m++) {
		size_t n = w->maps[m].map->n;

		if (i < n)
			return map_key_at(&w->maps[m], i);
		i -= n;
	}
	return NULL;
}
