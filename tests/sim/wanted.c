/* SPDX-License-Identifier: MIT */
#include "sim/wanted.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/compare.h"

static bool is_or_has(struct str seen, struct str text, bool part)
{
	CLEANUP(mem_freep) char *needle = NULL;

	if (text.p == NULL || (!part && str_eq(seen, text)))
		return true;
	needle = str_dup(text);
	return part && str_find(seen, needle) != SIZE_MAX;
}

/* `seen` NULL = there is none. */
static bool is_same(const char *wanted, const char *seen)
{
	return wanted == NULL || (seen != NULL && strcmp(seen, wanted) == 0);
}

static bool argument_fits(const struct entry *e, const char *name, const char *wanted)
{
	return wanted == NULL || str_is(json_str(e->args, name), wanted);
}

static bool method_fits(const struct wanted *w, const struct entry *e)
{
	if (w->command > 0)
		return e->command == w->command;
	if (strcmp(w->method, "call") == 0)
		return e->verb == NULL && strcmp(e->method, "acknowledgement") != 0;
	return strcmp(e->method, w->method) == 0 || (strcmp(e->method, "rtm message") == 0 &&
						     strcmp(w->method, "chat.postMessage") == 0);
}

static bool is_true(const struct json *args, const char *name)
{
	struct str text = json_str(args, name);
	bool flag = false;

	return json_get_bool(args, name, &flag) ? flag : str_is(text, "true") || str_is(text, "1");
}

static bool place_fits(const struct wanted *w, const struct entry *e)
{
	struct str thread = json_str(e->args, "thread_ts");

	if (w->channel != NULL && !is_same(w->channel->id, e->channel))
		return false;
	if (!argument_fits(e, "thread_ts", w->thread_ts) || (w->no_thread && thread.len > 0))
		return false;
	if (w->command > 0)
		return w->in_channel == str_is(json_str(e->args, "response_type"), "in_channel");
	return w->any || w->shown == is_true(e->args, "reply_broadcast");
}

static bool target_fits(const struct wanted *w, const struct entry *e)
{
	return argument_fits(e, "timestamp", w->timestamp) &&
	       argument_fits(e, "user", w->user != NULL ? w->user->id : NULL) &&
	       (w->name.p == NULL || str_eq(json_str(e->args, "name"), w->name)) &&
	       is_same(w->ts, e->ts) &&
	       (w->before.p == NULL ||
		(e->before != NULL && str_eq(str_from(e->before), w->before)));
}

/* Did Slack do it? */
static bool worked(const struct entry *e)
{
	return e->acted || (e->error == NULL && e->status == 200);
}

static bool outcome_fits(const struct wanted *w, const struct entry *e)
{
	return w->any ? worked(e) == !w->failed : e->acted;
}

static bool call_fits(const struct wanted *w, const struct entry *e)
{
	return outcome_fits(w, e) && !e->wanted && method_fits(w, e) && place_fits(w, e) &&
	       target_fits(w, e) && is_or_has(json_str(e->args, "text"), w->text, w->part) &&
	       (w->fits == NULL || w->fits(e, w->what));
}

static bool call_came(struct stage *st, void *what)
{
	struct wanted *w = what;
	struct ledger *l = &st->sim->ledger;

	ledger_unwanted(l);
	for (size_t i = w->any ? 0 : l->first_open; i < l->n && w->found == NULL; i++)
		if (call_fits(w, l->entries[i]))
			w->found = l->entries[i];
	return w->found != NULL;
}

/* The newest call of this kind that nobody asked for, for the complaint. */
static const struct entry *nearest(const struct ledger *l, const struct wanted *w)
{
	for (size_t i = l->n; i-- > 0;)
		if (!l->entries[i]->wanted && method_fits(w, l->entries[i]))
			return l->entries[i];
	return NULL;
}

static bool fail_wanted(struct stage *st, const struct wanted *w)
{
	const struct entry *e = nearest(&st->sim->ledger, w);
	CLEANUP(buf_deinit) struct buf line = { 0 };

	stage_fail(st, "no such call came within %lld ms", (long long)st->patience_ms);
	if (e == NULL)
		return false;
	ledger_entry_json(e, &line);
	return stage_fail(st, "; the nearest is %.*s", STR_ARG(buf_str(&line)));
}

