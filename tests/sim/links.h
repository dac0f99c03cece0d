/* SPDX-License-Identifier: MIT */
/*
 * The open sockets of the client, whatever they speak: how many are live, what becomes of them, and how they can be
 * ill-treated. Socket Mode and RTM say what goes over them.
 */
#pragma once

#include "base/list.h"
#include "sim/peer.h"

struct link;

/* What a side has to say about its sockets. */
struct link_events {
	void (*on_ready)(void *side, struct link *l); /* time to say hello */
	void (*on_text)(void *side, struct link *l, struct str message);
	void (*on_gone)(void *side, struct link *l); /* last call; it is no longer live */
};

struct link {
	struct list link; // links::all, oldest first
	struct links *links;
	struct peer *peer;
	const struct link_events *events;
	void *side;
	bool live;	   /* has said hello */
	bool parting;	   /* has been told to go */
	bool pinged;	   /* owes the answer to links_ping */
	struct mono heard; /* the client's last frame */
	uint64_t number;   /* from 1 */
	int64_t life_s;
	struct loop_timer ready, ping, life, cut;
};

struct links {
	struct sim *sim;
	struct list all; /* link::link */
	size_t n, n_live;
	size_t n_pings; /* answers owed to links_ping */
	uint64_t n_ever;
	size_t n_hellos; /* ever said */
	size_t n_gaps;	 /* times at which the last live socket went */
	int last_close;	 /* the code of the client's last close frame, 1006 = none */
};

struct links *links_new(struct sim *sim);
void links_free(struct links *links); /* after the server: its connections are gone */

/* Takes over an upgraded connection; on_ready follows from the loop. */
struct link *link_new(struct links *links, struct conn *conn, size_t max_frame,
		      const struct link_events *events, void *side);
void link_hello(struct link *l, struct str frame); /* from now on it is live */
void link_text(struct link *l, struct str frame);
void link_event(struct link *l, struct str frame); /* a delivery: it may be planned to be cut */
/* Sends the frame that announces the end, which comes after `cut_ms`, by a close frame or without. */
void link_part(struct link *l, struct str frame, int64_t cut_ms);
void link_drop(struct link *l, bool by_reset);

struct link *links_any(const struct links *links);    /* a live one, by lot; NULL = none */
struct link *links_newest(const struct links *links); /* live; NULL = none */
/* The oldest live one that has not been told to go; NULL = none. */
struct link *links_staying(const struct links *links);

/* All sockets at once. */
void links_drop(struct links *links, bool by_reset);
void links_close(struct links *links, int code);
void links_mute(struct links *links);
/* A ping to every live socket; n_pings is 0 when all have answered. */
void links_ping(struct links *links);
size_t links_unsent(const struct links *links); /* bytes that wait for the client to take them */
