/* SPDX-License-Identifier: MIT */
/*
 * A rule is a list of predicates, and it fires when all of them hold. Each is yes, no or unknown: a channel whose name
 * is not known yet, a pattern that ran out of time. They are asked from cheap to dear, up to the first no; what is
 * unknown is no end, because a later no makes the answer sure.
 *
 * A predicate is a case in `holds`, and another in `tell`, which says for `explain` what was seen and what was wanted.
 */
#include "rule/match.h"

#include "base/bits.h"
#include "base/buf.h"
#include "calendar/hours.h"
#include "calendar/zone.h"
#include "model/workspace.h"
#include "pattern/prefilter.h"
#include "rule/subject.h"
#include "template/symbols.h"

/* In the order in which they are asked. */
enum predicate {
	PREDICATE_ON,
	PREDICATE_HIDDEN,
	PREDICATE_SELF,
	PREDICATE_WORKSPACE,
	PREDICATE_IN,
	PREDICATE_FROM,
	PREDICATE_TO_BOT,
	PREDICATE_THREAD,
	PREDICATE_WHEN,
	PREDICATE_EXPIRES,
	PREDICATE_MATCH,
	PREDICATE_EXCEPT,
	N_PREDICATES
};

static const char *const predicate_keys[] = {
	[PREDICATE_ON] = "on",	       [PREDICATE_HIDDEN] = "hidden",
	[PREDICATE_SELF] = "self",     [PREDICATE_WORKSPACE] = "workspace",
	[PREDICATE_IN] = "in",	       [PREDICATE_FROM] = "from",
	[PREDICATE_TO_BOT] = "to bot", [PREDICATE_THREAD] = "thread",
	[PREDICATE_WHEN] = "when",     [PREDICATE_EXPIRES] = "expires",
	[PREDICATE_MATCH] = "match",   [PREDICATE_EXCEPT] = "except",
};

/* One rule against one event. */
struct matching {
	const struct rule *rule;
	struct event *ev;
	struct captures *captures;
	struct subject subject; /* what its patterns look at */
	bool is_blurred;	/* what is to be ignored in it could not be told */
};

/* ---- on ---- */

static bool is_pulled_by(const struct trigger *trigger, const struct event *ev)
{
	if (trigger->kind == EVENT_OTHER)
		return str_is(ev->type, trigger->type);
	if (trigger->kind == EVENT_COMMAND &&
	    !str_eq_nocase(ev->command, str_from(trigger->command)))
		return false;
	if (trigger->kind != ev->kind || (trigger->mention && !ev->mentions_bot) ||
	    (trigger->file && !ev->has_files))
		return false;
	return trigger->reaction == NULL || str_is(ev->reaction, trigger->reaction);
}

bool rule_is_pulled(const struct rule *rule, const struct event *ev)
{
	if (ev->kind == EVENT_TIME && ev->for_rule.len > 0 && !str_is(ev->for_rule, rule->name))
		return false;
	for (size_t i = 0; i < rule->n_triggers; i++) {
		if (is_pulled_by(&rule->triggers[i], ev))
			return true;
	}
	return false;
}

/* ---- in, from ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Where the letter that begins at `n` ends. */
static size_t after_letter(struct str s, size_t n)
{
	do {
		n++;
	} while (n < s.len && ((unsigned char)s.p[n] & 0xC0) == 0x80);
	return n;
}

