/* SPDX-License-Identifier: MIT */
/*
 * Slack says similar things in many shapes: `user` and `channel` are ids here and objects there, an edit
 * hides the message one level down, a join is an event of its own and a message besides. Two
 * tables, of types and of message subtypes, name the reader of each shape; what they do not
 * name is an event of type "other". Nothing is required but a type: a field that is missing or
 * of another JSON type is empty.
 */
#include "slack/decode.h"

#include "base/arena.h"
#include "net/crypto.h"

/* ---- small things ---- */

static struct str first_of(struct str a, struct str b)
{
	return a.len > 0 ? a : b;
}

/* An id where Slack has either the id or an object that holds it. */
static struct str id_at(const struct json *j, const char *name)
{
	const struct json *node = json_at(j, name);

	return json_kind(node) == JSON_OBJECT ? json_str(node, "id") : json_str(j, name);
}

/* Slack's times are seconds; some samples have them in microseconds. */
static int64_t ms_of_any(int64_t time)
{
	if (time >= 100000000000000)
		return time / 1000;
	return time >= 100000000000 ? time : time * 1000;
}

/* "1355517523.000005" in milliseconds; 0 for what is no time. */
static int64_t ts_ms(struct str ts)
{
	struct str seconds = str_sub(ts, 0, str_find_char(ts, '.'));
	struct str part = str_sub(ts, seconds.len + 1, seconds.len + 4);
	int64_t time, ms = 0;

	if (seconds.len > 18 || !str_int(seconds, &time) || time < 0)
		return 0;
	if (part.len < 3 || !str_int(part, &ms) || ms < 0)
		ms = 0;
	return ms_of_any(time) + ms;
}

/* Rules can insert any field of the payload: what opens doors is not kept in it. */
static const char *const secrets[] = { "token", "bot_access_token", "response_url", "trigger_id",
				       NULL };

/* ---- people ---- */

/*
 * Who is told of by it: as the whole object `user` of team_join, user_change and their kin, or as an id with what a
 * message says of its writer.
 */
static void read_person(struct person *person, const struct json *j)
{
	const struct json *user = json_at(j, "user");
	const bool is_whole = json_kind(user) == JSON_OBJECT;
	const struct json *said = is_whole ? user : json_at(j, "user_profile");
	const struct json *profile = is_whole ? json_at(user, "profile") : said;
	bool limited = false, very_limited = false;

	person->id = id_at(j, "user");
	person->handle = json_str(said, "name");
	person->name = first_of(json_str(profile, "display_name"), json_str(profile, "real_name"));
	person->name = first_of(person->name,
				is_whole ? json_str(user, "real_name") : json_str(j, "username"));
	person->email = json_str(profile, "email");
	if (is_whole)
		json_get_bool(user, "is_bot", &person->is_bot);
	json_get_bool(said, "is_restricted", &limited);
	json_get_bool(said, "is_ultra_restricted", &very_limited);
	person->is_guest = limited || very_limited;
}

/* Ours by any of its marks. Only what is set counts: nothing is not equal to nothing. */
static bool is_by_me(const struct json *j, const struct identity *me)
{
	const struct {
		struct str seen;
		const char *mine;
	} marks[] = {
		{ id_at(j, "user"), me->user_id },
		{ json_str(j, "user_id"), me->user_id },
		{ json_str(j, "bot_id"), me->bot_id },
		{ json_str(j, "app_id"), me->app_id },
		{ json_str(j, "bot_profile.app_id"), me->app_id },
	};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (marks[i].seen.len > 0 && marks[i].mine != NULL &&
		    str_is(marks[i].seen, marks[i].mine))
			return true;
	}
	return false;
}

