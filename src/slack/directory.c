/* SPDX-License-Identifier: MIT */
/*
 * Three things live here: the lists that are loaded page by page at start; the look-ups of single ids, at
 * most one for an id at a time; and the events that wait for look-ups, in a queue a channel. What is
 * known already completes an event on the spot.
 *
 *	line (of a channel) ── waiting (an event) ── wish ── lookup (an id) ── api_call
 *
 * An event leaves its line when nothing is open for it or its time is up, and everything in front of it has
 * left: the deadlines in a line rise, so nobody waits longer than one deadline.
 */
#include "slack/directory.h"

#include <stdlib.h>
#include "base/list.h"
#include "base/mem.h"
#include "slack/decode.h"
#include "slack/roster.h"

enum {
	WAIT_MS = 1500,
	ABSENT_MS = 600000,
	ABSENT_MAX = 10000, /* ids known not to exist; more, and all are forgotten */
	LOOKUPS_MAX = 200,  /* at a time */
	WISHES_MAX = 20,    /* for one event: a text may mention thousands */
	RESTARTS_MAX = 3,
};

/* ---- what there is ---- */

enum thing { THING_USER, THING_CHANNEL, THING_REACTED, N_THINGS };

/* How one thing is looked up. */
static const struct {
	const char *method, *arg, *result, *prefixes;
} things[] = {
	[THING_USER] = { "users.info", "user", "user", "UW" },
	[THING_CHANNEL] = { "conversations.info", "channel", "channel", "CGD" },
	[THING_REACTED] = { "reactions.get", NULL, NULL, NULL },
};

struct lookup {
	struct directory *d;
	enum thing thing;
	char *id;
	struct api_call *call;
	struct list wishes;
};

struct wish {
	struct waiting *waiting;
	struct list link;     /* lookup::wishes */
	struct list own_link; /* waiting::wishes */
};

struct line {
	char *channel;
	struct list waiting;
	bool moving; /* line_move is on the stack */
};

struct waiting {
	struct directory *d;
	struct line *line;
	struct list link; /* line::waiting */
	struct event *ev;
	unsigned wants;
	struct list wishes;
	size_t n_wishes;
	struct api_call *reacted; /* asks for the message reacted to */
	bool done;
	struct loop_timer patience;
	void (*on_complete)(void *owner, struct event *take, void *tag);
	void *owner;
	void *tag;
};

enum { LIST_USERS, LIST_CHANNELS, N_LISTS };

/* A list of the workspace while it is loaded. */
struct listing {
	struct directory *d;
	struct api_call *call; /* NULL = finished, or not begun */
	unsigned n_restarts;
	bool complete;
};

struct directory {
	struct loop *loop;
	struct api *api;
	const struct secret *token;
	const struct identity *me;
	struct roster roster;
	struct text_names names;
	struct listing lists[N_LISTS];
	void (*on_loaded)(void *owner);
	void *owner;
	struct map lookups;		    /* by id */
	struct map absent;		    /* ids that are not there, until when */
	struct mono barred_until[N_THINGS]; /* the scope for it is missing */
	struct map lines;		    /* by channel */
	struct buf found;		    /* what directory_find_… gives */
};

/* ---- loading the lists ---- */

static void learn_user(struct directory *d, const struct json *user)
{
	roster_learn_user(&d->roster, user);
}

static void learn_channel(struct directory *d, const struct json *channel)
{
	roster_learn_channel(&d->roster, channel, CHANNEL_UNKNOWN);
}

static const struct {
	const char *method, *array, *what;
	const char *types;
	void (*learn)(struct directory *d, const struct json *object);
} listings[] = {
	[LIST_USERS] = { "users.list", "members", "people", NULL, learn_user },
	[LIST_CHANNELS] = { "users.conversations", "channels", "channels",
			    "public_channel,private_channel,mpim,im", learn_channel },
};

static void on_page(void *owner, const struct api_answer *answer);

static size_t list_index(const struct listing *list)
{
	return (size_t)(list - list->d->lists);
}

static void ask_page(struct listing *list, struct str cursor)
{
	struct api_args *args = api_args_new();
	const char *types = listings[list_index(list)].types;

	api_arg(args, "limit", STR("200"));
	if (types != NULL) {
		api_arg(args, "types", str_from(types));
		api_arg(args, "exclude_archived", STR("true"));
	}
	if (cursor.len > 0)
		api_arg(args, "cursor", cursor);
	list->call = api_call(list->d->api, listings[list_index(list)].method, list->d->token,
			      STR_EMPTY, args, on_page, list);
}

