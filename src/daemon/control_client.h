/* SPDX-License-Identifier: MIT */
/* Asks the running bot (daemon/control.h), and waits for its answer for a few seconds. */
#pragma once

#include "base/buf.h"

enum {
	CONTROL_NOBODY = 1, /* no bot runs with this folder */
	CONTROL_FAILED,	    /* it cannot be asked, or does not answer: `why` is a sentence */
};

/* `request` is a line without its end; the whole answer is appended. */
int control_ask(const char *folder, const char *request, struct buf *answer, struct buf *why);
