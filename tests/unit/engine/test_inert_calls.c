/* SPDX-License-Identifier: MIT */
/*
 * What people wrote is inert in every place of every call that Slack shows: messages of all kinds, attachments, Markdown,
 * blocks, forms with their fields, buttons, the home tab, canvases. Each string of the rule begins with a sign of what
 * Slack takes it for, by which the one that leaves is judged; nothing here asks the program what a place is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/log.h"
#include "deliver/deliver.h"
#include "deliver/guard.h"
#include "lib/engine_pipe.h"
#include "lib/hostile.h"
#include "lib/posted.h"
#include "lib/unit.h"

/* More than four hundred words of people's are put in for each event. */
enum { ROUNDS = 400, N_WORDS = 4, FAULTS_SHOWN = 10 };

/* 'M' is markup, 'D' is Markdown, 'C' is code within Markdown, 'P' is shown as it is or by nobody, 'A' is an address. */
static const struct {
	char sign;
	const char *text;
} kinds[] = {
	{ 'M', "mk @ana {all}{user.name} {event.x.a|upper}{channel.name}" },
	{ 'D', "md @ana {all}{user.name} {event.x.a|title}{channel.name}" },
	{ 'C', "mc `{all}` {user.name|code} {event.x.list}" },
	{ 'P', "pl {all}{user.name}{event.x.a}" },
	{ 'A', "https://x.example/{all}/{event.x.a}?q={user.name}" },
};

