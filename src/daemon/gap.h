/* SPDX-License-Identifier: MIT */
/*
 * A gap: the time in which no socket was open, because the program, the network or Slack was away. When one is open
 * again, each channel is read back to where it was last heard.
 */
#pragma once

#include "directory/directory.h"
#include "engine/engine.h"
#include "net/loop.h"
#include "transport/catchup.h"

struct gap {
	struct loop *loop; /* borrowed, as the rest */
	struct engine *engine;
	struct directory *directory;
	struct catchup *catchup;
	int64_t back_ms;  /* no further than this; 0 = not at all */
	bool is_open;	  /* channels that were never heard are still to be read */
	struct map asked; /* channels that are read, or were */
};

void gap_init(struct gap *g);
void gap_deinit(struct gap *g);
/* A socket is live again. What is said from now on comes by it. */
void gap_end(struct gap *g);
/* The engine has refused something: that is read back as soon as it takes it again; then true. */
bool gap_read_missed(struct gap *g);
/* A channel that was asked for has been read. */
void gap_was_read(struct gap *g, struct str channel);
/* A list of channels has come, or will not: those that were never heard are read as well, as far as they are known. */
void gap_read_rest(struct gap *g);
