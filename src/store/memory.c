/* SPDX-License-Identifier: MIT */
#include "store/memory.h"

static int memory_load(struct store *s, struct str namespace, store_row_fn *on_row, void *owner)
{
	(void)s;
	(void)namespace;
	(void)on_row;
	(void)owner;
	return 0;
}

static void memory_commit(struct store *s, struct str namespace, const struct batch *batch,
			  store_committed_fn *on_committed, void *owner)
{
	(void)s;
	(void)namespace;
	(void)batch;
	on_committed(owner, true);
}

static void memory_wait(struct store *s)
{
	(void)s;
}

static void memory_close(struct store *s)
{
	(void)s;
}

struct store *memory_open(void)
{
	static const struct store_ops ops = {
		.name = "memory",
		.load = memory_load,
		.commit = memory_commit,
		.wait = memory_wait,
		.close = memory_close,
	};
	static struct store store = { .ops = &ops };

	return &store;
}
