/* SPDX-License-Identifier: MIT */
/* What must come of it. */
#include <string.h>
#include "base/mem.h"
#include "rules/world.h"
#include "sim/compare.h"

/* What is wanted next. */
struct wanted {
	struct world *w;
	const char *method;
	struct json *args;
};

/* ---- showing ---- */

static void show_value(const struct world *w, const struct json *value, struct buf *out)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (json_kind(value) == JSON_STRING) {
		buf_addc(out, '"');
		world_shown(w, json_str(value, ""), out);
		buf_addc(out, '"');
		return;
	}
	json_print(value, &text);
	world_shown(w, buf_str(&text), out);
}

static void show(const struct world *w, const char *method, const struct json *args,
		 struct buf *out)
{
	struct json *value;
	struct str key;
	size_t at = 0;

	buf_addz(out, method);
	while (json_member(args, &at, &key, &value)) {
		buf_addf(out, " %.*s=", STR_ARG(key));
		show_value(w, value, out);
	}
}

static bool differ(struct wanted *wanted)
{
	struct world *w = wanted->w;
	CLEANUP(buf_deinit) struct buf text = { 0 };

	show(w, wanted->method, wanted->args, &text);
	world_fail(w, "    wanted: %.*s\n", STR_ARG(buf_str(&text)));
	for (size_t i = w->n_met; i < w->n_seen; i++) {
		buf_clear(&text);
		show(w, w->seen[i].method, w->seen[i].args, &text);
		world_fail(w, "    seen:   %.*s\n", STR_ARG(buf_str(&text)));
	}
	if (w->n_met == w->n_seen)
		world_fail(w, "    seen:   nothing\n");
	return false;
}

/* ---- comparing ---- */

/* `*` in what is wanted of a complaint stands for anything. */
static bool reads_like(struct str seen, struct str wanted)
{
	size_t star = str_find_char(wanted, '*');
	struct str head = str_sub(wanted, 0, star == SIZE_MAX ? wanted.len : star);

	if (star == SIZE_MAX)
		return str_eq(seen, wanted);
	if (!str_eq(str_sub(seen, 0, head.len), head))
		return false;
	wanted = str_sub(wanted, star + 1, wanted.len);
	for (size_t i = head.len; i <= seen.len; i++)
		if (reads_like(str_sub(seen, i, seen.len), wanted))
			return true;
	return false;
}

static bool value_is(const struct wanted *wanted, const struct json *seen, const struct json *value)
{
	bool is_complaint = strcmp(wanted->method, "error") == 0 ||
			    strcmp(wanted->method, "warning") == 0;

	if (is_complaint)
		return reads_like(json_str(seen, ""), json_str(value, ""));
	return argument_is(seen, value);
}

static bool is_it(const struct wanted *wanted, const struct seen *seen)
{
	struct json *value;
	struct str key;
	size_t at = 0;

	if (strcmp(seen->method, wanted->method) != 0 ||
	    json_len(seen->args) != json_len(wanted->args))
		return false;
	while (json_member(wanted->args, &at, &key, &value))
		if (!value_is(wanted, member_of(seen->args, key), value))
			return false;
	return true;
}

/* ---- what is written in a case ---- */

static void put(struct wanted *wanted, const char *name, struct str value)
{
	json_set_str(wanted->args, name, value);
}

static bool is_stamp(struct str name)
{
	return str_is(name, "ts") || str_is(name, "thread_ts") || str_is(name, "timestamp");
}

static bool put_word(struct wanted *wanted, const struct word *word)
{
	struct world *w = wanted->w;
	struct str value = word->text, name;
	struct json *j = NULL;
	const char *why;
	CLEANUP(mem_freep) char *key = NULL;

	str_cut(&value, '=', &name);
	key = str_dup(name);
	if (word->raw) {
		if (json_parse(&j, world_wire(w, value), &why) != 0)
			return world_fail(w, "    %s is no JSON: %s\n", key, why);
		json_set(wanted->args, key, j);
	} else if (word->value_quoted) {
		put(wanted, key, world_wire(w, value));
	} else if (is_stamp(name)) {
		put(wanted, key, world_wire(w, str_keepf(&w->arena, "{ts %.*s}", STR_ARG(value))));
	} else if (str_starts(value, "@") || str_starts(value, "#")) {
		put(wanted, key, world_wire(w, str_keepf(&w->arena, "{%.*s}", STR_ARG(value))));
	} else {
		put(wanted, key, value);
	}
	return true;
}