static void list_finished(struct listing *list)
{
	struct directory *d = list->d;

	for (size_t i = 0; i < N_LISTS; i++) {
		if (d->lists[i].call != NULL)
			return;
	}
	d->on_loaded(d->owner);
}

static void take_page(struct listing *list, const struct json *body)
{
	const struct json *objects = json_at(body, listings[list_index(list)].array);
	struct str cursor = json_str(body, "response_metadata.next_cursor");
	size_t n = json_kind(objects) == JSON_ARRAY ? json_len(objects) : 0;

	for (size_t i = 0; i < n; i++)
		listings[list_index(list)].learn(list->d, json_item(objects, i));
	if (cursor.len > 0) {
		ask_page(list, cursor);
		return;
	}
	list->complete = true;
	list_finished(list);
}

static void on_page(void *owner, const struct api_answer *answer)
{
	struct listing *list = owner;

	list->call = NULL;
	if (answer->outcome == API_OK) {
		take_page(list, answer->body);
	} else if (str_is(answer->error, "invalid_cursor") && list->n_restarts++ < RESTARTS_MAX) {
		ask_page(list, STR_EMPTY);
	} else {
		/* A missing scope has been said by the api already. */
		log_info("directory",
			 "the list of %s cannot be had, they are looked up one by one error=%.*s",
			 listings[list_index(list)].what, STR_ARG(answer->error));
		list_finished(list);
	}
}

void directory_load(struct directory *d, void (*on_loaded)(void *owner), void *owner)
{
	d->on_loaded = on_loaded;
	d->owner = owner;
	for (size_t i = 0; i < N_LISTS; i++)
		ask_page(&d->lists[i], STR_EMPTY);
}

bool directory_is_loaded(const struct directory *d)
{
	return d->lists[LIST_USERS].complete && d->lists[LIST_CHANNELS].complete;
}

/* ---- names ---- */

static bool name_of_user(void *owner, struct str id, struct str *name)
{
	const struct directory *d = owner;
	const struct roster_user *user = roster_user(&d->roster, id);

	if (user == NULL)
		return false;
	*name = str_from(user->name[0] != '\0' ? user->name : user->handle);
	return name->len > 0;
}

static bool name_of_channel(void *owner, struct str id, struct str *name)
{
	const struct directory *d = owner;
	const struct roster_channel *channel = roster_channel(&d->roster, id);

	*name = channel != NULL ? str_from(channel->name) : STR_EMPTY;
	return name->len > 0;
}

static bool name_of_group(void *owner, struct str id, struct str *handle)
{
	const struct directory *d = owner;

	*handle = roster_group(&d->roster, id);
	return handle->len > 0;
}

const struct text_names *directory_names(struct directory *d)
{
	return &d->names;
}

static int count_to_answer(size_t n)
{
	return n > 1 ? 2 : (int)n;
}

/* The buffer is a cache for the answer: finding changes nothing that a caller can see. */
static struct buf *found_of(const struct directory *d)
{
	struct buf *found = &((struct directory *)d)->found;

	buf_clear(found);
	return found;
}

int directory_find_user(const struct directory *d, struct str name, struct str *id)
{
	struct buf *found = found_of(d);
	size_t n = roster_find_user(&d->roster, name, found);

	*id = buf_str(found);
	return count_to_answer(n);
}

int directory_find_channel(const struct directory *d, struct str name, struct str *id)
{
	struct buf *found = found_of(d);
	size_t n = roster_find_channel(&d->roster, name, found);

	*id = buf_str(found);
	return count_to_answer(n);
}

struct str directory_email(const struct directory *d, struct str user)
{
	const struct roster_user *known = roster_user(&d->roster, user);

	return known != NULL ? str_from(known->email) : STR_EMPTY;
}

/* ---- filling an event in ---- */

static void fill_person(const struct directory *d, struct event *ev, struct person *person)
{
	const struct roster_user *user = roster_user(&d->roster, person->id);

	if (user == NULL)
		return;
	person->handle = str_keep(&ev->arena, str_from(user->handle));
	person->name = str_keep(&ev->arena, str_from(user->name));
	person->email = str_keep(&ev->arena, str_from(user->email));
	person->is_bot = user->is_bot;
}

