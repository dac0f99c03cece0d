/* SPDX-License-Identifier: MIT */
/* The filters of inserts: `{text|plain|short 80}`. Each makes one text of another. */
#pragma once

#include "base/buf.h"
#include "base/diag.h"

struct filter {
	void (*apply)(struct buf *out, struct str in, int64_t n); /* NULL: leaves the text alone */
	int64_t n; /* the number that the author gave, 0 without one */
	bool code; /* the result is shown as code */
};

/* Reads what stands behind one `|`; false when it is no filter (said). */
bool filter_read(struct filter *out, struct str text, struct place at, struct diag *diag);
