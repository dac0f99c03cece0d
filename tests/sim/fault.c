/* SPDX-License-Identifier: MIT */
#include "sim/fault.h"

#include <stdlib.h>
#include "base/mem.h"

void fault_add(struct list *faults, struct str method, int64_t times, enum fault_kind kind,
	       int64_t number, struct str word)
{
	struct fault *f = mem_zero(1, sizeof(*f));

	f->method = str_is(method, "call") ? NULL : str_dup(method);
	f->times = times;
	f->kind = kind;
	f->number = number;
	f->word = str_dup(word);
	list_append(faults, &f->link);
}

static void fault_free(struct fault *f)
{
	list_remove(&f->link);
	free(f->method);
	free(f->word);
	free(f);
}

static bool is_spent(const struct fault *f)
{
	return f->times < 0;
}

/* A fault that was used for the last time stays until the next call, for its word is still borrowed. */
static void bury_spent(struct list *faults)
{
	list_each (it, faults) {
		struct fault *f = list_entry(it, struct fault, link);

		if (is_spent(f))
			fault_free(f);
	}
}

bool fault_take(struct list *faults, const char *method, struct fault *out)
{
	bury_spent(faults);
	list_each (it, faults) {
		struct fault *f = list_entry(it, struct fault, link);

		if (f->method != NULL && !str_is(str_from(f->method), method))
			continue;
		if (f->times > 0 && --f->times == 0)
			f->times = -1;
		*out = *f;
		return true;
	}
	return false;
}

void faults_clear(struct list *faults)
{
	list_each (it, faults)
		fault_free(list_entry(it, struct fault, link));
}

bool fault_lets_happen(enum fault_kind kind)
{
	return kind >= FAULT_SILENT_AFTER;
}
