/* SPDX-License-Identifier: MIT */
/* Intrusive doubly linked list. A link says whose list it is: `struct list link; // channel::waiting`. */
#pragma once

#include <stdbool.h>
#include "base/mem.h"

struct list {
	struct list *prev, *next;
};

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}
static inline bool list_is_empty(const struct list *l)
{
	return l->next == l;
}
static inline void list_append(struct list *head, struct list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}
static inline void list_prepend(struct list *head, struct list *link)
{
	list_append(head->next, link);
}
/* Safe on an unlinked, initialised link; it is initialised again afterwards. */
static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}
/* All of one list behind those of another. */
static inline void list_move_all(struct list *from, struct list *to)
{
	if (list_is_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)
/* The current entry may be removed or freed in the body; its neighbours may not. */
#define list_each(it, head)                                                       \
	for (struct list *it = (head)->next, *it##_next = it->next; it != (head); \
	     it = it##_next, it##_next = it->next)

/* Puts the n links of the list into order; qsort's compare, given links. */
void list_sort(struct list *list, size_t n, int (*compare)(const void *a, const void *b));
