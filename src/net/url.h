/* SPDX-License-Identifier: MIT */
/* What an address says about where it leads, pure. Strict: no other reader can take it for another place. */
#pragma once

#include <stdbool.h>
#include "base/str.h"

struct url {
	bool tls;	 /* https or wss, else http or ws */
	struct str host; /* without brackets */
	int port;
	struct str target; /* all that is behind them, as it is written; empty without one */
	struct str path;   /* of it, from the slash on; empty without one */
	struct str query;  /* of it, behind the ?; empty without one */
};

/*
 * `scheme` is "http" or "ws": both it and that with an s are taken, with a host. Visible ASCII only; no user part, no
 * fragment, no backslash, nothing encoded in the host. Slices point into `text`.
 */
bool url_parse(struct str text, const char *scheme, struct url *out);
