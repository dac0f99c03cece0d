/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include <stdlib.h>

void list_sort(struct list *list, size_t n, int (*compare)(const void *a, const void *b))
{
	struct list **links = mem_alloc((n + 1) * sizeof(links[0]));
	size_t i = 0;

	list_each (link, list)
		links[i++] = link;
	qsort(links, i, sizeof(links[0]), compare);
	list_init(list);
	for (size_t k = 0; k < i; k++)
		list_append(list, links[k]);
	free(links);
}
