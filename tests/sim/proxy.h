/* SPDX-License-Identifier: MIT */
/*
 * An HTTP proxy in front of the local Slack: it takes CONNECT, opens a tunnel to the one server there is, and
 * counts. It can refuse, go away, and break a tunnel at any byte, which reaches what no server sees of itself:
 * the bytes of the TLS handshake.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "sim/sim.h"

struct proxy;

/* On 127.0.0.1, any free port. < 0 fatal; what is wrong has been said. */
int proxy_new(struct proxy **out, struct sim *sim);
void proxy_free(struct proxy *p);
int proxy_port(const struct proxy *p);

/* From now on every CONNECT gets this HTTP status; 200 = a tunnel again. */
void proxy_answer(struct proxy *p, int status);
/* Nobody listens at its port any more, or again; tunnels stay. False = the port is taken. */
bool proxy_listen(struct proxy *p, bool listens);
/* From now on clients reach it by TLS: https:// instead of http://. */
void proxy_speak_tls(struct proxy *p);
/* CONNECT must carry this user:password; empty = anyone may. */
void proxy_ask_for(struct proxy *p, struct str credentials);
/* The next tunnel, when `others` have passed, ends after so many bytes to the client, the proxy's own answer
 * included. */
void proxy_cut_next(struct proxy *p, int64_t others, int64_t bytes, bool by_reset);

size_t proxy_tunnels(const struct proxy *p); /* ever opened */
size_t proxy_refusals(const struct proxy *p);