/* JSON in single quotes. */
static const char calls[] =
	"chat.postMessage = {'channel': 'C1GENERAL', 'text': 'M', 'attachments': [{'pretext': 'M',"
	" 'title': 'M', 'title_link': 'A', 'text': 'M', 'fallback': 'M', 'footer': 'M',"
	" 'author_name': 'M', 'author_link': 'A', 'image_url': 'A', 'fields': [{'title': 'M',"
	" 'value': 'M'}], 'mrkdwn_in': ['text'], 'blocks': [{'type': 'section', 'text':"
	" {'type': 'mrkdwn', 'text': 'M'}}]}], 'metadata': {'event_type': 'x', 'event_payload':"
	" {'k': 'P'}}}\n"
	"chat.postMessage = {'channel': 'C1GENERAL', 'text': {'type': 'text', 'text': 'M'}}\n"
	"chat.postMessage = {'channel': 'C1GENERAL', 'markdown_text': 'D'}\n"
	"chat.postMessage = {'channel': 'C1GENERAL', 'markdown_text': 'C'}\n"
	"chat.postMessage = {'channel': 'C1GENERAL', 'text': 'M', 'blocks': [{'type': 'markdown',"
	" 'text': 'D'}, {'type': 'markdown', 'text': 'C'}, {'type': 'header', 'text':"
	" {'type': 'plain_text', 'text': 'P'}}, {'type': 'section', 'fields': [{'type': 'mrkdwn',"
	" 'text': 'M'}, {'type': 'plain_text', 'text': 'P'}]}, {'type': 'context', 'elements':"
	" [{'type': 'mrkdwn', 'text': 'M'}, {'type': 'image', 'image_url': 'A', 'alt_text': 'P'}]},"
	" {'type': 'image', 'title': {'type': 'plain_text', 'text': 'P'}, 'image_url': 'A',"
	" 'alt_text': 'P'}, {'type': 'rich_text', 'elements': [{'type': 'rich_text_section',"
	" 'elements': [{'type': 'text', 'text': 'P'}, {'type': 'link', 'url': 'A', 'text': 'P'}]},"
	" {'type': 'rich_text_preformatted', 'elements': [{'type': 'text', 'text': 'P'}]}]},"
	" {'type': 'table', 'rows': [[{'type': 'raw_text', 'text': 'P'}]]}]}\n"
	"chat.postMessage = {'channel': 'C1GENERAL', 'text': 'M', 'blocks': [{'type': 'actions',"
	" 'elements': [{'type': 'button', 'text': {'type': 'plain_text', 'text': 'P'}, 'url': 'A',"
	" 'value': 'P', 'action_id': 'P', 'accessibility_label': 'P', 'confirm': {'title':"
	" {'type': 'plain_text', 'text': 'P'}, 'text': {'type': 'mrkdwn', 'text': 'M'}, 'confirm':"
	" {'type': 'plain_text', 'text': 'P'}, 'deny': {'type': 'plain_text', 'text': 'P'}}},"
	" {'type': 'overflow', 'action_id': 'o', 'options': [{'text': {'type': 'plain_text',"
	" 'text': 'P'}, 'value': 'P', 'url': 'A'}]}, {'type': 'checkboxes', 'action_id': 'c',"
	" 'options': [{'text': {'type': 'mrkdwn', 'text': 'M'}, 'description': {'type': 'mrkdwn',"
	" 'text': 'M'}, 'value': 'P'}]}]}]}\n"
	"chat.postEphemeral = {'channel': 'C1GENERAL', 'user': 'U1ANA', 'text': 'M'}\n"
	"chat.update = {'channel': 'C1GENERAL', 'ts': '1700000000.000001', 'text': 'M'}\n"
	"chat.meMessage = {'channel': 'C1GENERAL', 'text': 'M'}\n"
	"chat.scheduleMessage = {'channel': 'C1GENERAL', 'post_at': 1800000000, 'text': 'M'}\n"
	"chat.unfurl = {'channel': 'C1GENERAL', 'ts': '1700000000.000001', 'unfurls':"
	" {'https://x.example/': {'title': 'M', 'text': 'M'}, 'https://y.example/': {'blocks':"
	" [{'type': 'section', 'text': {'type': 'mrkdwn', 'text': 'M'}}]}}}\n"
	"chat.appendStream = {'channel': 'C1GENERAL', 'ts': '1700000000.000001', 'markdown_text': 'D'}\n"
	"conversations.setTopic = {'channel': 'C1GENERAL', 'topic': 'M'}\n"
	"conversations.setPurpose = {'channel': 'C1GENERAL', 'purpose': 'M'}\n"
	"bookmarks.add = {'channel_id': 'C1GENERAL', 'title': 'M', 'type': 'link', 'link': 'P'}\n"
	"canvases.create = {'title': 'M', 'document_content': {'type': 'markdown', 'markdown': 'D'}}\n"
	"canvases.edit = {'canvas_id': 'F1', 'changes': [{'operation': 'insert_at_end',"
	" 'document_content': {'type': 'markdown', 'markdown': 'C'}}]}\n"
	"dialog.open = {'trigger_id': '1.2.x', 'dialog': {'callback_id': 'c', 'title': 'P',"
	" 'elements': [{'type': 'text', 'label': 'P', 'name': 'n', 'hint': 'P', 'value': 'P'}]}}\n"
	"views.open = {'trigger_id': '1.2.x', 'view': {'type': 'modal', 'callback_id': 'c', 'title':"
	" {'type': 'plain_text', 'text': 'P'}, 'submit': {'type': 'plain_text', 'text': 'P'},"
	" 'private_metadata': 'P', 'blocks': [{'type': 'section', 'text': {'type': 'mrkdwn',"
	" 'text': 'M'}}, {'type': 'input', 'block_id': 'b', 'label': {'type': 'plain_text', 'text':"
	" 'P'}, 'hint': {'type': 'plain_text', 'text': 'P'}, 'element': {'type': 'plain_text_input',"
	" 'action_id': 'a', 'initial_value': 'P', 'placeholder': {'type': 'plain_text', 'text': 'P'}"
	"}}, {'type': 'input', 'block_id': 'd', 'label': {'type': 'plain_text', 'text': 'P'},"
	" 'element': {'type': 'static_select', 'action_id': 's', 'options': [{'text':"
	" {'type': 'plain_text', 'text': 'P'}, 'description': {'type': 'plain_text', 'text': 'P'},"
	" 'value': 'P'}]}}]}}\n"
	"views.publish = {'user_id': 'U1ANA', 'view': {'type': 'home', 'blocks': [{'type': 'header',"
	" 'text': {'type': 'plain_text', 'text': 'P'}}, {'type': 'section', 'text':"
	" {'type': 'mrkdwn', 'text': 'M'}, 'accessory': {'type': 'button', 'action_id': 'a', 'text':"
	" {'type': 'plain_text', 'text': 'P'}, 'value': 'P'}}, {'type': 'markdown', 'text': 'D'}]}}\n";

