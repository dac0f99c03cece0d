/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include <stdlib.h>
#include <string.h>
#include "lib/unit.h"

struct item {
	char name;
	struct list link; /* of the list under test */
};

static void check_order(struct list *head, const char *wanted)
{
	char seen[16] = "";
	size_t n = 0;

	list_each (it, head)
		seen[n++] = list_entry(it, struct item, link)->name;
	CU_ASSERT_STRING_EQUAL(seen, wanted);
	CU_ASSERT_EQUAL(list_is_empty(head), n == 0);
}

static void test_order(void)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };
	struct list head;

	list_init(&head);
	check_order(&head, "");
	list_append(&head, &a.link);
	list_append(&head, &b.link);
	list_prepend(&head, &c.link);
	check_order(&head, "cab");
	CU_ASSERT_PTR_EQUAL(list_first(&head, struct item, link), &c);
}

static void test_removing_twice_is_fine(void)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' };
	struct list head;

	list_init(&head);
	list_append(&head, &a.link);
	list_append(&head, &b.link);
	list_remove(&a.link);
	list_remove(&a.link);
	check_order(&head, "b");
	list_append(&head, &a.link);
	check_order(&head, "ba");
}

static void test_the_current_one_may_be_freed(void)
{
	struct list head;

	list_init(&head);
	for (int i = 0; i < 4; i++) {
		struct item *item = mem_zero(1, sizeof(*item));

		item->name = (char)('a' + i);
		list_append(&head, &item->link);
	}
	list_each (it, &head) {
		list_remove(it);
		free(list_entry(it, struct item, link));
	}
	CU_ASSERT_TRUE(list_is_empty(&head));
}

UNIT_MAIN("list", { "order", test_order },
	  { "removing twice is fine", test_removing_twice_is_fine },
	  { "the current one may be freed", test_the_current_one_may_be_freed })
