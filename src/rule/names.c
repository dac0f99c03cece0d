/* SPDX-License-Identifier: MIT */
#include "rule/names.h"

#include "rule/template.h"

void names_init(struct names *n)
{
	map_init(&n->tables);
	map_init(&n->lists);
	map_init(&n->hours);
	map_init(&n->variables);
}

static void free_literals(void *object)
{
	const struct table *t = object;

	for (size_t i = 0; i < t->n_rows; i++) {
		for (size_t c = 0; c < t->rows[i].n_cells; c++)
			template_free(t->rows[i].literals[c]);
	}
}

static void free_literal(void *object)
{
	template_free(((struct name_list *)object)->literal);
}

void names_deinit(struct names *n)
{
	map_deinit(&n->tables, free_literals);
	map_deinit(&n->lists, free_literal);
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

const char *names_at(const struct names *n, size_t i)
{
	const struct map *const maps[] = { &n->tables, &n->lists, &n->hours, &n->variables };

	for (size_t m = 0; m < ARRAY_LEN(maps); m++) {
		struct map_entry *at = NULL;
		struct str key;
		void *value;

		while (map_next(maps[m], &at, &key, &value)) {
			if (i-- == 0)
				return key.p;
		}
	}
	return NULL;
}
