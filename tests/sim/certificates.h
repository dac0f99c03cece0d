/* SPDX-License-Identifier: MIT */
/* The certificates that the local Slack can show, by name: good and four bad ones (lib/testcert.h). */
#pragma once

#include "base/str.h"
#include "net/stream.h"

struct certificates;

/* Made anew, in a folder of their own that goes with them. NULL = they cannot be made; why has been said. */
struct certificates *certificates_new(void);
void certificates_free(struct certificates *c);
const char *certificates_ca_file(const struct certificates *c);
/* good, expired, early, wrong, stranger; NULL = there is none of that name. */
struct tls_identity *certificates_get(const struct certificates *c, struct str name);
