/* SPDX-License-Identifier: MIT */
/* Where and to whom a rule listens: the items of `in`, `from`, and of lists that are named there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/diag.h"
#include "model/event.h"

struct name_list; /* template/symbols.h */

enum scope_kind {
	SCOPE_NAME, /* #general, @ana: by name, possibly a glob for channels */
	SCOPE_ID,
	SCOPE_GROUP_ID,	    /* of a user group */
	SCOPE_CHANNEL_KIND, /* dm group public private */
	SCOPE_PEOPLE,
	SCOPE_BOTS,
	SCOPE_GUESTS,
	SCOPE_LIST,
};

/* One item of `in` or `from`. */
struct scope_item {
	enum scope_kind kind;
	bool deny; /* !item: always wins */
	bool glob;
	enum channel_kind channel_kind;
	char *name; /* without # and @; or the id; or of the list */
	const struct name_list *list;
	struct place at;
};

struct scope {
	struct scope_item *items;
	size_t n; /* 0 = everywhere; for `from`: people */
};
