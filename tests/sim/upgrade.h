/* SPDX-License-Identifier: MIT */
/* The door from HTTP to WebSocket: checks the handshake and the ticket, then lets a side take over. */
#pragma once

#include "sim/server.h"

void upgrade_handle(struct sim *sim, struct conn *conn, const struct request *r);
