/* SPDX-License-Identifier: MIT */
/*
 * Slack's side of Socket Mode: up to ten sockets of the app, each event as an envelope to one of them, chosen by
 * lot; what is not acknowledged comes again, what nobody can take waits.
 */
#pragma once

#include "sim/links.h"

struct socket_side;

struct socket_side *socket_side_new(struct sim *sim);
void socket_side_free(struct socket_side *side); /* after the links are gone */
/* A connection that has been upgraded with a good ticket. */
void socket_side_join(struct socket_side *side, struct conn *conn, bool debug_reconnects);
/* Wraps the inner event and delivers it, or keeps it until there is a socket. */
void socket_side_publish(struct socket_side *side, struct str inner);
/* Sends an envelope of any type; `type` is a static text, `payload` JSON. */
void socket_side_envelope(struct socket_side *side, const char *type, struct str payload,
			  bool wants_payload);
/* The newest delivery once more: the same envelope, or as if it were another event. */
bool socket_side_repeat(struct socket_side *side, bool new_event_id);
/* A disconnect frame to the oldest live socket that has had none; `cut_ms` < 0 = as Slack does for this
 * reason. False = there is no such socket. */
bool socket_side_refresh(struct socket_side *side, const char *reason, int64_t cut_ms);

size_t socket_side_open(
	const struct socket_side *side); /* deliveries not acknowledged, or waiting */
size_t socket_side_waiting(const struct socket_side *side); /* of them, without a socket */
size_t socket_side_resent(const struct socket_side *side);