static bool is_met(struct wanted *wanted, const struct match *m)
{
	struct world *w = wanted->w;
	struct seen *next = w->n_met < w->n_seen ? &w->seen[w->n_met] : NULL;

	for (size_t i = 0; match_has(m, "ARGUMENTS") && i < m->n_list; i++)
		if (!put_word(wanted, &m->list[i]))
			return false;
	if (next == NULL || !is_it(wanted, next))
		return differ(wanted);
	w->n_met++;
	if (match_has(m, "NAME") && next->message != NULL)
		world_name(w, match_text(m, "NAME"), next->channel, next->message);
	return true;
}

/* The end of every expectation. */
static bool meet(struct wanted *wanted, const struct match *m)
{
	bool met = is_met(wanted, m);

	json_free(wanted->args);
	return met;
}

static struct wanted wanted_call(struct world *w, const char *method)
{
	return (struct wanted){ .w = w, .method = method, .args = json_new_object() };
}

/* ---- shorthands ---- */

static struct named it(const struct world *w)
{
	const struct named *named = world_named(w, STR("it"));

	return named != NULL ? *named : (struct named){ 0 };
}

static struct str root_of(const struct message *m)
{
	return str_from(m->thread_ts != NULL ? m->thread_ts : m->ts);
}

static bool nothing(struct world *w, const struct match *m)
{
	struct wanted wanted = { .w = w, .method = "nothing" };

	(void)m;
	return w->n_met == w->n_seen || differ(&wanted);
}

static struct wanted wanted_post(struct world *w, struct str channel, const struct match *m)
{
	struct wanted wanted = wanted_call(w, "chat.postMessage");

	put(&wanted, "channel", channel);
	put(&wanted, "text", world_wire(w, match_text(m, "TEXT")));
	return wanted;
}

/* What all posts end in; the order is that of the call, for the eye. */
static bool meet_post(struct wanted *wanted, const struct match *m)
{
	put(wanted, "unfurl_links", STR("false"));
	put(wanted, "unfurl_media", STR("false"));
	return meet(wanted, m);
}

static bool talk(struct world *w, const struct match *m, bool in_thread, bool shown)
{
	const struct named here = it(w);
	struct wanted wanted;

	if (here.channel == NULL)
		return world_fail(w, "    there is no message\n");
	wanted = wanted_post(w, str_from(here.channel->id), m);
	if (in_thread)
		put(&wanted, "thread_ts", root_of(here.message));
	if (shown)
		put(&wanted, "reply_broadcast", STR("true"));
	return meet_post(&wanted, m);
}

static bool reply(struct world *w, const struct match *m)
{
	return talk(w, m, true, false);
}

static bool say(struct world *w, const struct match *m)
{
	return talk(w, m, false, false);
}

static bool broadcast(struct world *w, const struct match *m)
{
	return talk(w, m, true, true);
}

static struct str id_in_braces(struct world *w, struct str name)
{
	return world_wire(w, str_keepf(&w->arena, "{%.*s}", STR_ARG(name)));
}

static bool post(struct world *w, const struct match *m)
{
	struct wanted wanted = wanted_post(w, id_in_braces(w, match_text(m, "CHANNEL")), m);

	return meet_post(&wanted, m);
}

static bool dm(struct world *w, const struct match *m)
{
	struct wanted wanted = wanted_post(w, id_in_braces(w, match_text(m, "PERSON")), m);

	return meet_post(&wanted, m);
}

static bool whisper_there(struct world *w, const struct match *m, bool in_thread)
{
	const struct named here = it(w);
	struct wanted wanted = wanted_call(w, "chat.postEphemeral");

	if (here.channel == NULL || w->actor == NULL) {
		json_free(wanted.args);
		return world_fail(w, "    there is no message\n");
	}
	put(&wanted, "channel", str_from(here.channel->id));
	put(&wanted, "text", world_wire(w, match_text(m, "TEXT")));
	if (in_thread)
		put(&wanted, "thread_ts", root_of(here.message));
	put(&wanted, "user", str_from(w->actor->id));
	return meet(&wanted, m);
}

static bool whisper(struct world *w, const struct match *m)
{
	return whisper_there(w, m, false);
}

static bool whisper_in_thread(struct world *w, const struct match *m)
{
	return whisper_there(w, m, true);
}

static bool reaction(struct world *w, const struct match *m, const char *method)
{
	const struct named *named = world_named(
		w, match_has(m, "MESSAGE") ? match_text(m, "MESSAGE") : STR("it"));
	struct str name = match_text(m, "EMOJI");
	struct wanted wanted = wanted_call(w, method);

	if (named == NULL) {
		json_free(wanted.args);
		return world_fail(w, "    there is no such message\n");
	}
	put(&wanted, "channel", str_from(named->channel->id));
	put(&wanted, "timestamp", str_from(named->message->ts));
	put(&wanted, "name", str_sub(name, 1, name.len - 1));
	return meet(&wanted, m);
}

static bool react(struct world *w, const struct match *m)
{
	return reaction(w, m, "reactions.add");
}

