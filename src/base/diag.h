/* SPDX-License-Identifier: MIT */
/* What a person should mend: a list of `file:line: message`, all of them, never just the first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "base/buf.h"

/* A place in a file that a person wrote. `file` is borrowed and must outlive the place. */
struct place {
	const char *file;
	unsigned line; /* 0 = the file as a whole */
};

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag_entry {
	enum diag_level level;
	char *file; /* owned copy; "" = no file */
	unsigned line;
	char *text;    /* what was seen, what was wanted; one line */
	size_t number; /* diag_sort's own */
};

/* A zeroed diag is an empty one. Functions whose header says "reported in diag" put there what is wrong. */
struct diag {
	struct diag_entry *entries; /* in the order they were found */
	size_t n_entries;
	size_t cap;
	size_t n_errors;
	size_t n_warnings;
};

static inline void diag_init(struct diag *d)
{
	*d = (struct diag){ 0 };
}
void diag_deinit(struct diag *d);
void diag_error(struct diag *d, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void diag_warn(struct diag *d, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Moves all entries of `from` to the end of `d`. */
void diag_move(struct diag *d, struct diag *from);
/* Puts the entries into the order of their lines; those of one line stay in theirs. For what is wrong with one file,
 * which is found in several walks. */
void diag_sort(struct diag *d);
/* One entry a line: `rules/a.ini:12: error: …`; control characters in the text are shown as \xNN. */
void diag_print(const struct diag *d, FILE *to);
/* The same as a JSON array of {"file","line","level","message"}. */
void diag_json(const struct diag *d, struct buf *out);
