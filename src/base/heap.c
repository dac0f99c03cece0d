/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include <stdlib.h>
#include "base/mem.h"

void heap_deinit(struct heap *h)
{
	free(h->nodes);
	heap_init(h);
}

static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
	return a->key != b->key ? a->key < b->key : a->serial < b->serial;
}

static void set_at(struct heap *h, size_t i, struct heap_node *node)
{
	h->nodes[i] = node;
	node->index = i;
}

static void rise(struct heap *h, size_t i)
{
	struct heap_node *node = h->nodes[i];

	while (i > 0 && is_before(node, h->nodes[(i - 1) / 2])) {
		set_at(h, i, h->nodes[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	set_at(h, i, node);
}

static void sink(struct heap *h, size_t i)
{
	struct heap_node *node = h->nodes[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < h->n && is_before(h->nodes[child + 1], h->nodes[child]))
			child++;
		if (child >= h->n || !is_before(h->nodes[child], node))
			break;
		set_at(h, i, h->nodes[child]);
		i = child;
	}
	set_at(h, i, node);
}

void heap_push(struct heap *h, struct heap_node *node, int64_t key)
{
	heap_remove(h, node);
	if (h->n == h->cap) {
		h->cap = h->cap > 0 ? 2 * h->cap : 16;
		h->nodes = mem_grow(h->nodes, h->cap, sizeof(h->nodes[0]));
	}
	node->key = key;
	node->serial = h->next_serial++;
	set_at(h, h->n, node);
	h->n++;
	rise(h, node->index);
}

void heap_take_out(struct heap *h, struct heap_node *node)
{
	size_t i = node->index;

	node->index = SIZE_MAX;
	h->n--;
	if (i == h->n)
		return;
	set_at(h, i, h->nodes[h->n]);
	rise(h, i);
	sink(h, i);
}