static bool unreact(struct world *w, const struct match *m)
{
	return reaction(w, m, "reactions.remove");
}

static bool change(struct world *w, const struct match *m, const char *method, bool has_text)
{
	const struct named *named = world_named(w, match_text(m, "MESSAGE"));
	struct wanted wanted = wanted_call(w, method);

	if (named == NULL) {
		json_free(wanted.args);
		return world_fail(w, "    there is no such message\n");
	}
	put(&wanted, "channel", str_from(named->channel->id));
	put(&wanted, "ts", str_from(named->message->ts));
	if (has_text)
		put(&wanted, "text", world_wire(w, match_text(m, "TEXT")));
	return meet(&wanted, m);
}

static bool edit(struct world *w, const struct match *m)
{
	return change(w, m, "chat.update", true);
}

static bool take_back(struct world *w, const struct match *m)
{
	return change(w, m, "chat.delete", false);
}

static bool webhook(struct world *w, const struct match *m)
{
	struct wanted wanted = {
		.w = w,
		.method = str_keepf(&w->arena, "webhook %.*s", STR_ARG(match_text(m, "WORD"))).p,
	};
	const char *why;

	if (json_parse(&wanted.args, world_wire(w, match_text(m, "JSON")), &why) != 0)
		return world_fail(w, "    this is no JSON: %s\n", why);
	return meet(&wanted, m);
}

static bool answer_command(struct world *w, const struct match *m, const char *type)
{
	struct wanted wanted = wanted_call(w, "response_url");

	put(&wanted, "response_type", str_from(type));
	put(&wanted, "text", world_wire(w, match_text(m, "TEXT")));
	json_set_bool(wanted.args, "replace_original", false);
	return meet(&wanted, m);
}

static bool answer(struct world *w, const struct match *m)
{
	return answer_command(w, m, "ephemeral");
}

static bool answer_in_channel(struct world *w, const struct match *m)
{
	return answer_command(w, m, "in_channel");
}

static bool call(struct world *w, const struct match *m)
{
	struct wanted wanted = wanted_call(w, str_keep(&w->arena, match_text(m, "METHOD")).p);

	return meet(&wanted, m);
}

static bool complaint(struct world *w, const struct match *m, const char *level)
{
	struct wanted wanted = wanted_call(w, level);

	put(&wanted, "at", match_text(m, "WORD"));
	put(&wanted, "text", match_text(m, "TEXT"));
	return meet(&wanted, m);
}

static bool error(struct world *w, const struct match *m)
{
	return complaint(w, m, "error");
}

static bool warning(struct world *w, const struct match *m)
{
	return complaint(w, m, "warning");
}

static bool tests_pass(struct world *w, const struct match *m)
{
	struct wanted wanted = wanted_call(w, "tests");

	json_set_int(wanted.args, "passed", match_number(m, "NUMBER", 0));
	return meet(&wanted, m);
}

const struct command outcome_commands[] = {
	{ "nothing", "no call that has not been named yet", nothing },
	{ "reply TEXT [as NAME] [ARGUMENTS]", "in the thread of `it`, the message it is about",
	  reply },
	{ "say TEXT [as NAME] [ARGUMENTS]", "in its channel, outside of threads", say },
	{ "broadcast TEXT [as NAME] [ARGUMENTS]", "in its thread, shown in the channel, too",
	  broadcast },
	{ "whisper TEXT [ARGUMENTS]", "to whoever did it", whisper },
	{ "whisper in thread TEXT [ARGUMENTS]", "the same in the thread of the message",
	  whisper_in_thread },
	{ "dm PERSON TEXT [as NAME] [ARGUMENTS]", "a direct message", dm },
	{ "post CHANNEL TEXT [as NAME] [ARGUMENTS]", "a message in another channel", post },
	{ "react EMOJI [to MESSAGE]", "below `it`, or another message", react },
	{ "unreact EMOJI [from MESSAGE]", "taken away again", unreact },
	{ "edit MESSAGE TEXT [ARGUMENTS]", "the bot changes a message of its own", edit },
	{ "remove MESSAGE", "it takes one back", take_back },
	{ "webhook WORD JSON", "the body that an endpoint gets", webhook },
	{ "answer TEXT [ARGUMENTS]", "to a command, for the one who typed it", answer },
	{ "answer in channel TEXT [ARGUMENTS]", "the same for everyone", answer_in_channel },
	{ "METHOD ARGUMENTS", "any call, with all its arguments", call },
	{ "error WORD TEXT",
	  "a mistake on this line of the rules, or FILE:LINE; `*` stands for anything", error },
	{ "warning WORD TEXT", "the same, but the rules are taken", warning },
	{ "NUMBER tests pass", "of those beside the rules", tests_pass },
	{ 0 },
};
