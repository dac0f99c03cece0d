/* SPDX-License-Identifier: MIT */
/* What an https address says about where it leads, pure. Strict: no other reader can take it for another place. */
#pragma once

#include <stdbool.h>
#include "base/str.h"

struct url {
	bool tls;	 /* https, else http */
	struct str host; /* without brackets */
	int port;
	struct str path;  /* from the slash on; empty without one */
	struct str query; /* behind the ?, empty without one */
};

/* https:// or http:// with a host: visible ASCII only; no user part, no fragment, no backslash, nothing encoded in
 * the host. Slices point into `text`. */
bool url_parse(struct str text, struct url *out);
