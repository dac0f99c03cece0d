/* SPDX-License-Identifier: MIT */
/* What people write who mean harm, as Slack would send it: a list, and a grammar of broken markup. */
#pragma once

#include "base/buf.h"

struct hostile {
	uint64_t state;
	char **lines; /* of a list of others, owned; may be none */
	size_t n_lines;
};

void hostile_init(struct hostile *h, unsigned seed);
void hostile_deinit(struct hostile *h);
/* Takes the lines of the file in as well, if it exists. Gives how many. */
size_t hostile_read(struct hostile *h, const char *path);
/* A number below n. */
size_t hostile_below(struct hostile *h, size_t n);
/* The i-th of the fixed list; false at the end. */
bool hostile_at(size_t i, struct str *out);
/* As Slack sends what was typed: with its three entities. */
void hostile_coded(struct buf *raw, struct str text);
/* The next one; never empty. */
void hostile_next(struct hostile *h, struct buf *raw);
