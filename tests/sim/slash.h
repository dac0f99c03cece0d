/* SPDX-License-Identifier: MIT */
/*
 * Slash commands: what someone typed, the address for answers to it, and the answers, be they sent there or with the
 * acknowledgement. In the ledger they are `response_url` and `acknowledgement`.
 */
#pragma once

#include "sim/server.h"

struct slashes;

struct slashes *slashes_new(void);
void slashes_free(struct slashes *all);

/* Sends the command, `/name and its text`, to the app. Its number, from 1; 0 = it is none. */
size_t slash_type(struct sim *sim, struct user *u, struct channel *c, struct str line);
size_t slash_newest(const struct sim *sim); /* 0 = none */
/* Where answers to it go, behind the host; borrowed. */
const char *slash_path(const struct sim *sim, size_t number);
/* A POST to the address. */
void slash_handle(struct sim *sim, struct conn *conn, const struct request *r, struct str path);
/* The acknowledgement of an envelope with this payload carried an answer. */
void slash_acknowledged(struct sim *sim, struct str payload, const struct json *answer);
