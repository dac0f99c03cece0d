/* SPDX-License-Identifier: MIT */
#include "directory/id_set.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static int by_id(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int id_against(const void *key, const void *member)
{
	return str_cmp(*(const struct str *)key, str_from(*(char *const *)member));
}

void id_set_deinit(struct id_set *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->ids[i]);
	free(m->ids);
	*m = (struct id_set){ 0 };
}

bool id_set_has(const struct id_set *m, struct str id)
{
	return m->n > 0 && bsearch(&id, m->ids, m->n, sizeof(*m->ids), id_against) != NULL;
}

static void append(struct id_set *m, struct str id)
{
	if (m->n == m->cap) {
		m->cap = m->cap > 0 ? m->cap * 2 : 8;
		m->ids = mem_grow(m->ids, m->cap, sizeof(*m->ids));
	}
	m->ids[m->n++] = str_dup(id);
}

static void drop_doubles(struct id_set *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (n > 0 && strcmp(m->ids[i], m->ids[n - 1]) == 0)
			free(m->ids[i]);
		else
			m->ids[n++] = m->ids[i];
	}
	m->n = n;
}

void id_set_add(struct id_set *m, const struct json *ids)
{
	size_t n = json_kind(ids) == JSON_ARRAY ? json_len(ids) : 0;

	for (size_t i = 0; i < n; i++) {
		struct str id = json_str(json_item(ids, i), "");

		if (id.len > 0)
			append(m, id);
	}
	if (m->n > 0)
		qsort(m->ids, m->n, sizeof(*m->ids), by_id);
	drop_doubles(m);
}

void id_set_remove(struct id_set *m, const struct json *ids)
{
	struct id_set gone = { 0 };
	size_t n = 0;

	id_set_add(&gone, ids);
	for (size_t i = 0; i < m->n; i++) {
		if (id_set_has(&gone, str_from(m->ids[i])))
			free(m->ids[i]);
		else
			m->ids[n++] = m->ids[i];
	}
	m->n = n;
	id_set_deinit(&gone);
}