bool wanted_expect(struct stage *st, struct wanted *w)
{
	if (!stage_until(st, call_came, w))
		return fail_wanted(st, w);
	w->found->wanted = true;
	st->met = w->found;
	return true;
}

/* ---- arguments ---- */

static bool names_message(struct str name)
{
	static const char *const names[] = { "ts",	   "thread_ts", "timestamp",
					     "message_ts", "oldest",	"latest" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

/* A person, a channel or a message by its name. */
static struct json *thing(struct stage *st, struct str name, struct str value)
{
	CLEANUP(buf_deinit) struct buf quoted = { 0 };
	struct str filled, braced;
	struct json *j = NULL;

	if (names_message(name))
		braced = str_keepf(&st->arena, "{ts %.*s}", STR_ARG(value));
	else if (str_is(name, "channel") && str_starts(value, "@"))
		braced = str_keepf(&st->arena, "{dm %.*s}", STR_ARG(value));
	else
		braced = str_keepf(&st->arena, "{%.*s}", STR_ARG(value));
	filled = stage_fill(st, braced);
	if (str_eq(filled, braced)) {
		stage_fail(st, "there is no %.*s", STR_ARG(value));
		return NULL;
	}
	json_quote(filled, &quoted);
	if (json_parse(&j, buf_str(&quoted), NULL) != 0)
		abort();
	return j;
}

static struct json *text_value(struct stage *st, struct str value)
{
	CLEANUP(buf_deinit) struct buf quoted = { 0 };
	struct json *j = NULL;

	json_quote(stage_wire(st, value), &quoted);
	if (json_parse(&j, buf_str(&quoted), NULL) != 0)
		abort();
	return j;
}

static bool is_ts(struct str s)
{
	size_t dot = str_find_char(s, '.');
	int64_t n;

	return dot != SIZE_MAX && str_int(str_sub(s, 0, dot), &n) &&
	       str_int(str_sub(s, dot + 1, s.len), &n);
}

static struct json *value_of(struct stage *st, const struct word *w, struct str name,
			     struct str value)
{
	if (w->raw)
		return stage_json(st, value);
	if (names_message(name) && !is_ts(value))
		return thing(st, name, value);
	if (!w->value_quoted && value.len > 1 && (value.p[0] == '@' || value.p[0] == '#'))
		return thing(st, name, value);
	return text_value(st, value);
}

struct json *wanted_arguments(struct stage *st, const struct match *m)
{
	CLEANUP(json_freep) struct json *all = json_new_object();

	for (size_t i = 0; i < m->n_list; i++) {
		struct str value = m->list[i].text, name;
		CLEANUP(mem_freep) char *key = NULL;
		struct json *one;

		str_cut(&value, '=', &name);
		key = str_dup(name);
		one = value_of(st, &m->list[i], name, value);
		if (one == NULL && st->complaint.len > 0)
			return NULL;
		json_set(all, key, one);
	}
	return TAKE(all);
}

/* The mark that each message of the bot bears, as it must look: not a word more. */
static bool is_receipt(const struct json *argument)
{
	static const char before[] = "{\"event_type\":\"retort_reply\",\"event_payload\":{\"k\":\"";
	struct str text = json_str(argument, "");

	if (!str_skip(&text, before) || text.len != 32 + 3)
		return false;
	for (size_t i = 0; i < 32; i++) {
		if (strchr("0123456789abcdef", text.p[i]) == NULL)
			return false;
	}
	return str_ends(text, "\"}}");
}

bool arguments_fit(const struct entry *e, const struct json *wanted, bool exactly)
{
	size_t others = json_len(e->args) - (member_of(e->args, STR("token")) != NULL) -
			is_receipt(member_of(e->args, STR("metadata")));
	struct json *value;
	struct str key;

	if (exactly && others != json_len(wanted))
		return false;
	for (size_t i = 0; json_member(wanted, &i, &key, &value);)
		if (!argument_is(member_of(e->args, key), value) &&
		    !(str_is(key, "channel") && e->channel != NULL &&
		      str_is(json_str(value, ""), e->channel)))
			return false;
	return true;
}
