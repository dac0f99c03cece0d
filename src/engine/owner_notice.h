/* SPDX-License-Identifier: MIT */
/* Tells the owners of a rule that it is broken: by a direct message, once an hour at most for each rule. */
#pragma once

#include "base/list.h"
#include "store/store.h"
#include "engine/values.h"

struct notice_world {
	struct list open; /* those that the store has not answered yet */
	struct store *store;
	const struct clock *clock;
	const struct workspace *workspace;
	void *owner;
	bool (*put)(void *owner, struct job *take); /* into the outbox */
};

void notice_init(struct notice_world *world); /* the rest is filled in by its owner */
void notice_deinit(struct notice_world *world);
/* `sentence` says what is the matter. Without owners nobody is told. */
void notice_tell(struct notice_world *world, const struct rule *rule, const char *sentence);
