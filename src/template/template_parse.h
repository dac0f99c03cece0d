/* SPDX-License-Identifier: MIT */
/* What a template consists of, and its reader; for template.c and template_read.c alone. */
#pragma once

#include "base/arena.h"
#include "template/placeholder.h"
#include "template/template.h"

struct condition;

enum piece_kind { PIECE_LITERAL, PIECE_PLAIN, PIECE_PLACEHOLDER };

struct pieces {
	struct piece *items; /* owned */
	size_t n, cap;
};

struct placeholder {
	enum placeholder_kind kind;
	struct reference value;	     /* PLACEHOLDER_VALUE */
	struct condition *condition; /* PLACEHOLDER_IF; owned */
	struct pieces *texts;	     /* owned: those of struct placeholder_parts */
	size_t n_texts;
	struct filter *filters; /* owned */
	size_t n_filters;
};

struct piece {
	enum piece_kind kind;
	struct str text;		 /* literal, or plain text that stays what it is */
	struct placeholder *placeholder; /* owned */
};

struct mentioned {
	char sigil;
	struct str name;
};

struct template
{
	struct arena arena; /* all texts of the pieces and names lie there */
	struct pieces pieces;
	struct mentioned *names;
	size_t n_names, cap_names;
};

/* Fills an empty template; every mistake is told. False when there was one: it can then only be freed. */
bool template_read(struct template *t, const struct ini_line *lines, size_t n_lines,
		   const char *file, const struct template_scope *scope, struct pattern_kit *kit,
		   struct diag *diag);
