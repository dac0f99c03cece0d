/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include <stdlib.h>
#include "base/mem.h"
#include "lib/unit.h"

static void test_an_empty_heap(void)
{
	struct heap_node node;
	struct heap h = { 0 };

	heap_node_init(&node);
	CU_ASSERT_PTR_NULL(heap_min(&h));
	CU_ASSERT_FALSE(heap_has(&node));
	heap_remove(&h, &node);
	CU_ASSERT_EQUAL(h.n, 0);
	heap_deinit(&h);
	heap_deinit(&h);
}

static void test_ties_come_in_the_order_of_insertion(void)
{
	struct heap_node nodes[50];
	struct heap h = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		heap_node_init(&nodes[i]);
		heap_push(&h, &nodes[i], 7);
	}
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		CU_ASSERT_PTR_EQUAL_FATAL(heap_min(&h), &nodes[i]);
		heap_remove(&h, &nodes[i]);
	}
	heap_deinit(&h);
}

static void test_pushing_again_moves(void)
{
	struct heap_node a, b;
	struct heap h = { 0 };

	heap_node_init(&a);
	heap_node_init(&b);
	heap_push(&h, &a, INT64_MIN);
	heap_push(&h, &b, 5);
	heap_push(&h, &a, INT64_MAX);
	CU_ASSERT_EQUAL(h.n, 2);
	CU_ASSERT_PTR_EQUAL(heap_min(&h), &b);
	heap_remove(&h, &b);
	CU_ASSERT_PTR_EQUAL(heap_min(&h), &a);
	CU_ASSERT_TRUE(heap_has(&a));
	CU_ASSERT_FALSE(heap_has(&b));
	heap_deinit(&h);
}

static void check_shape(const struct heap *h)
{
	for (size_t i = 0; i < h->n; i++) {
		CU_ASSERT_EQUAL_FATAL(h->nodes[i]->index, i);
		if (i > 0)
			CU_ASSERT_TRUE_FATAL(h->nodes[(i - 1) / 2]->key <= h->nodes[i]->key);
	}
}

static void test_random_pushes_moves_and_removals(void)
{
	struct heap_node nodes[200];
	struct heap h = { 0 };
	int64_t last = INT64_MIN;

	srand(unit_seed());
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		heap_node_init(&nodes[i]);
	for (int round = 0; round < 5000; round++) {
		struct heap_node *node = &nodes[(size_t)rand() % ARRAY_LEN(nodes)];

		if (rand() % 3 > 0)
			heap_push(&h, node, rand() % 100);
		else
			heap_remove(&h, node);
		if (round % 50 == 0)
			check_shape(&h);
	}
	while (h.n > 0) {
		CU_ASSERT_TRUE_FATAL(heap_min(&h)->key >= last);
		last = heap_min(&h)->key;
		heap_remove(&h, heap_min(&h));
	}
	heap_deinit(&h);
}

UNIT_MAIN("heap", { "an empty heap", test_an_empty_heap },
	  { "ties come in the order of insertion", test_ties_come_in_the_order_of_insertion },
	  { "pushing again moves", test_pushing_again_moves },
	  { "random pushes, moves and removals", test_random_pushes_moves_and_removals })