static unsigned n_faults;
static unsigned long n_judged;

static void complain(const char *why, struct str seen, struct str raw)
{
	CLEANUP(buf_deinit) struct buf shown = { 0 };

	if (n_faults++ >= FAULTS_SHOWN)
		return;
	buf_add_shown(&shown, str_sub(seen, 0, 600));
	buf_addz(&shown, "\n    out of: ");
	buf_add_shown(&shown, str_sub(raw, 0, 300));
	printf("\n  %s:\n    %.*s\n", why, STR_ARG(buf_str(&shown)));
}

/* ---- the judge of Markdown ---- */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What begins a line: a heading, a list, a rule, the line under a heading. */
static const char *line_fault(struct str line)
{
	size_t at = 0;

	while (at < line.len && (line.p[at] == ' ' || line.p[at] == '\t'))
		at++;
	if (at < line.len && str_find_char(STR("#-+="), line.p[at]) != SIZE_MAX)
		return "a mark at the beginning of a line";
	while (at < line.len && line.p[at] >= '0' && line.p[at] <= '9')
		at++;
	if (at > 0 && at < line.len && line.p[at - 1] >= '0' && line.p[at - 1] <= '9' &&
	    (line.p[at] == '.' || line.p[at] == ')'))
		return "a number of a list at the beginning of a line";
	return NULL;
}

static const char *markdown_fault(struct str text)
{
	struct str rest = text, line;

	for (size_t i = 0; i < text.len; i++) {
		char before = i > 0 ? text.p[i - 1] : ' ';
		char next = i + 1 < text.len ? text.p[i + 1] : ' ';

		if (text.p[i] == '\\') {
			if (is_word(next) || (unsigned char)next >= 0x80 || next == ' ')
				return "a backslash that escapes nothing";
			i++;
		} else if (str_find_char(STR("`*[]~|"), text.p[i]) != SIZE_MAX) {
			return "a mark that is not escaped";
		} else if (text.p[i] == '_' && !(is_word(before) && is_word(next))) {
			return "a `_` that is not escaped";
		}
	}
	while (str_cut(&rest, '\n', &line)) {
		const char *fault = line_fault(line);

		if (fault != NULL)
			return fault;
	}
	return NULL;
}

/* The code of the rule, and that of `{…|code}`: each begins and ends once. Within code nothing is escaped. */
static const char *code_fault(struct str text)
{
	size_t n_runs = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '\\' && n_runs % 2 == 0) {
			i++;
			continue;
		}
		if (text.p[i] != '`')
			continue;
		n_runs++;
		while (i + 1 < text.len && text.p[i + 1] == '`')
			i++;
	}
	return n_runs == 4 ? NULL : "code that people ended or began";
}

static size_t count(struct str text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.p[i] == c;
	return n;
}

