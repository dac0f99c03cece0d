/* SPDX-License-Identifier: MIT */
/* Tests of what was caught or stored: `who is not {user} and karma[{who}] > 10`. For `if` and for `{if …}`. */
#pragma once

#include "pattern/pattern.h"
#include "template/reference.h"
#include "template/template.h"

struct condition;

/* Several tests joined by `and`. NULL when there is a mistake (said). */
struct condition *condition_read(struct str text, struct pattern_kit *kit,
				 const struct reference_site *site);
void condition_free(struct condition *c);
/* Asks the host; unknown when a name cannot be told yet. */
enum tristate condition_ask(const struct condition *c, const struct template_host *host);
/* For explaining: what the first test that is not yes compared, after condition_ask. */
void condition_tell(const struct condition *c, const struct template_host *host, struct buf *seen,
		    struct buf *wanted);
/* Calls back for every reference in it, those within brackets before those that need them. */
void condition_each_reference(const struct condition *c,
			      void (*on_reference)(void *owner, const struct reference *ref,
						   bool as_text),
			      void *owner);
/* Calls back for every name that something is compared with, in `{user} is @ana`. */
void condition_each_name(const struct condition *c,
			 void (*on_name)(void *owner, char sigil, struct str name), void *owner);
/* The i-th comparison; NULL at the end. */
const char *condition_word_at(size_t i);
