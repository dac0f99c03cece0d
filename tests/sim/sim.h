/* SPDX-License-Identifier: MIT */
/*
 * The local Slack as a whole: what its parts share; there are no globals. It is Slack for one workspace, and a
 * scenario may have several, on one port: each has people, tokens, faults, connections and a ledger of its own, and
 * a request belongs to the one whose token, ticket or address it brings.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/list.h"
#include "base/map.h"
#include "net/loop.h"
#include "net/stream.h"
#include "sim/bucket.h"
#include "sim/ledger.h"
#include "sim/tickets.h"
#include "sim/workspace.h"

enum echo { ECHO_AFTER, ECHO_BEFORE, ECHO_NEVER };
enum framing { FRAMES_WHOLE, FRAMES_FRAGMENTED, FRAMES_TRICKLE };
enum copies { COPIES_NONE, COPIES_SAME, COPIES_NEW_EVENT };

/* What a scenario may set; everything else follows Slack. */
struct settings {
	bool org_wide;	    /* the app is installed in a whole organisation */
	bool classic;	    /* a classic app: RTM works, Socket Mode does not */
	bool old_rtm_start; /* rtm.start answers with everyone and everything */
	bool limits;	    /* rate limits of the Web API */
	bool forgetful; /* Socket Mode: what happens while no socket is open is told to nobody */
	enum echo echo; /* when the event of an own post comes, seen from the HTTP answer */
	enum framing framing; /* how server frames are cut */
	enum copies copies;   /* does every delivery come twice? */
	int64_t speed;	      /* Slack's schedules run so many times faster */
	int64_t lag_ms;	      /* own posts are not in the history before that */
	int64_t ghosts;	      /* sockets that hello counts too many */
	int64_t page;	      /* the longest page of a list; 0 = as asked for */
	char *scopes;	      /* granted to the bot, joined by commas */
};

/* What shall happen to the next handshake or frame, once. */
struct wire_plan {
	int64_t refuse_status; /* 0 = the handshake is answered with 101 */
	int64_t refuse_times;
	int64_t cut_handshake; /* -1 = no; bytes of the answer to the handshake that still leave */
	int64_t cut_hello;     /* the same of the frame with the next hello */
	int64_t cut_delivery;  /* of the next delivery */
	bool cut_by_reset;
	int64_t delay_hello_ms;
	bool no_hello;
	char *hello_reason; /* a disconnect frame with this reason in place of hello; NULL = hello */
	char *garbage;	    /* text behind the 101; NULL = none */
	char *late_echo;    /* RTM: text of the own message that comes again behind hello */
	int64_t migrating;  /* RTM: so many connects fail with migration_in_progress */
	bool deaf_to_close; /* close frames of the client stay without an answer */
};

/* The clock of the workspace's people, which a scenario may put forward. */
struct calendar {
	struct clock clock;
	const struct clock *under;
	int64_t ahead_ms;
};

/* What there was before the newest command that did something. */
struct sim_then {
	size_t n_hellos, n_gaps, n_cuts;
};

struct sim {
	struct sim *first; /* of the workspaces; it owns loop, server and calendar */
	struct sim *next;  /* NULL = the last */
	char *name;	   /* as scenarios call it; NULL = it is the only one */
	char host[64];	   /* in its addresses; in the first one */
	char *bot_token, *app_token;
	struct loop *loop;
	struct calendar calendar; /* in the first one */
	struct sim_workspace workspace;
	struct ledger ledger;
	struct list faults; /* fault::link */
	struct settings set;
	struct wire_plan plan;
	struct tickets tickets;
	struct map buckets; /* by method: struct bucket, made on first use or set by hand */
	struct map answers; /* by method: struct json, answers that a scenario has laid down */
	struct map hooks;   /* by name: struct hook, endpoints of others */
	struct slashes *slashes;
	struct json *events; /* array: the newest inner events that the app was told of, as texts */
	struct server *server;
	struct proxy *proxy; /* NULL = none */
	struct links *links;
	struct socket_side *socket;
	struct rtm_side *rtm;
	size_t n_faults; /* calls that went wrong because they should */
	size_t n_cuts;	 /* connections that were really cut where they should be */
	struct sim_then then;
	struct mono started;
	uint64_t random;
	struct buf complaints; /* what the client did wrong on the wire, one a line */
	/* Called for everything that people could see; NULL = nobody looks on. In the first one. */
	void (*on_seen)(void *owner, const struct channel *c, const struct message *m,
			const char *what);
	void *on_seen_owner;
};

#define SIM_BOT_TOKEN "xoxb-1000000000001-1000000000002-slacksimslacksimslacksim"
#define SIM_APP_TOKEN "xapp-1-A01RETORT-1000000000003-slacksim"
#define SIM_ALL_SCOPES                                                                                          \
	"app_mentions:read,channels:history,groups:history,im:history,mpim:history,channels:read,groups:read,"  \
	"im:read,mpim:read,users:read,chat:write,reactions:read,reactions:write,im:write,mpim:write,team:read," \
	"users:read.email,usergroups:read,pins:read,pins:write,emoji:read,files:read,commands,"                 \
	"channels:write.topic,channels:write.invites"

int sim_new(struct sim **out, struct tls_identity *identity, int port, uint64_t seed);
void sim_free(struct sim *sim); /* the first one, with all others */
/* The workspace of this name, made when there is none. The first name is that of the one that is there already. */
struct sim *sim_named(struct sim *sim, struct str name);
/* Whose token it is; the first one when it is nobody's. */
struct sim *sim_of_token(struct sim *sim, struct str token);
int64_t sim_ms(const struct sim *sim);		       /* since the start */
int64_t sim_scaled(const struct sim *sim, int64_t ms); /* by the speed of Slack's schedules */
uint64_t sim_random(struct sim *sim, uint64_t below);
void sim_uuid(struct sim *sim, char out[37]);
/* Notes what the client did wrong; a scenario with complaints fails. */
void sim_complain(struct sim *sim, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Lets the app know of an inner event of a channel (NULL = of the workspace): by Socket Mode or by RTM.
 * Nothing leaves when the bot is not in the channel. Takes the event. */
void sim_publish(struct sim *sim, const struct channel *c, struct json *take_inner);
/* The same of the workspace, without a change for RTM. */
void sim_publish_as_is(struct sim *sim, struct json *take_inner);
/* The event of an edit, and the app_mention when the bot is mentioned now. Takes the message as it was before. */
void sim_publish_edit(struct sim *sim, struct channel *c, struct message *m,
		      struct json *take_before);
/* The event of a message, and the app_mention that goes with it. */
void sim_publish_message(struct sim *sim, struct channel *c, struct message *m);
void sim_seen(const struct sim *sim, const struct channel *c, const struct message *m,
	      const char *what);
