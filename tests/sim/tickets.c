/* SPDX-License-Identifier: MIT */
#include "sim/tickets.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"

void tickets_deinit(struct tickets *t)
{
	free(t->all);
	*t = (struct tickets){ 0 };
}

const char *ticket_give(struct tickets *t, const char *text, struct mono until)
{
	struct ticket *one;

	t->all = mem_grow(t->all, t->n + 1, sizeof(*t->all));
	one = &t->all[t->n++];
	*one = (struct ticket){ .until = until };
	snprintf(one->text, sizeof(one->text), "%s", text);
	return one->text;
}

enum ticket_state ticket_use(struct tickets *t, struct str text, struct mono now)
{
	for (size_t i = 0; i < t->n; i++) {
		struct ticket *one = &t->all[i];

		if (!str_is(text, one->text))
			continue;
		if (one->used)
			return TICKET_USED;
		one->used = true;
		return mono_ms_between(now, one->until) >= 0 ? TICKET_GOOD : TICKET_EXPIRED;
	}
	return TICKET_UNKNOWN;
}

bool tickets_pending(const struct tickets *t, struct mono now)
{
	for (size_t i = t->n; i-- > 0;)
		if (!t->all[i].used && mono_ms_between(now, t->all[i].until) >= 0)
			return true;
	return false;
}
