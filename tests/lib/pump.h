/* SPDX-License-Identifier: MIT */
/* Turns a loop until something is so, and connected sockets to turn it for. */
#pragma once

#include <stdbool.h>
#include "net/loop.h"

enum { PUMP_MS = 10000 };

/* Turns until is_done(subject), at most PUMP_MS; was it? */
bool pump(struct loop *loop, bool (*is_done)(const void *subject), const void *subject);
/* Turns until `flag` is true, at most PUMP_MS; was it? */
bool pump_flag(struct loop *loop, const bool *flag);

/* Two connected, non-blocking TCP sockets over the loopback interface. */
void tcp_pair(int out[2]);
/* Listens on 127.0.0.1 at a port of the kernel's choice; non-blocking. */
int tcp_listen(int *port);