static void read_who(struct event *ev, const struct identity *me)
{
	/* Of a message it matters who wrote any of it. */
	static const char *const places[] = { "", "message", "previous_message" };
	/* What is made tells of its maker in itself. */
	static const struct {
		const char *type, *path;
	} makers[] = {
		{ "channel_created", "channel.creator" },
		{ "subteam_created", "subteam.created_by" },
		{ "subteam_updated", "subteam.updated_by" },
	};
	const size_t n = str_is(ev->type, "message") ? ARRAY_LEN(places) : 1;

	read_person(&ev->user, ev->payload);
	ev->user.id = first_of(ev->user.id, json_str(ev->payload, "user_id"));
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		if (str_is(ev->type, makers[i].type))
			ev->user.id = json_str(ev->payload, makers[i].path);
	}
	ev->from_self = ev->user.id.len > 0 && me->user_id != NULL &&
			str_is(ev->user.id, me->user_id);
	ev->author = ev->user;
	for (size_t i = 0; i < n; i++) {
		const struct json *j = json_at(ev->payload, places[i]);
		struct str bot_id = json_str(j, "bot_id"), subtype = json_str(j, "subtype");

		/* Slackbot's own, in the place of what somebody wrote. */
		if (i > 0 && str_is(subtype, "tombstone"))
			continue;
		ev->from_self = ev->from_self || is_by_me(j, me);
		ev->from_bot = ev->from_bot || bot_id.len > 0 || str_is(subtype, "bot_message") ||
			       str_is(id_at(j, "user"), "USLACKBOT");
		ev->bot_id = first_of(ev->bot_id, bot_id);
	}
}

/* ---- where ---- */

static const struct {
	const char *type;
	enum channel_kind kind;
} channel_types[] = {
	{ "channel", CHANNEL_PUBLIC },
	{ "group", CHANNEL_PRIVATE },
	{ "im", CHANNEL_DM },
	{ "mpim", CHANNEL_GROUP },
	{ "app_home", CHANNEL_DM },
	{ "C", CHANNEL_PUBLIC }, /* one letter in member_joined_channel */
	{ "G", CHANNEL_PRIVATE },
	{ "D", CHANNEL_DM },
};

static void read_where(struct event *ev)
{
	static const char *const places[] = { "channel_id", "item.channel", "new_channel_id" };
	struct str type = json_str(ev->payload, "channel_type");

	ev->channel = id_at(ev->payload, "channel");
	ev->channel_name = json_str(ev->payload, "channel.name");
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		ev->channel = first_of(ev->channel, json_str(ev->payload, places[i]));
	for (size_t i = 0; i < ARRAY_LEN(channel_types); i++) {
		if (str_is(type, channel_types[i].type))
			ev->channel_kind = channel_types[i].kind;
	}
	/* Of the prefixes only D is true to its word. */
	if (ev->channel_kind == CHANNEL_UNKNOWN && str_starts(ev->channel, "D"))
		ev->channel_kind = CHANNEL_DM;
}

static void read_when(struct event *ev, int64_t event_time)
{
	ev->event_ts = first_of(json_str(ev->payload, "event_ts"), json_str(ev->payload, "ts"));
	ev->time.ms = ts_ms(ev->event_ts);
	if (ev->time.ms == 0 && event_time > 0)
		ev->time.ms = ms_of_any(event_time);
}

/* ---- keys by content ---- */

static struct str content_key(struct event *ev, const char *kind, struct str a, struct str b)
{
	return str_keepf(&ev->arena, "%s:%.*s:%.*s:%.*s%s%.*s", kind, STR_ARG(ev->team),
			 STR_ARG(ev->channel), STR_ARG(a), b.len > 0 ? ":" : "", STR_ARG(b));
}

static struct str plain_key(struct event *ev)
{
	if (ev->event_ts.len == 0)
		return STR_EMPTY;
	return str_keepf(&ev->arena, "%.*s:%.*s:%.*s:%.*s:%.*s", STR_ARG(ev->type),
			 STR_ARG(ev->team), STR_ARG(ev->event_ts), STR_ARG(ev->user.id),
			 STR_ARG(ev->channel));
}

/* Slack tells of one joining twice, each with a time of its own, hardly ever a second apart. Within an
 * hour it is the same joining. */
static struct str membership_key(struct event *ev, const char *kind)
{
	struct str hour = str_keepf(&ev->arena, "%lld", (long long)(ev->time.ms / 3600000));