/* `*` stands for anything, `?` for one letter. */
static bool glob_fits(struct str glob, struct str name)
{
	size_t g = 0, n = 0, star = SIZE_MAX, star_n = 0;

	while (n < name.len) {
		if (g < glob.len && glob.p[g] == '*') {
			star = g++;
			star_n = n;
		} else if (g < glob.len && glob.p[g] == '?') {
			g++;
			n = after_letter(name, n);
		} else if (g < glob.len && lower(glob.p[g]) == lower(name.p[n])) {
			g++;
			n++;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			n = ++star_n;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.p[g] == '*')
		g++;
	return g == glob.len;
}

/* Is it the place, or the person, of this item? */
typedef enum tristate scope_item_fn(const struct event *ev, const struct scope_item *item);

/* One of several is enough. */
static enum tristate is_any(const struct event *ev, const struct scope *scope, scope_item_fn *is)
{
	enum tristate any = TRISTATE_NO;

	for (size_t i = 0; i < scope->n; i++)
		any = tristate_or(any, is(ev, &scope->items[i]));
	return any;
}

static enum tristate is_place(const struct event *ev, const struct scope_item *item)
{
	struct str name = str_from(item->name);

	switch (item->kind) {
	case SCOPE_LIST:
		return is_any(ev, &item->list->channels, is_place);
	case SCOPE_NAME:
		if (ev->channel.len == 0 || ev->channel_kind == CHANNEL_DM)
			return TRISTATE_NO; /* these have no name */
		if (ev->channel_name.len == 0)
			return TRISTATE_UNKNOWN;
		return tristate_of(item->glob ? glob_fits(name, ev->channel_name) :
						str_eq_nocase(name, ev->channel_name));
	case SCOPE_ID:
		return tristate_of(str_eq(ev->channel, name));
	case SCOPE_CHANNEL_KIND:
	case SCOPE_GROUP_ID:
	case SCOPE_PEOPLE:
	case SCOPE_BOTS:
	case SCOPE_GUESTS:
		break;
	}
	/* A direct message is known by its id; what else there is, is not. */
	if (ev->channel.len > 0 && ev->channel_kind == CHANNEL_UNKNOWN &&
	    item->channel_kind != CHANNEL_DM)
		return TRISTATE_UNKNOWN;
	return tristate_of(ev->channel.len > 0 && ev->channel_kind == item->channel_kind);
}

static bool is_bot(const struct event *ev)
{
	return ev->from_bot || ev->user.is_bot;
}

static enum tristate is_person(const struct event *ev, const struct scope_item *item)
{
	const struct workspace *w = ev->workspace;
	struct str name = str_from(item->name);

	switch (item->kind) {
	case SCOPE_BOTS:
		return tristate_of(is_bot(ev));
	case SCOPE_GUESTS: /* known of people whom the directory knows */
		if (ev->user.is_guest)
			return TRISTATE_YES;
		return ev->user.id.len > 0 && ev->user.handle.len == 0 && !is_bot(ev) ?
			       TRISTATE_UNKNOWN :
			       TRISTATE_NO;
	case SCOPE_ID:
		return tristate_of(str_eq(ev->user.id, name) || str_eq(ev->bot_id, name));
	case SCOPE_GROUP_ID:
		return ev->user.id.len == 0 ? TRISTATE_NO :
					      w->resolver->in_group(w, name, &ev->user);
	case SCOPE_NAME:
		return ev->user.id.len == 0 ? TRISTATE_NO :
					      w->resolver->is_user(w, name, &ev->user);
	case SCOPE_LIST:
		return is_any(ev, &item->list->people, is_person);
	case SCOPE_PEOPLE:
	case SCOPE_CHANNEL_KIND:
		break;
	}
	return tristate_of(!is_bot(ev));
}

/* `otherwise` is the answer where nothing is allowed by name. */
static enum tristate is_in_scope(const struct event *ev, const struct scope *scope,
				 enum tristate otherwise, scope_item_fn *is)
{
	enum tristate denied = TRISTATE_NO, allowed = TRISTATE_NO;
	bool any_allowed = false;

	for (size_t i = 0; i < scope->n; i++) {
		enum tristate answer = is(ev, &scope->items[i]);

		if (scope->items[i].deny) {
			denied = tristate_or(denied, answer);
		} else {
			allowed = tristate_or(allowed, answer);
			any_allowed = true;
		}
	}
	return tristate_and(tristate_not(denied), any_allowed ? allowed : otherwise);
}

/* ---- text ---- */

static bool waits_for_mention(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_triggers; i++) {
		if (rule->triggers[i].mention)
			return true;
	}
	return false;
}

/* Made once, before the first of its patterns is looked for. */
static void look_at(struct matching *m)
{
	bool to_bot = m->rule->to_bot || (m->ev->mentions_bot && waits_for_mention(m->rule));

	if (event_text_is_missing(m->ev) && m->rule->look.field == NULL)
		return;
	if (look_is_plain(&m->rule->look))
		m->subject = subject_whole(m->ev, to_bot);
	else
		m->is_blurred = subject_make(&m->subject, m->ev, &m->rule->look, to_bot) ==
				TRISTATE_UNKNOWN;
}