/* The one letter that membership events have is less than the truth. */
static bool is_kind_vague(const struct event *ev)
{
	return ev->channel_kind == CHANNEL_UNKNOWN || ev->kind == EVENT_JOIN ||
	       ev->kind == EVENT_LEAVE;
}

static void fill_channel(const struct directory *d, struct event *ev)
{
	const struct roster_channel *channel = roster_channel(&d->roster, ev->channel);

	if (channel == NULL)
		return;
	if (channel->name[0] != '\0')
		ev->channel_name = str_keep(&ev->arena, str_from(channel->name));
	if (is_kind_vague(ev) && channel->kind != CHANNEL_UNKNOWN)
		ev->channel_kind = channel->kind;
}

static void fill(struct directory *d, struct event *ev)
{
	fill_person(d, ev, &ev->user);
	fill_person(d, ev, &ev->author);
	fill_channel(d, ev);
	ev->from_bot = ev->from_bot || ev->user.is_bot;
	decode_texts(ev, d->me, &d->names);
}

/* ---- what is missing ---- */

static bool is_barred(const struct directory *d, enum thing thing)
{
	return d->barred_until[thing].ns > loop_now(d->loop).ns;
}

static bool is_absent(struct directory *d, struct str id)
{
	const struct mono *until = map_get(&d->absent, id);

	if (until == NULL)
		return false;
	if (until->ns > loop_now(d->loop).ns)
		return true;
	free(map_remove(&d->absent, id));
	return false;
}

static void note_absent(struct directory *d, const char *id)
{
	struct mono *until = mem_alloc(sizeof(*until));

	if (d->absent.n >= ABSENT_MAX)
		map_deinit(&d->absent, free);
	*until = mono_after(loop_now(d->loop), ABSENT_MS);
	free(map_set(&d->absent, str_from(id), until));
}

static bool is_id_of(enum thing thing, struct str id)
{
	if (id.len < 2 || id.len > 21 ||
	    str_find_char(str_from(things[thing].prefixes), id.p[0]) == SIZE_MAX)
		return false;
	for (size_t i = 1; i < id.len; i++) {
		if (!((id.p[i] >= 'A' && id.p[i] <= 'Z') || (id.p[i] >= '0' && id.p[i] <= '9')))
			return false;
	}
	return true;
}

static bool may_look_up(struct directory *d, enum thing thing, struct str id)
{
	return is_id_of(thing, id) && !is_barred(d, thing) && !is_absent(d, id);
}

static bool is_user_missing(struct directory *d, struct str id)
{
	return roster_user(&d->roster, id) == NULL && may_look_up(d, THING_USER, id);
}

/* DMs have no name to ask for. */
static bool is_channel_known(const struct roster_channel *channel, enum channel_kind kind)
{
	if (kind == CHANNEL_DM || kind == CHANNEL_GROUP)
		return true;
	return channel != NULL && channel->name[0] != '\0' && kind != CHANNEL_UNKNOWN;
}

static bool is_channel_missing(struct directory *d, const struct event *ev)
{
	const struct roster_channel *channel = roster_channel(&d->roster, ev->channel);
	enum channel_kind kind = ev->channel_kind;

	if (channel != NULL && is_kind_vague(ev) && channel->kind != CHANNEL_UNKNOWN)
		kind = channel->kind;
	return !is_channel_known(channel, kind) && may_look_up(d, THING_CHANNEL, ev->channel);
}

static bool is_reacted_missing(const struct directory *d, const struct event *ev, unsigned wants)
{
	return (wants & WANT_REACTED) && !ev->text_known && ev->ts.len > 0 && ev->channel.len > 0 &&
	       !is_barred(d, THING_REACTED);
}

struct mention_check {
	struct directory *d;
	bool missing;
};

static void check_mention(void *owner, struct str id)
{
	struct mention_check *check = owner;

	check->missing = check->missing || is_user_missing(check->d, id);
}

static bool is_anything_missing(struct directory *d, const struct event *ev, unsigned wants)
{
	struct mention_check check = { .d = d };

	if (wants & WANT_NAMES)
		check.missing = is_user_missing(d, ev->user.id) ||
				is_user_missing(d, ev->author.id) || is_channel_missing(d, ev);
	text_each_mention(ev->text_raw, check_mention, &check);
	return check.missing || is_reacted_missing(d, ev, wants);
}