	return content_key(ev, kind, ev->user.id, hour);
}

/* ---- messages ---- */

static void be_nothing(struct event *ev)
{
	ev->kind = EVENT_OTHER;
	ev->hidden = true;
}

static void read_said(struct event *ev)
{
	bool hidden = false;

	json_get_bool(ev->payload, "hidden", &hidden);
	if (hidden || ev->ts.len == 0 || ev->channel.len == 0) {
		be_nothing(ev);
		return;
	}
	ev->kind = EVENT_MESSAGE;
	ev->key = content_key(ev, "m", ev->ts, STR_EMPTY);
}

/* An edit that keeps or adds a mention is announced like a new message. */
static void read_app_mention(struct event *ev)
{
	read_said(ev);
	if (json_kind(json_at(ev->payload, "edited")) == JSON_OBJECT)
		be_nothing(ev);
}

static void read_deleted(struct event *ev)
{
	ev->ts = first_of(json_str(ev->payload, "deleted_ts"), ev->ts);
	ev->user = ev->author;
	if (ev->ts.len == 0 || ev->channel.len == 0) {
		be_nothing(ev);
		return;
	}
	ev->kind = EVENT_DELETE;
	ev->key = content_key(ev, "d", ev->ts, STR_EMPTY);
}

/* Unfurled links, thread counts and the like change a message as well; a person did so only when there is
 * `edited` and another text. */
static void read_changed(struct event *ev)
{
	const struct json *edited = json_at(ev->payload, "message.edited");
	struct str before = json_str(ev->payload, "previous_message.text");

	ev->ts = first_of(ev->ts, json_str(ev->payload, "previous_message.ts"));
	ev->user = ev->author;
	if (json_kind(edited) != JSON_OBJECT || str_eq(ev->text_raw, before) || ev->ts.len == 0 ||
	    ev->channel.len == 0) {
		be_nothing(ev);
		return;
	}
	ev->kind = EVENT_EDIT;
	ev->key = content_key(ev, "e", ev->ts, first_of(json_str(edited, "ts"), ev->event_ts));
}

static void read_joined(struct event *ev)
{
	ev->kind = EVENT_JOIN;
	ev->key = membership_key(ev, "j");
}

static void read_left(struct event *ev)
{
	ev->kind = EVENT_LEAVE;
	ev->key = membership_key(ev, "l");
}

/* ---- what is about a message ---- */

static void read_any_reaction(struct event *ev, enum event_kind kind, const char *key)
{
	struct str name = json_str(ev->payload, "reaction");

	ev->reaction = event_reaction_name(name);
	ev->ts = json_str(ev->payload, "item.ts");
	ev->author = (struct person){ .id = json_str(ev->payload, "item_user") };
	ev->text_known = false;
	/* Files can be reacted to as well. */
	if (ev->ts.len == 0 || ev->channel.len == 0 || name.len == 0)
		return;
	ev->kind = kind;
	ev->key = str_keepf(&ev->arena, "%s:%.*s:%.*s:%.*s:%.*s:%.*s:%.*s", key, STR_ARG(ev->team),
			    STR_ARG(ev->channel), STR_ARG(ev->ts), STR_ARG(ev->user.id),
			    STR_ARG(name), STR_ARG(ev->event_ts));
}

static void read_reaction(struct event *ev)
{
	read_any_reaction(ev, EVENT_REACTION, "r");
}

static void read_unreaction(struct event *ev)
{
	read_any_reaction(ev, EVENT_UNREACTION, "u");
}

static void read_pin(struct event *ev)
{
	if (ev->ts.len > 0 && ev->channel.len > 0)
		ev->kind = EVENT_PIN;
}

/* ---- shapes ---- */

static const struct shape {
	const char *name;
	const char *
		message; /* where in the payload the message stands that it is about; NULL = nowhere */
	void (*read)(struct event *ev);
} subtypes[] = {
	{ "", "", read_said },
	{ "me_message", "", read_said },
	{ "file_share", "", read_said },
	{ "thread_broadcast", "", read_said },
	{ "bot_message", "", read_said },
	{ "message_changed", "message", read_changed },
	{ "message_deleted", "previous_message", read_deleted },
	{ "message_replied", NULL, be_nothing },
	{ "channel_join", NULL, read_joined },
	{ "group_join", NULL, read_joined },
	{ "channel_leave", NULL, read_left },
	{ "group_leave", NULL, read_left },
};