/* `caught` NULL = nobody wants to know. */
static enum tristate find_any(struct matching *m, struct pattern *const *patterns, size_t n,
			      struct captures *caught)
{
	struct captures ignored;
	enum tristate answer = TRISTATE_NO;

	if (event_text_is_missing(m->ev) && m->rule->look.field == NULL)
		return TRISTATE_UNKNOWN;
	for (size_t i = 0; i < n && answer != TRISTATE_YES; i++)
		answer = tristate_or(answer, pattern_find_in(patterns[i], &m->subject,
							     caught != NULL ? caught : &ignored));
	return m->is_blurred ? TRISTATE_UNKNOWN : answer;
}

/* ---- all of them ---- */

static enum tristate is_its_workspace(const struct rule *rule, const struct event *ev)
{
	for (size_t i = 0; i < rule->n_workspaces; i++) {
		if (workspace_is(ev->workspace, str_from(rule->workspaces[i])))
			return TRISTATE_YES;
	}
	return tristate_of(rule->n_workspaces == 0);
}

static enum tristate is_its_place(const struct rule *rule, const struct event *ev)
{
	if (rule->in.n == 0)
		return TRISTATE_YES;
	return is_in_scope(ev, &rule->in, TRISTATE_YES, is_place);
}

static enum tristate is_its_person(const struct rule *rule, const struct event *ev)
{
	enum tristate otherwise = tristate_of(!is_bot(ev));

	return rule->from.n == 0 ? otherwise : is_in_scope(ev, &rule->from, otherwise, is_person);
}

static enum tristate holds(struct matching *m, enum predicate predicate)
{
	const struct rule *rule = m->rule;
	const struct event *ev = m->ev;

	switch (predicate) {
	case PREDICATE_ON:
		return tristate_of(rule_is_pulled(rule, ev));
	case PREDICATE_HIDDEN:
		return tristate_of(!ev->hidden);
	case PREDICATE_SELF:
		return tristate_of(!ev->from_self);
	case PREDICATE_WORKSPACE:
		return rule->n_workspaces == 0 ? TRISTATE_YES : is_its_workspace(rule, ev);
	case PREDICATE_IN:
		return is_its_place(rule, ev);
	case PREDICATE_FROM:
		return is_its_person(rule, ev);
	case PREDICATE_TO_BOT:
		return tristate_of(!rule->to_bot || ev->mentions_bot ||
				   ev->channel_kind == CHANNEL_DM);
	case PREDICATE_THREAD:
		return tristate_of(rule->thread == THREAD_ANY ||
				   event_is_reply(ev) == (rule->thread == THREAD_REPLIES));
	case PREDICATE_WHEN:
		if (rule->when.hours == NULL)
			return TRISTATE_YES;
		if (ev->time.ms <= 0) /* it does not say when it happened */
			return TRISTATE_UNKNOWN;
		return tristate_of(hours_is_open(rule->when.hours, ev->time) != rule->when.closed);
	case PREDICATE_EXPIRES:
		return tristate_of(rule->expires == NULL || ev->time.ms < rule->expires_at.ms);
	case PREDICATE_MATCH:
		look_at(m);
		return rule->n_any == 0 ? TRISTATE_YES :
					  find_any(m, rule->any, rule->n_any, m->captures);
	case PREDICATE_EXCEPT:
		return rule->n_except == 0 ?
			       TRISTATE_YES :
			       tristate_not(find_any(m, rule->except, rule->n_except, NULL));
	case N_PREDICATES:
		break;
	}
	return TRISTATE_YES;
}

/* ---- telling ---- */

static const char *const channel_kind_names[] = {
	[CHANNEL_UNKNOWN] = "unknown", [CHANNEL_PUBLIC] = "public", [CHANNEL_PRIVATE] = "private",
	[CHANNEL_DM] = "dm",	       [CHANNEL_GROUP] = "group",
};