/* ---- lines ---- */

static struct line *line_for(struct directory *d, struct str channel)
{
	struct line *line = map_get(&d->lines, channel);

	if (line != NULL)
		return line;
	line = mem_zero(1, sizeof(*line));
	line->channel = str_dup(channel);
	list_init(&line->waiting);
	map_set(&d->lines, channel, line);
	return line;
}

static void line_free(void *object)
{
	struct line *line = object;

	free(line->channel);
	free(line);
}

static void drop_wishes(struct waiting *w)
{
	list_each (link, &w->wishes) {
		struct wish *wish = list_entry(link, struct wish, own_link);

		list_remove(&wish->link);
		list_remove(&wish->own_link);
		free(wish);
	}
	if (w->reacted != NULL)
		api_cancel(w->reacted);
	w->reacted = NULL;
}

/* Takes everything out of the waiting one but its event. */
static struct event *waiting_end(struct waiting *w)
{
	struct event *ev = w->ev;

	drop_wishes(w);
	list_remove(&w->link);
	loop_timer_stop(w->d->loop, &w->patience);
	loop_bury(w->d->loop, w, free);
	return ev;
}

/* Lets go who is done and first. What is called may come back here; the outer one then goes on. */
static void line_move(struct directory *d, struct line *line)
{
	if (line->moving)
		return;
	line->moving = true;
	while (!list_is_empty(&line->waiting)) {
		struct waiting *w = list_first(&line->waiting, struct waiting, link);
		const struct waiting left = *w;

		if (!w->done)
			break;
		waiting_end(w);
		fill(d, left.ev);
		left.on_complete(left.owner, left.ev, left.tag);
	}
	line->moving = false;
	if (list_is_empty(&line->waiting))
		line_free(map_remove(&d->lines, str_from(line->channel)));
}

static void waiting_check(struct waiting *w)
{
	if (w->n_wishes > 0 || w->reacted != NULL)
		return;
	w->done = true;
	line_move(w->d, w->line);
}

static void on_patience(void *owner)
{
	struct waiting *w = owner;

	drop_wishes(w);
	w->done = true;
	line_move(w->d, w->line);
}

/* ---- look-ups of one id ---- */

static void lookup_free(void *object)
{
	struct lookup *lookup = object;

	free(lookup->id);
	free(lookup);
}

/* False when the answer left us as ignorant as we were. */
static bool learn_thing(struct directory *d, const struct lookup *lookup, const struct json *body)
{
	const struct json *object = json_at(body, things[lookup->thing].result);
	const struct roster_channel *channel;

	if (lookup->thing == THING_USER) {
		learn_user(d, object);
		return roster_user(&d->roster, str_from(lookup->id)) != NULL;
	}
	learn_channel(d, object);
	channel = roster_channel(&d->roster, str_from(lookup->id));
	return channel != NULL && is_channel_known(channel, channel->kind);
}

/* Without the scope every further question would be as vain as this one. */
static void bar_without_scope(struct directory *d, enum thing thing, struct str error)
{
	if (str_is(error, "missing_scope"))
		d->barred_until[thing] = mono_after(loop_now(d->loop), ABSENT_MS);
}

static void grant_wishes(struct lookup *lookup)
{
	while (!list_is_empty(&lookup->wishes)) {
		struct wish *wish = list_first(&lookup->wishes, struct wish, link);
		struct waiting *w = wish->waiting;

		list_remove(&wish->link);
		list_remove(&wish->own_link);
		free(wish);
		w->n_wishes--;
		waiting_check(w);
	}
}

static void on_looked_up(void *owner, const struct api_answer *answer)
{
	struct lookup *lookup = owner;
	struct directory *d = lookup->d;

	map_remove(&d->lookups, str_from(lookup->id));
	if (answer->outcome != API_OK || !learn_thing(d, lookup, answer->body))
		note_absent(d, lookup->id);
	bar_without_scope(d, lookup->thing, answer->error);
	grant_wishes(lookup);
	lookup_free(lookup);
}