static const struct shape types[] = {
	{ "app_mention", "", read_app_mention },
	{ "reaction_added", NULL, read_reaction },
	{ "reaction_removed", NULL, read_unreaction },
	{ "member_joined_channel", NULL, read_joined },
	{ "member_left_channel", NULL, read_left },
	{ "pin_added", "item.message", read_pin },
};

/* NULL = an event of type "other". */
static const struct shape *shape_of(const struct event *ev)
{
	const bool is_message = str_is(ev->type, "message");
	const struct shape *shapes = is_message ? subtypes : types;
	const size_t n = is_message ? ARRAY_LEN(subtypes) : ARRAY_LEN(types);
	struct str name = is_message ? ev->subtype : ev->type;

	/* The first message of a thread leaves a tombstone. */
	if (is_message && str_is(name, "message_changed") &&
	    str_is(json_str(ev->payload, "message.subtype"), "tombstone"))
		name = STR("message_deleted");
	for (size_t i = 0; i < n; i++) {
		if (str_is(name, shapes[i].name))
			return &shapes[i];
	}
	return NULL;
}

static void read_shape(struct event *ev)
{
	const struct shape *shape = shape_of(ev);
	const struct json *message;

	ev->kind = EVENT_OTHER;
	if (shape == NULL) {
		json_get_bool(ev->payload, "hidden", &ev->hidden);
		return;
	}
	if (shape->message != NULL) {
		message = json_at(ev->payload, shape->message);
		ev->ts = json_str(message, "ts");
		ev->thread_ts = json_str(message, "thread_ts");
		ev->text_raw = json_str(message, "text");
		ev->has_files = json_at(message, "files.0") != NULL ||
				json_kind(json_at(message, "file")) == JSON_OBJECT;
		if (text_is_plain(ev->text_raw)) /* there is nothing to read in it */
			ev->text = ev->text_to_bot = ev->text_raw;
		if (message != ev->payload) /* the author did not do it, or did it earlier */
			read_person(&ev->author, message);
	}
	shape->read(ev);
}

/* ---- the whole ---- */

int decode_event(struct event **out, struct json *inner, struct str team, struct str event_id,
		 int64_t event_time, const struct identity *me, const char **why)
{
	struct event *ev;

	*out = NULL;
	if (json_str(inner, "type").len == 0) {
		*why = json_kind(inner) == JSON_OBJECT ? "the event has no type" :
							 "the event is no JSON object";
		return DECODE_NOT_AN_EVENT;
	}
	ev = event_new();
	json_drop(inner, secrets);
	ev->payload = json_ref(inner);
	ev->type = json_str(ev->payload, "type");
	/* Keys name the bot's own workspace: in an organisation, an event may come by way of another one than its
	 * message stands in, and the history says none. */
	ev->team = str_keep(&ev->arena, first_of(str_from(me->team_id), team));
	ev->event_id = str_keep(&ev->arena, event_id);
	ev->text_known = true;
	ev->mentions_bot = str_is(ev->type, "app_mention");
	if (str_is(ev->type, "message"))
		ev->subtype = json_str(ev->payload, "subtype");
	read_who(ev, me);
	read_where(ev);
	read_when(ev, event_time);
	read_shape(ev);
	if (ev->key.len == 0)
		ev->key = plain_key(ev);
	if (team.len > 0)
		ev->team = str_keep(&ev->arena, team);
	*out = ev;
	return 0;
}

