/* SPDX-License-Identifier: MIT */
/* A binary heap of embedded nodes, smallest first; a node knows its index, so any node can leave. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
	int64_t key;
	uint64_t serial; /* ties break in the order of insertion */
	size_t index;	 /* SIZE_MAX = not in a heap */
};

struct heap {
	struct heap_node **nodes;
	size_t n, cap;
	uint64_t next_serial;
};

static inline void heap_init(struct heap *h)
{
	*h = (struct heap){ 0 };
}
void heap_deinit(struct heap *h); /* nodes are the caller's */
static inline void heap_node_init(struct heap_node *node)
{
	*node = (struct heap_node){ .index = SIZE_MAX };
}
static inline bool heap_has(const struct heap_node *node)
{
	return node->index != SIZE_MAX;
}
void heap_push(struct heap *h, struct heap_node *node, int64_t key);   /* moves it if it is in */
void heap_take_out(struct heap *h, struct heap_node *node);	       /* it must be in */
static inline void heap_remove(struct heap *h, struct heap_node *node) /* fine when it is not in */
{
	if (heap_has(node))
		heap_take_out(h, node);
}
/* NULL when empty. */
static inline struct heap_node *heap_min(const struct heap *h)
{
	return h->n > 0 ? h->nodes[0] : NULL;
}
