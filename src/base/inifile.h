/* SPDX-License-Identifier: MIT */
/*
 * Reads one INI text through inih and cures what inih does to rule files: lines of any length up to
 * 64 KiB stay whole, ` ;` belongs to the value, repeated sections are seen, every line keeps its
 * number, all mistakes are reported in one go. Format: retort-rules(5), "Files".
 */
#pragma once

#include <stdbool.h>
#include "base/diag.h"
#include "base/str.h"

enum { INIFILE_MAX_LINE = 64 << 10, INIFILE_MAX_FILE = 8 << 20 };

/* One physical line of a value. */
struct ini_line {
	struct str text; /* common indentation removed; "" for a blank line in between */
	unsigned line;	 /* its number in the file */
};

/* One `key = value` with everything that goes on below it. Borrowed during the callback. */
struct ini_entry {
	struct str key;	  /* as written, outer blanks removed; inner runs of blanks made one */
	struct str value; /* the lines joined with \n, no empty line at either end */
	const struct ini_line *lines; /* never begins or ends with an empty line */
	size_t n_lines;		      /* 0 = the value is empty */
	unsigned line;		      /* of the key */
};

struct ini_sink {
	void *owner;
	/* `[kind name]`: kind is the first word, name the rest (may be empty). Called for empty and
	 * repeated sections too. */
	void (*on_section)(void *owner, struct str kind, struct str name, struct place at);
	/* Also called for entries before the first section (section kind never announced then). */
	void (*on_entry)(void *owner, const struct ini_entry *entry);
	/* Is `key` one that this sink knows? For the hint about an indented `key =`; may be NULL. */
	bool (*knows_key)(void *owner, struct str key);
	/* Is the value of `key` free text (an indented `key =` below it is then only a warning)? */
	bool (*is_text)(void *owner, struct str key);
};

/* Calls the sink for everything that is well-formed and puts the rest into `diag`. `file` names the
 * text in messages and must outlive the diag's use of places. Entries below a malformed section
 * header are dropped (the header's message is enough). */
void inifile_read(struct str text, const char *file, const struct ini_sink *sink,
		  struct diag *diag);