int decode_callback(struct event **out, struct json *body, const struct identity *me,
		    const char **why)
{
	struct json *inner = json_at(body, "event");
	struct str team = first_of(json_str(body, "team_id"),
				   json_str(body, "authorizations.0.team_id"));
	int64_t event_time = 0;

	*out = NULL;
	json_get_int(body, "event_time", &event_time);
	/* The one event that comes without a wrapper. */
	if (json_kind(inner) != JSON_OBJECT && str_is(json_str(body, "type"), "app_rate_limited"))
		inner = body;
	if (json_kind(inner) != JSON_OBJECT) {
		*why = "there is no event in it";
		return DECODE_NOT_AN_EVENT;
	}
	return decode_event(out, inner, team, json_str(body, "event_id"), event_time, me, why);
}

/* ---- slash commands ---- */

/* Where Slack has no name to give, it names the kind. */
static const struct {
	const char *name;
	enum channel_kind kind;
} command_places[] = {
	{ "directmessage", CHANNEL_DM },
	{ "privategroup", CHANNEL_PRIVATE },
};

static void read_command_place(struct event *ev)
{
	ev->channel = json_str(ev->payload, "channel_id");
	ev->channel_name = json_str(ev->payload, "channel_name");
	for (size_t i = 0; i < ARRAY_LEN(command_places); i++) {
		if (str_is(ev->channel_name, command_places[i].name)) {
			ev->channel_name = STR_EMPTY;
			ev->channel_kind = command_places[i].kind;
		}
	}
	if (str_starts(ev->channel_name, "mpdm-"))
		ev->channel_kind = CHANNEL_GROUP;
	if (str_starts(ev->channel, "D"))
		ev->channel_kind = CHANNEL_DM;
}

static void add_digest(struct buf *out, struct str text)
{
	unsigned char digest[SHA1_SIZE];

	sha1(text, digest);
	for (size_t i = 0; i < sizeof(digest) / 2; i++)
		buf_addf(out, "%02x", digest[i]);
}

/*
 * One trigger is one typing, however often Slack tells of it. Keys are logged, and neither a trigger nor a
 * response URL may be: their digests stand for them. Without either, the same words within a
 * minute are the same typing.
 */
static struct str command_key(struct event *ev, struct str trigger)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };
	struct str once = first_of(trigger, ev->response_url);

	buf_addf(&key, "c:%.*s:", STR_ARG(ev->team));
	if (once.len > 0) {
		add_digest(&key, once);
	} else {
		buf_addf(&key, "%.*s:%.*s:%.*s:%lld:", STR_ARG(ev->channel), STR_ARG(ev->user.id),
			 STR_ARG(ev->command), (long long)(ev->time.ms / 60000));
		add_digest(&key, ev->text_raw);
	}
	return str_keep(&ev->arena, buf_str(&key));
}

static const char *what_a_command_lacks(const struct json *payload)
{
	struct str command = json_str(payload, "command");

	if (command.len < 2 || !str_starts(command, "/"))
		return "there is no command in it";
	if (json_str(payload, "user_id").len == 0)
		return "nobody typed the command";
	if (json_str(payload, "channel_id").len == 0)
		return "the command was typed nowhere";
	return NULL;
}

int decode_command(struct event **out, struct json *payload, const struct identity *me,
		   struct wall now, const char **why)
{
	const char *lack = what_a_command_lacks(payload);
	struct event *ev;

	*out = NULL;
	if (lack != NULL) {
		*why = lack;
		return DECODE_NOT_AN_EVENT;
	}
	ev = event_new();
	ev->payload = json_ref(payload);
	ev->kind = EVENT_COMMAND;
	ev->type = STR("slash_command");
	ev->team = first_of(json_str(ev->payload, "team_id"),
			    str_keep(&ev->arena, str_from(me->team_id)));
	ev->command = json_str(ev->payload, "command");
	ev->text_raw = json_str(ev->payload, "text");
	ev->text_known = true;
	ev->user.id = json_str(ev->payload, "user_id");
	ev->user.handle = json_str(ev->payload, "user_name");
	ev->author = ev->user;
	ev->time = now;
	ev->response_url = str_keep(&ev->arena, json_str(payload, "response_url"));
	read_command_place(ev);
	ev->key = command_key(ev, json_str(payload, "trigger_id"));
	json_drop(payload, secrets);
	*out = ev;
	return 0;
}