/* The look-up that is on for this id, or a new one; NULL when too many are. */
static struct lookup *lookup_for(struct directory *d, enum thing thing, struct str id)
{
	struct lookup *lookup = map_get(&d->lookups, id);
	struct api_args *args;

	if (lookup != NULL || d->lookups.n >= LOOKUPS_MAX)
		return lookup;
	lookup = mem_zero(1, sizeof(*lookup));
	lookup->d = d;
	lookup->thing = thing;
	lookup->id = str_dup(id);
	list_init(&lookup->wishes);
	map_set(&d->lookups, id, lookup);
	args = api_args_new();
	api_arg(args, things[thing].arg, id);
	lookup->call = api_call(d->api, things[thing].method, d->token, STR_EMPTY, args,
				on_looked_up, lookup);
	return lookup;
}

static void want(struct waiting *w, enum thing thing, struct str id)
{
	struct lookup *lookup = w->n_wishes < WISHES_MAX ? lookup_for(w->d, thing, id) : NULL;
	struct wish *wish;

	if (lookup == NULL)
		return;
	wish = mem_zero(1, sizeof(*wish));
	wish->waiting = w;
	list_init(&wish->link);
	list_init(&wish->own_link);
	list_append(&lookup->wishes, &wish->link);
	list_append(&w->wishes, &wish->own_link);
	w->n_wishes++;
}

static void want_user(void *owner, struct str id)
{
	struct waiting *w = owner;

	if (is_user_missing(w->d, id))
		want(w, THING_USER, id);
}

static void want_names(struct waiting *w)
{
	if (w->wants & WANT_NAMES) {
		want_user(w, w->ev->user.id);
		want_user(w, w->ev->author.id);
		if (is_channel_missing(w->d, w->ev))
			want(w, THING_CHANNEL, w->ev->channel);
	}
	text_each_mention(w->ev->text_raw, want_user, w);
}

/* ---- the message reacted to ---- */

static void take_reacted(struct event *ev, const struct json *message)
{
	struct str user = json_str(message, "user");

	ev->text_raw = str_keep(&ev->arena, json_str(message, "text"));
	ev->thread_ts = str_keep(&ev->arena, json_str(message, "thread_ts"));
	if (user.len > 0)
		ev->author.id = str_keep(&ev->arena, user);
	ev->text_known = true;
}

static void on_reacted(void *owner, const struct api_answer *answer)
{
	struct waiting *w = owner;
	const struct json *message = json_at(answer->body, "message");

	w->reacted = NULL;
	if (answer->outcome == API_OK && json_kind(message) == JSON_OBJECT)
		take_reacted(w->ev, message);
	bar_without_scope(w->d, THING_REACTED, answer->error);
	want_names(w); /* it may mention people, too */
	waiting_check(w);
}

static void ask_reacted(struct waiting *w)
{
	struct api_args *args = api_args_new();

	api_arg(args, "channel", w->ev->channel);
	api_arg(args, "timestamp", w->ev->ts);
	api_arg_bool(args, "full", true);
	w->reacted = api_call(w->d->api, things[THING_REACTED].method, w->d->token, STR_EMPTY, args,
			      on_reacted, w);
}

/* ---- completing ---- */

static struct waiting *waiting_new(struct directory *d, struct event *take, unsigned wants)
{
	struct waiting *w = mem_zero(1, sizeof(*w));

	w->d = d;
	w->ev = take;
	w->wants = wants;
	w->line = line_for(d, take->channel);
	list_init(&w->link);
	list_init(&w->wishes);
	list_append(&w->line->waiting, &w->link);
	loop_timer_init(&w->patience, on_patience, w);
	loop_timer_start(d->loop, &w->patience, WAIT_MS);
	return w;
}

void directory_complete(struct directory *d, struct event *take, unsigned wants,
			void (*on_complete)(void *owner, struct event *take, void *tag),
			void *owner, void *tag)
{
	struct waiting *w;

	if (map_get(&d->lines, take->channel) == NULL && !is_anything_missing(d, take, wants)) {
		fill(d, take);
		on_complete(owner, take, tag);
		return;
	}
	w = waiting_new(d, take, wants);
	w->on_complete = on_complete;
	w->owner = owner;
	w->tag = tag;
	if (is_reacted_missing(d, take, wants))
		ask_reacted(w);
	want_names(w);
	waiting_check(w);
}

/* ---- learning from events ---- */