static void tell_scope(const struct scope *scope, char sigil, struct buf *wanted)
{
	for (size_t i = 0; i < scope->n; i++) {
		const struct scope_item *item = &scope->items[i];

		buf_addf(wanted, "%s%s", i > 0 ? ", " : "", item->deny ? "!" : "");
		switch (item->kind) {
		case SCOPE_NAME:
			buf_addf(wanted, "%c%s", sigil, item->name);
			break;
		case SCOPE_ID:
		case SCOPE_GROUP_ID:
			buf_addz(wanted, item->name);
			break;
		case SCOPE_LIST:
			buf_addf(wanted, "[%s]", item->name);
			break;
		case SCOPE_GUESTS:
			buf_addz(wanted, "guests");
			break;
		case SCOPE_CHANNEL_KIND:
			buf_addz(wanted, channel_kind_names[item->channel_kind]);
			break;
		case SCOPE_PEOPLE:
			buf_addz(wanted, "people");
			break;
		case SCOPE_BOTS:
			buf_addz(wanted, "bots");
			break;
		}
	}
}

static void tell_place(const struct event *ev, struct buf *seen)
{
	if (ev->channel.len == 0)
		buf_addz(seen, "no channel");
	else if (ev->channel_name.len > 0)
		buf_addf(seen, "#%.*s", STR_ARG(ev->channel_name));
	else
		buf_addf(seen, "%s %.*s", channel_kind_names[ev->channel_kind],
			 STR_ARG(ev->channel));
}

static void tell_person(const struct event *ev, struct buf *seen)
{
	buf_addz(seen, is_bot(ev) ? "the bot " : "");
	if (ev->user.handle.len > 0)
		buf_addf(seen, "@%.*s", STR_ARG(ev->user.handle));
	else if (ev->user.id.len > 0)
		buf_add(seen, ev->user.id);
	else
		buf_addz(seen, ev->bot_id.len > 0 ? "" : "nobody");
	if (ev->user.id.len == 0)
		buf_add(seen, ev->bot_id);
}

static void tell_patterns(struct matching *m, struct pattern *const *patterns, size_t n,
			  struct buf *seen, struct buf *wanted)
{
	buf_add(seen, event_text_is_missing(m->ev) ? STR("(the message could not be read)") :
						     m->subject.text);
	for (size_t i = 0; i < n; i++) {
		buf_addz(wanted, i > 0 ? " or " : "");
		buf_add(wanted, pattern_shown(patterns[i]));
	}
}

