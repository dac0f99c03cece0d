/* SPDX-License-Identifier: MIT */
/*
 * An event as one line of JSON, and back: all that it says, its secrets too. Where it belongs (the workspace) and when
 * its bytes came in are for whoever reads it back to say. And as little of it as will do, for who keeps it for long.
 */
#pragma once

#include "base/buf.h"
#include "model/event.h"

enum { EVENT_LINE_MALFORMED = 1 };

void event_write(const struct event *ev, struct buf *out);
/* 0, or EVENT_LINE_MALFORMED. The event is the caller's. */
int event_read(struct event **out, struct str line);
/* The same as a part of something else; the JSON is the caller's. */
struct json *event_to_json(const struct event *ev);
int event_from_json(struct event **out, const struct json *j);

/* A copy with these parts (enum event_part, joined) alone, the caller's. */
struct event *event_trim(const struct event *ev, unsigned parts);
/* Bytes that it takes up. */
size_t event_size(const struct event *ev);