static void test_the_judge_can_fail(void)
{
	static const char *const bad[] = { "*b*",   "_i_", "a _b",  "`c`",   "[x](y)", "~~s~~",
					   "a|b",   "# h", " - l",  "+ l",   "1. n",   "\t12) n",
					   "x\n==", "\\a", "\\ `x", "a\n# h" };
	static const char *const good[] = { "",	   "\\*b\\* \\_i",  "a_b 1.5 - #x",
					    "\\#", "1\\. x \\\\ y", "a\n\\- b" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CU_ASSERT_PTR_NOT_NULL(markdown_fault(str_from(bad[i])));
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CU_ASSERT_PTR_NULL(markdown_fault(str_from(good[i])));
	CU_ASSERT_PTR_NULL(code_fault(STR("`a\\` \\` ```b\n```")));
	CU_ASSERT_PTR_NOT_NULL(code_fault(STR("`a` `b` `")));
	CU_ASSERT_PTR_NOT_NULL(code_fault(STR("`a`b` ```c```")));
}

/* ---- the rule ---- */

static void put_call(struct buf *out, struct str line)
{
	buf_addz(out, "call ");
	for (size_t i = 0; i < line.len; i++) {
		size_t k = 0;
		bool is_sign = i + 2 < line.len && line.p[i] == '\'' && line.p[i + 2] == '\'';

		while (is_sign && k < ARRAY_LEN(kinds) && kinds[k].sign != line.p[i + 1])
			k++;
		if (is_sign && k < ARRAY_LEN(kinds)) {
			buf_addf(out, "\"%s\"", kinds[k].text);
			i += 2;
		} else {
			buf_addc(out, line.p[i] == '\'' ? '"' : line.p[i]);
		}
	}
	buf_addc(out, '\n');
}

static struct ruleset *load(void)
{
	const struct ruleset_options options = { .calls = "*" };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct str rest = str_from(calls), line;
	struct ruleset *set = NULL;

	buf_addz(&rules, "[rule r]\nmatch = ^(?<all>.+)$\n");
	while (str_cut(&rest, '\n', &line)) {
		if (line.len > 0)
			put_call(&rules, line);
	}
	ruleset_load_text(&set, buf_str(&rules), "calls.ini", &options, &diag);
	for (size_t i = 0; set == NULL && i < diag.n_entries; i++)
		printf("\n  %u: %s", diag.entries[i].line, diag.entries[i].text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	return set;
}

/* ---- what left ---- */

struct heard {
	struct str raw;
	const struct json
		*wanted; /* the strings of the harmless event, in their order; NULL = this is it */
	struct json *strings;
};

static void judge_address(struct str text, struct str raw)
{
	bool is_sound = str_skip(&text, "https://x.example/") && count(text, '/') == 1 &&
			count(text, '?') == 1 && count(text, '=') == 1;

	for (size_t i = 0; i < text.len; i++)
		is_sound = is_sound && (is_word(text.p[i]) ||
					str_find_char(STR("%-._~/?="), text.p[i]) != SIZE_MAX);
	if (!is_sound)
		complain("an address with other parts", text, raw);
}

static void judge_marked(struct str text, struct str raw)
{
	CLEANUP(buf_deinit) struct buf tokens = { 0 };
	struct str rest = text;
	const char *fault;

	if (str_skip(&rest, "pl ")) {
		fault = posted_plain_fault(text);
	} else {
		fault = posted_read(text, &tokens);
		/* Nothing cuts what a call says; Slack refuses it. */
		if (fault != NULL && strcmp(fault, "it is too long") == 0)
			return;
		if (fault == NULL &&
		    !str_is(buf_str(&tokens), str_starts(text, "mc ") ? "" : "user U1ANA\n"))
			fault = "other tokens than the rule's";
		if (fault == NULL && str_skip(&rest, "md "))
			fault = markdown_fault(rest);
		if (fault == NULL && str_skip(&rest, "mc "))
			fault = code_fault(rest);
	}
	if (fault != NULL)
		complain(fault, text, raw);
}

static void judge(struct str wanted, struct str text, struct str raw)
{
	bool is_address = str_starts(wanted, "https://x.example/") &&
			  str_find(wanted, "Qx") != SIZE_MAX;
	bool is_marked = wanted.len > 3 && wanted.p[2] == ' ';

	n_judged++;
	/* Where more was put in than Slack would take, what follows is left empty. */
	if ((is_address || is_marked) && text.len == 0)
		return;
	if (is_address)
		judge_address(text, raw);
	else if (is_marked && str_eq(str_sub(wanted, 0, 3), str_sub(text, 0, 3)))
		judge_marked(text, raw);
	else if (!str_eq(wanted, text))
		complain("the rule's own text is changed", text, raw);
}

static void note_string(struct heard *h, struct str text)
{
	size_t i = json_len(h->strings);

	if (h->wanted != NULL && i >= json_len(h->wanted))
		complain("it says more", text, h->raw);
	else if (h->wanted != NULL)
		judge(json_str(json_item(h->wanted, i), ""), text, h->raw);
	json_push_str(h->strings, text);
}

static void walk(struct heard *h, const struct json *j)
{
	struct json *value;
	struct str key;
	size_t at = 0;

	if (json_kind(j) == JSON_STRING)
		note_string(h, json_str(j, ""));
	for (size_t i = 0; json_kind(j) == JSON_ARRAY && i < json_len(j); i++)
		walk(h, json_item(j, i));
	while (json_kind(j) == JSON_OBJECT && json_member(j, &at, &key, &value)) {
		note_string(h, key);
		walk(h, value);
	}
}

static void note_argument(void *owner, const char *name, struct str value)
{
	CLEANUP(json_freep) struct json *nested = NULL;

	note_string(owner, str_from(name));
	if ((str_starts(value, "{") || str_starts(value, "[")) &&
	    json_parse(&nested, value, NULL) == 0)
		walk(owner, nested);
	else
		note_string(owner, value);
}

static void note_job(void *owner, const struct job *job)
{
	const struct slack_request_sink sink = { owner, note_argument };
	const struct heard *h = owner;

	/* Nobody's words make the bot keep back what the rule says. */
	if (guard_refuses(job) != NULL)
		complain(guard_refuses(job), str_from(job_body(job)), h->raw);
	slack_request(job, &sink);
}

static struct json *hear(struct engine_pipe *pipe, struct str raw, const struct json *wanted)
{
	struct heard h = { raw, wanted, json_new_array() };

	pipe_hear(pipe, raw, note_job, &h);
	/* Of some texts nothing is to be seen. */
	if (wanted != NULL && json_len(h.strings) > 0 && json_len(h.strings) < json_len(wanted))
		complain("it says less", STR_EMPTY, raw);
	return h.strings;
}

static void read_others(struct hostile *people)
{
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";
	CLEANUP(buf_deinit) struct buf path = { 0 };

	buf_addf(&path, "%s/hostile/blns.json", data);
	buf_addc(&path, '\0');
	hostile_read(people, path.p);
}

static void test_every_shown_place_of_a_call(void)
{
	const char *given = getenv("RETORT_ROUNDS");
	size_t n = given != NULL ? strtoul(given, NULL, 10) : ROUNDS;
	struct ruleset *set = load();
	struct buf words[N_WORDS] = { 0 };
	struct hostile people;
	struct engine_pipe pipe;
	struct json *wanted;

	log_set_level(LOG_ERROR);
	hostile_init(&people, unit_seed());
	read_others(&people);
	pipe_init(&pipe, set);
	pipe.name = pipe.place = pipe.field = STR("Qx");
	wanted = hear(&pipe, STR("Qx"), NULL);
	CU_ASSERT_TRUE(json_len(wanted) > 250);
	for (size_t round = 0; round < n; round++) {
		for (size_t i = 0; i < N_WORDS; i++) {
			hostile_next(&people, &words[i]);
			buf_addz(&words[i], i > 0 ? "n" : "");
		}
		pipe.name = buf_str(&words[1]);
		pipe.field = buf_str(&words[2]);
		pipe.place = buf_str(&words[3]);
		json_free(hear(&pipe, buf_str(&words[0]), wanted));
	}
	CU_ASSERT_EQUAL(n_faults, 0);
	CU_ASSERT_TRUE(given != NULL || n_judged > 100000);
	json_free(wanted);
	pipe_deinit(&pipe);
	hostile_deinit(&people);
	ruleset_unref(set);
	for (size_t i = 0; i < N_WORDS; i++)
		buf_deinit(&words[i]);
}

UNIT_MAIN("inert calls", { "the judge can fail", test_the_judge_can_fail },
	  { "every shown place of a call", test_every_shown_place_of_a_call })