static void tell(struct matching *m, enum predicate predicate, struct buf *seen, struct buf *wanted)
{
	static const char *const threads[] = {
		[THREAD_ANY] = "any",
		[THREAD_ROOT] = "root",
		[THREAD_REPLIES] = "replies",
	};
	const struct rule *rule = m->rule;
	const struct event *ev = m->ev;
	const struct hours *hours = rule->when.hours;

	switch (predicate) {
	case PREDICATE_ON:
		buf_addz(seen, event_kind_name(ev->kind));
		if (ev->kind == EVENT_OTHER)
			buf_addf(seen, " %.*s", STR_ARG(ev->type));
		if (ev->reaction.len > 0)
			buf_addf(seen, " :%.*s:", STR_ARG(ev->reaction));
		if (ev->command.len > 0)
			buf_addf(seen, " %.*s", STR_ARG(ev->command));
		for (size_t i = 0; i < rule->n_triggers; i++)
			buf_addf(wanted, "%s%s", i > 0 ? ", " : "", rule->triggers[i].shown);
		break;
	case PREDICATE_HIDDEN:
		buf_addz(seen,
			 ev->hidden ? "an event that Slack hides" : "an event that people see");
		buf_addz(wanted, "an event that people see");
		break;
	case PREDICATE_SELF:
		buf_addz(seen, ev->from_self ? "the bot itself" : "somebody else");
		buf_addz(wanted, "somebody else");
		break;
	case PREDICATE_WORKSPACE:
		buf_addf(seen, "the workspace %.*s", STR_ARG(ev->team));
		for (size_t i = 0; i < rule->n_workspaces; i++)
			buf_addf(wanted, "%s%s", i > 0 ? ", " : "", rule->workspaces[i]);
		buf_addz(wanted, rule->n_workspaces == 0 ? "any" : "");
		break;
	case PREDICATE_IN:
		tell_place(ev, seen);
		tell_scope(&rule->in, '#', wanted);
		buf_addz(wanted, rule->in.n == 0 ? "everywhere" : "");
		break;
	case PREDICATE_FROM:
		tell_person(ev, seen);
		tell_scope(&rule->from, '@', wanted);
		buf_addz(wanted, rule->from.n == 0 ? "people" : "");
		break;
	case PREDICATE_TO_BOT:
		buf_addz(seen, ev->channel_kind == CHANNEL_DM ? "a direct message" :
			       ev->mentions_bot		      ? "a mention of the bot" :
								"no mention of the bot");
		buf_addz(wanted,
			 rule->to_bot ? "a mention of the bot, or a direct message" : "anything");
		break;
	case PREDICATE_THREAD:
		buf_addz(seen, event_is_reply(ev) ? "a reply in a thread" : "not in a thread");
		buf_addz(wanted, threads[rule->thread]);
		break;
	case PREDICATE_WHEN:
		if (ev->time.ms > 0)
			zone_format(hours != NULL ? hours_zone(hours) : rule->zone, ev->time,
				    STR("%A %Y-%m-%d %H:%M"), seen);
		else
			buf_addz(seen, "no time");
		buf_addz(wanted, hours != NULL ? rule->when.shown : "always");
		break;
	case PREDICATE_EXPIRES:
		zone_format(rule->zone, ev->time, STR("%Y-%m-%d"), seen);
		buf_addf(wanted, rule->expires != NULL ? "not after %s" : "any day%s",
			 rule->expires != NULL ? rule->expires : "");
		break;
	case PREDICATE_MATCH:
		tell_patterns(m, rule->any, rule->n_any, seen, wanted);
		buf_addz(wanted, rule->n_any == 0 ? "any text" : "");
		break;
	case PREDICATE_EXCEPT:
		buf_addz(wanted, rule->n_except > 0 ? "no " : "any text");
		tell_patterns(m, rule->except, rule->n_except, seen, wanted);
		break;
	case N_PREDICATES:
		break;
	}
}

static void trace_predicate(struct matching *m, enum predicate predicate, enum tristate answer,
			    const struct trace *trace)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	CLEANUP(buf_deinit) struct buf wanted = { 0 };

	tell(m, predicate, &seen, &wanted);
	trace->asked(trace->owner, m->rule, predicate_keys[predicate], answer, buf_str(&seen),
		     buf_str(&wanted));
}

/* ---- which rules ---- */

static bool is_end_of(struct str text, struct str end)
{
	return end.len <= text.len && str_eq(str_sub(text, text.len - end.len, text.len), end);
}

/* Rules read one of two texts. Nearly always the shorter is the end of the longer. */
void ruleset_candidates(const struct ruleset *set, const struct event *ev, uint64_t *bits)
{
	const struct str texts[] = { ev->text, ev->text_to_bot };
	size_t n = is_end_of(ev->text, ev->text_to_bot) ? 1 : 2;

	if (event_text_is_missing(ev)) /* then patterns cannot tell, and that has to be heard */
		bits_fill(bits, set->n_asked);
	else
		prefilter_find(set->prefilter, texts, n, bits);
}

/* ---- the rule ---- */

enum tristate rule_match(const struct rule *rule, struct event *ev, struct captures *out,
			 const struct trace *trace, const char **doubt)
{
	struct matching m = { .rule = rule, .ev = ev, .captures = out };
	enum tristate all = TRISTATE_YES;

	out->n = 0;
	out->pattern = NULL;
	for (int i = 0; i < N_PREDICATES && all != TRISTATE_NO; i++) {
		enum tristate answer = holds(&m, (enum predicate)i);

		if (trace != NULL)
			trace_predicate(&m, (enum predicate)i, answer, trace);
		if (answer == TRISTATE_UNKNOWN && doubt != NULL)
			*doubt = predicate_keys[i];
		all = tristate_and(all, answer);
	}
	return all;
}

enum tristate rule_listens(const struct rule *rule, struct event *ev)
{
	return tristate_and(is_its_workspace(rule, ev),
			    tristate_and(is_its_place(rule, ev), is_its_person(rule, ev)));
}