static void note_user(struct directory *d, const struct event *ev)
{
	const struct json *user = json_at(ev->payload, "user");

	learn_user(d, user);
	free(map_remove(&d->absent, json_str(user, "id")));
}

static void note_channel(struct directory *d, const struct event *ev)
{
	const struct json *channel = json_at(ev->payload, "channel");

	learn_channel(d, channel);
	free(map_remove(&d->absent, json_str(channel, "id")));
}

/* Slack announces only public channels. */
static void note_new_channel(struct directory *d, const struct event *ev)
{
	roster_learn_channel(&d->roster, json_at(ev->payload, "channel"), CHANNEL_PUBLIC);
	free(map_remove(&d->absent, json_str(ev->payload, "channel.id")));
}

static void note_moved_channel(struct directory *d, const struct event *ev)
{
	roster_move_channel(&d->roster, json_str(ev->payload, "old_channel_id"),
			    json_str(ev->payload, "new_channel_id"));
}

/* An event of its own only for apps that subscribe to it; the channel itself always says so. */
static void note_message(struct directory *d, const struct event *ev)
{
	if (str_is(ev->subtype, "channel_name") || str_is(ev->subtype, "group_name"))
		roster_rename_channel(&d->roster, ev->channel, json_str(ev->payload, "name"));
}

static void note_group(struct directory *d, const struct event *ev)
{
	roster_learn_group(&d->roster, json_at(ev->payload, "subteam"));
}

/* The bot came into a channel: rules may name it. */
static void note_join(struct directory *d, const struct event *ev)
{
	free(map_remove(&d->absent, ev->channel));
	if (ev->from_self && is_channel_missing(d, ev))
		lookup_for(d, THING_CHANNEL, ev->channel);
}

static const struct {
	const char *type;
	void (*note)(struct directory *d, const struct event *ev);
} teachers[] = {
	{ "team_join", note_user },
	{ "user_change", note_user },
	{ "user_profile_changed", note_user },
	{ "user_status_changed", note_user },
	{ "channel_created", note_new_channel },
	{ "channel_rename", note_channel },
	{ "channel_joined", note_channel },
	{ "channel_id_changed", note_moved_channel },
	{ "group_rename", note_channel },
	{ "group_joined", note_channel },
	{ "im_created", note_channel },
	{ "member_joined_channel", note_join },
	{ "subteam_created", note_group },
	{ "subteam_updated", note_group },
	{ "message", note_message },
};

void directory_note(struct directory *d, const struct event *ev)
{
	for (size_t i = 0; i < ARRAY_LEN(teachers); i++) {
		if (str_is(ev->type, teachers[i].type)) {
			teachers[i].note(d, ev);
			return;
		}
	}
}

/* ---- life ---- */

int directory_new(struct directory **out, struct loop *loop, struct api *api,
		  const struct secret *token, const struct identity *me)
{
	struct directory *d = mem_zero(1, sizeof(*d));

	d->loop = loop;
	d->api = api;
	d->token = token;
	d->me = me;
	d->names = (struct text_names){ d, name_of_user, name_of_channel, name_of_group };
	roster_init(&d->roster);
	map_init(&d->lookups);
	map_init(&d->absent);
	map_init(&d->lines);
	buf_init(&d->found, 0);
	for (size_t i = 0; i < N_LISTS; i++)
		d->lists[i].d = d;
	for (size_t i = 0; i < N_THINGS; i++)
		d->barred_until[i].ns = INT64_MIN;
	*out = d;
	return 0;
}

static void drop_line(void *object)
{
	struct line *line = object;

	list_each (link, &line->waiting)
		event_free(waiting_end(list_entry(link, struct waiting, link)));
	line_free(line);
}

static void drop_lookup(void *object)
{
	struct lookup *lookup = object;

	api_cancel(lookup->call);
	lookup_free(lookup);
}

void directory_free(struct directory *d)
{
	if (d == NULL)
		return;
	map_deinit(&d->lines, drop_line);
	map_deinit(&d->lookups, drop_lookup);
	map_deinit(&d->absent, free);
	for (size_t i = 0; i < N_LISTS; i++) {
		if (d->lists[i].call != NULL)
			api_cancel(d->lists[i].call);
	}
	roster_deinit(&d->roster);
	buf_deinit(&d->found);
	free(d);
}
