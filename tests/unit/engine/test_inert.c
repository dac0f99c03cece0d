/* SPDX-License-Identifier: MIT */
/*
 * What people wrote is inert wherever it is inserted; only the literal text of a rule mentions, links or gives
 * structure. Slack's JSON goes in, arguments of the Web API come out, and a reader of its own (lib/posted) judges them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "deliver/deliver.h"
#include "lib/hostile.h"
#include "engine/posted.h"
#include "lib/engine_pipe.h"
#include "lib/posted.h"
#include "lib/unit.h"
#include "template/filter.h"

/* What stands for people's words in the run that tells how things should look. No rule has it in its own text. */
#define HARMLESS "Qx"

#define JOINER "\xE2\x81\xA0"

/* Each round is an event with N_WORDS texts of people's: 100,000 in all. */
enum { FILTERED_ROUNDS = 15000, PLACED_ROUNDS = 5000, FAULTS_SHOWN = 10 };

static unsigned n_faults;

static void complain(const char *why, const char *where, struct str seen, struct str raw)
{
	CLEANUP(buf_deinit) struct buf shown = { 0 };

	n_faults++;
	if (n_faults > FAULTS_SHOWN)
		return;
	buf_init(&shown, 0);
	buf_add_shown(&shown, str_sub(seen, 0, 600));
	buf_addz(&shown, "\n    out of: ");
	buf_add_shown(&shown, str_sub(raw, 0, 300));
	printf("\n  %s, %s:\n    %.*s\n", where, why, STR_ARG(buf_str(&shown)));
}

/* ---- the judge itself ---- */

static void test_the_judge_can_fail(void)
{
	static const char *const bad[] = {
		"\xFF",
		"a\xC0\xAF",
		"\xED\xA0\x80",
		"a\x01",
		"\x1B[31m",
		"\xC2\x85",
		"\xE2\x80\xAE",
		"\xE2\x81\xA6",
		"\xD8\x9C",
		"fish & chips",
		"&lt",
		"&quot;",
		"a < b",
		"<",
		"<a\nb>",
		"<@U1",
		"@here",
		"hey @channel",
		"@Everyone.",
		"a@here",
		"@ana",
		"@\xD0\xB0",
		"(@x)",
		"a@here.x",
		"<https://a.example|@here>",
		"<https://a.example/?a&b>",
	};
	static const char *const good[] = { "",
					    "a &lt;!here&gt; &amp;amp;",
					    "@\xE2\x81\xA0here",
					    "@ here",
					    "x@y.example",
					    "a\n\tb",
					    "> x",
					    "e\xCC\x81",
					    "<https://a.example/?a&amp;b|x>" };
	CLEANUP(buf_deinit) struct buf tokens = { 0 };

	buf_init(&tokens, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		bool found = posted_read(str_from(bad[i]), &tokens) != NULL;

		if (!found)
			printf("\n  not found: %s", bad[i]);
		CU_ASSERT_TRUE(found);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CU_ASSERT_PTR_NULL(posted_read(str_from(good[i]), &tokens));
	buf_clear(&tokens);
	CU_ASSERT_PTR_NULL(posted_read(
		STR("<@U1> <!here> <!subteam^S1|@x> <#C1|y> <https://a|b> <!date^1^x|y> <zz> >"),
		&tokens));
	ASSERT_STR(buf_str(&tokens), "user U1\nspecial here\ngroup S1\nchannel C1\n"
				     "link https://a|b\ndate 1^x\nother zz\nangle\n");
}

static void test_the_judge_compares(void)
{
	CU_ASSERT_TRUE(posted_tokens_fit(STR("user U1\nlink https://a/*|x*\n"),
					 STR("user U1\nlink https://a/b%20|xyz\n")));
	CU_ASSERT_FALSE(posted_tokens_fit(STR("user U1\n"), STR("user U1\nuser U2\n")));
	CU_ASSERT_FALSE(posted_tokens_fit(STR("user U1\nuser U2\n"), STR("user U2\nuser U1\n")));
	CU_ASSERT_FALSE(
		posted_tokens_fit(STR("link https://a/*|x\n"), STR("link https://a/b/c|x\n")));
	CU_ASSERT_FALSE(
		posted_tokens_fit(STR("link https://*.a|x\n"), STR("link https://b#.a|x\n")));
	CU_ASSERT_FALSE(
		posted_tokens_fit(STR("link https://a|*\n"), STR("link https://a|x\nuser U1\n")));
	CU_ASSERT_TRUE(posted_fits(STR("a*b*"), STR("axxbb\n")));
	CU_ASSERT_FALSE(posted_fits(STR("a*b"), STR("axxbc")));
}

static void test_what_people_read_is_decoded_once(void)
{
	CLEANUP(buf_deinit) struct buf shown = { 0 };

	buf_init(&shown, 0);
	posted_shown(STR("&amp;lt; &lt;@\xE2\x81\xA0"
			 "x&gt;"),
		     &shown);
	ASSERT_STR(buf_str(&shown), "&lt; <@x>");
}

/* ---- rules ---- */

static struct ruleset *load(struct str rules)
{
	const struct ruleset_options options = { .allow_broadcast = true };
	CLEANUP(diag_deinit) struct diag diag;
	struct ruleset *set = NULL;

	diag_init(&diag);
	ruleset_load_text(&set, rules, "inert.ini", &options, &diag);
	if (set == NULL && diag.n_entries > 0)
		printf("\n  %u: %s\n", diag.entries[0].line, diag.entries[0].text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	return set;
}

/* ---- people ---- */

/* What they wrote at once, each text of its own: in a message, as names, in other fields, and as what is answered. */
enum { N_WORDS = 5 };

struct crowd {
	struct hostile people;
	struct buf words[N_WORDS];
};

static void read_others(struct hostile *people)
{
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";
	CLEANUP(buf_deinit) struct buf path = { 0 };

	buf_init(&path, 0);
	buf_addf(&path, "%s/hostile/blns.json", data);
	buf_addc(&path, '\0');
	hostile_read(people, path.p);
}

static void crowd_init(struct crowd *crowd)
{
	n_faults = 0;
	log_set_level(LOG_ERROR); /* of actions that failed there is much to be told */
	hostile_init(&crowd->people, unit_seed());
	read_others(&crowd->people);
	for (size_t i = 0; i < N_WORDS; i++)
		buf_init(&crowd->words[i], 0);
}

static void crowd_deinit(struct crowd *crowd)
{
	hostile_deinit(&crowd->people);
	for (size_t i = 0; i < N_WORDS; i++)
		buf_deinit(&crowd->words[i]);
}

/* The text of a message; the other words are the mill's. */
static struct str crowd_speak(struct crowd *crowd, struct engine_pipe *h)
{
	for (size_t i = 0; i < N_WORDS; i++) {
		hostile_next(&crowd->people, &crowd->words[i]);
		/* Some are seen, so that there is something to be said. */
		if (i > 0)
			buf_addc(&crowd->words[i], 'n');
	}
	h->name = buf_str(&crowd->words[1]);
	h->field = buf_str(&crowd->words[2]);
	h->answer = buf_str(&crowd->words[3]);
	h->place = buf_str(&crowd->words[4]);
	return buf_str(&crowd->words[0]);
}

/* ---- once ---- */

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((text.p[i] < ' ' && text.p[i] != '\n') || text.p[i] >= 0x7F)
			return false;
	}
	return true;
}

static void note_body(void *owner, const struct job *job)
{
	buf_clear(owner);
	posted_shown(str_from(job_body(job)), owner);
}

/* People read what was typed, neither more coded nor less. */
static void test_texts_are_coded_once(void)
{
	CLEANUP(buf_deinit) struct buf raw = { 0 };
	CLEANUP(buf_deinit) struct buf shown = { 0 };
	CLEANUP(buf_deinit) struct buf wanted = { 0 };
	struct ruleset *set = load(STR("[rule r]\nmatch = x\nsay = [{text}]\n"));
	struct engine_pipe mill;
	struct str typed;

	buf_init(&raw, 0);
	buf_init(&shown, 0);
	buf_init(&wanted, 0);
	pipe_init(&mill, set);
	for (size_t i = 0; hostile_at(i, &typed); i++) {
		if (!is_ascii(typed))
			continue;
		buf_clear(&raw);
		buf_clear(&wanted);
		buf_addf(&wanted, "[x%.*sx]", STR_ARG(typed));
		hostile_coded(&raw, str_sub(buf_str(&wanted), 1, wanted.len - 1));
		pipe_hear(&mill, buf_str(&raw), note_body, &shown);
		buf_addc(&wanted, '\0');
		ASSERT_STR(buf_str(&shown), wanted.p);
	}
	pipe_deinit(&mill);
	ruleset_unref(set);
}

/* ---- every filter in every place of a text ---- */

/* `%` is the insert. */
static const struct {
	const char *text, *tokens;
} places[] = {
	{ "%", "" },
	{ "x%y", "" },
	{ "@%", "" },
	{ "a@%", "" },
	{ "<%", "" },
	{ "\\@% \\#%", "" },
	{ "%%@%%", "" },
	{ "<https://x.example/a?q=%|label %> %", "link https://x.example/a?q=*|label *\n" },
	{ "<https://%.example|x>", "link https://*.example|x\n" },
	{ "<https://x.example/%/%>", "link https://x.example/*/*\n" },
	{ "<https://x.example|{user} %>", "link https://x.example|@*\n" },
	{ "<mailto:%|mail>", "link mailto:*|mail\n" },
	{ "https://x.example/%?a=%#b %", "" },
	{ "`%` and ``%``", "" },
	{ "```\n%\n```", "" },
	{ "> %", "" },
	{ "{user} % <#C1GENERAL> %{channel}% @ana %",
	  "user U1ANA\nchannel C1GENERAL\nchannel C1GENERAL\nuser U1ANA\n" },
	{ "<!here>% <!channel|x> % <!subteam^S1TEAM>",
	  "special here\nspecial channel\ngroup S1TEAM\n" },
	{ "<{link}|%>", "link https://acme.slack.com/archives/C1GENERAL/p*|*\n" },
	{ "{nothing or a%b} {if 1 has Q: %@ | else @%} {pick: % | <@U1ANA>%}", "PICK" },
	{ "&amp;% &lt;%", "" },
};

static void put_place(struct buf *out, const char *place, struct str insert)
{
	for (; *place != '\0'; place++) {
		if (*place == '%')
			buf_add(out, insert);
		else
			buf_addf(out, "%c%s", *place, *place == '\n' ? " " : "");
	}
}

struct texts {
	struct buf want; /* the tokens */
	struct buf tokens, all;
	const char *fault;
	struct str raw;
	const char *rule;
	unsigned n_parts;   /* of this answer */
	unsigned n_answers; /* of all */
};

static void note_argument(void *owner, const char *name, struct str value)
{
	struct texts *t = owner;
	const char *fault;

	if (strcmp(name, "text") != 0)
		return;
	t->n_parts++;
	fault = posted_read(value, &t->tokens);
	if (fault != NULL)
		complain(fault, t->rule, value, t->raw);
	buf_add(&t->all, value);
}

static void note_text(void *owner, const struct job *job)
{
	const struct slack_request_sink sink = { owner, note_argument };

	slack_request(job, &sink);
}

static void texts_init(struct texts *t)
{
	*t = (struct texts){ 0 };
	buf_init(&t->want, 0);
	buf_init(&t->tokens, 0);
	buf_init(&t->all, 0);
}

static void texts_deinit(struct texts *t)
{
	buf_deinit(&t->want);
	buf_deinit(&t->tokens);
	buf_deinit(&t->all);
}

/* One rule whose text has the insert in all places. */
static struct ruleset *load_places(struct str insert, struct texts *t)
{
	CLEANUP(buf_deinit) struct buf rules = { 0 };

	buf_init(&rules, 0);
	buf_clear(&t->want);
	buf_addz(&rules, "[rule other]\non = join\nset nothing = {user}\nset oncall = {user}\n"
			 "[rule r]\nmatch = ^(?<all>.+)$\nsay =\n");
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		bool chooses = strcmp(places[i].tokens, "PICK") == 0;

		buf_addz(&rules, " ");
		put_place(&rules, places[i].text, insert);
		buf_addc(&rules, '\n');
		buf_addz(&t->want, chooses ? "" : places[i].tokens);
	}
	return load(buf_str(&rules));
}

/* Shows the first line that is another. */
static void compare_tokens(const char *where, struct str wanted, struct str seen, struct str raw)
{
	struct str want, token = STR_EMPTY;

	if (posted_tokens_fit(wanted, seen))
		return;
	while (str_cut(&wanted, '\n', &want)) {
		token = STR("(nothing)");
		if (!str_cut(&seen, '\n', &token) || !posted_tokens_fit(want, token))
			break;
	}
	printf("\n  wanted: %.*s", STR_ARG(want));
	complain("other tokens than the rule's", where, token, raw);
}

static void hear(struct engine_pipe *h, struct texts *t, struct str raw)
{
	buf_clear(&t->tokens);
	buf_clear(&t->all);
	t->n_parts = 0;
	t->raw = raw;
	h->turn = 0; /* the first of {pick: …} */
	pipe_hear(h, raw, note_text, t);
	if (t->n_parts == 0)
		return; /* there is nothing to be seen in it */
	t->n_answers++;
	if (t->n_parts < POSTED_PARTS_MAX) /* else the end of it may be left out */
		compare_tokens(t->rule, buf_str(&t->want), buf_str(&t->tokens), raw);
}

/* The filter with what it takes. */
static const char *filter_words(size_t i)
{
	static const struct {
		const char *name, *words;
	} taking[] = { { "short", "short 7" },
		       { "date", "date %H:%M @" },
		       { "join", "join \"@\"" } };
	const char *name = filter_name_at(i);

	for (size_t n = 0; name != NULL && n < ARRAY_LEN(taking); n++) {
		if (strcmp(taking[n].name, name) == 0)
			return taking[n].words;
	}
	return name;
}

static size_t n_filters(void)
{
	size_t n = 0;

	/* `raw`, the last one, stands in no message. */
	while (strcmp(filter_name_at(n), "raw") != 0)
		n++;
	return n;
}

/* No filter, each of them, each behind each. */
static void put_insert(struct buf *out, size_t i)
{
	static const char *const names[] = { "1",     "text",	    "all",
					     "match", "event.text", "event.x.list" };
	size_t n = n_filters();

	buf_addf(out, "{%s", names[i % ARRAY_LEN(names)]);
	if (i >= ARRAY_LEN(names) && i < ARRAY_LEN(names) + n) {
		buf_addf(out, "|%s", filter_words(i - ARRAY_LEN(names)));
	} else if (i >= ARRAY_LEN(names) + n) {
		i -= ARRAY_LEN(names) + n;
		buf_addf(out, "|%s|%s", filter_words(i / n), filter_words(i % n));
	}
	buf_addc(out, '}');
}

static size_t n_inserts(void)
{
	return 6 + n_filters() + n_filters() * n_filters();
}

static size_t rounds(size_t usual)
{
	const char *given = getenv("RETORT_ROUNDS");

	return given != NULL ? strtoul(given, NULL, 10) : usual;
}

static void check_insert(size_t i, struct crowd *crowd, size_t n)
{
	CLEANUP(buf_deinit) struct buf insert = { 0 };
	CLEANUP(mem_freep) char *rule = NULL;
	struct engine_pipe mill;
	struct texts texts;
	struct ruleset *set;

	buf_init(&insert, 0);
	texts_init(&texts);
	put_insert(&insert, i);
	rule = str_dup(buf_str(&insert));
	texts.rule = rule;
	set = load_places(buf_str(&insert), &texts);
	pipe_init(&mill, set);
	for (size_t round = 0; round < n; round++)
		hear(&mill, &texts, crowd_speak(crowd, &mill));
	CU_ASSERT_TRUE(texts.n_answers > n / 2);
	pipe_deinit(&mill);
	ruleset_unref(set);
	texts_deinit(&texts);
}

static void test_filters_in_all_places(void)
{
	size_t n = n_inserts();
	struct crowd crowd;

	crowd_init(&crowd);
	for (size_t i = 0; i < n; i++)
		check_insert(i, &crowd, rounds(FILTERED_ROUNDS) / n + 1);
	crowd_deinit(&crowd);
	CU_ASSERT_EQUAL(n_faults, 0);
}

/* ---- all other places ---- */

/* A rule that puts people's words wherever a rule can. */
#define PLACES                                                                                                              \
	"[table owners]\n"                                                                                                  \
	"Qx = @ana | <https://x.example/e|e>\n"                                                                             \
	"else = @ana | <https://x.example/e|e>\n"                                                                           \
	"[rule other]\non = join\nset oncall = {user}\nset nothing = x\n"                                                   \
	"[rule r]\n"                                                                                                        \
	"match = ^(?<all>.+)$\n"                                                                                            \
	"if = all is not zz{all} and count > 0\n"                                                                           \
	"limit = 10000 per {all} per 1m\n"                                                                                  \
	"set last[{all}] = {all}\n"                                                                                         \
	"set seen = {text|upper}\n"                                                                                         \
	"set who = {user}\n"                                                                                                \
	"set raw = {event.text}\n"                                                                                          \
	"whisper = A{last[{all}]}B{seen}C{who}D{who.name}E{raw}F{user.name}G{author.name}H\n"                               \
	" I{channel.name}J{team}K{user.email}L{last[{event.x.a}] or Qx}M\n"                                                 \
	" N {owners[{all}].1} O {owners[{user.name}].2}P{event.x.list}R{event.x.list|join <}S\n"                            \
	" T{event.x}U{event[{all}] or Qx}V{event.x[{all}].deep or Qx}W{who.mention}X\n"                                     \
	"react = eyes\n"                                                                                                    \
	"dm = <@U1ANA> {all}{user}\n"                                                                                       \
	"post #general = p {all} @ana {user.name} q\n"                                                                      \
	"blocks = [{\"type\": \"section\", \"text\": {\"type\": \"mrkdwn\", \"text\": "                                     \
	"\"{all} @ana <https://x.example/{all}|{all}> {user}\"}, \"fields\": [{\"type\": "                                  \
	"\"plain_text\", \"text\": \"{all} and {user.name}\"}, {\"type\": \"mrkdwn\", "                                     \
	"\"text\": {all|json}}], \"accessory\": {\"type\": \"button\", \"text\": {\"type\": "                               \
	"\"plain_text\", \"text\": {text|json}}, \"url\": \"https://x.example/?q={all}&r={all}\","                          \
	" \"value\": \"v{all}v\", \"action_id\": \"a{all}\"}}, {\"type\": \"context\", "                                    \
	"\"elements\": [{\"type\": \"mrkdwn\", \"text\": \"@{all}{1}\"}]}, {\"type\": "                                     \
	"\"image\", \"image_url\": \"https://x.example/{all}.png\", \"alt_text\": \"{all}\"}]\n"                            \
	"webhook hook = {\"a\": \"{all}\", \"b\": {text|json}, \"c\": [\"x{1}y\", {\"d\": "                                 \
	"\"{user.name} {user} {channel} {event.x}\", \"q\": \"<{all}{user.name}{all}\"}], \"e\": {\"f\": \"{text|json}\", " \
	"\"g\": \"{text|url}\", \"page_url\": \"https://x.example/{all}?q={user.name}\"}}\n"                                \
	"say = A{result.a}B{result.list}C{result.list|join >}D{result.object.deep}E{result}F"                               \
	"<https://x.example/{result.url}|{result.a}>G{result[{all}] or Qx}H\n"                                              \
	"call conversations.setTopic = {\"channel\": \"C1GENERAL\", \"topic\": \"t {all} {user}\"}\n"                       \
	"call chat.postMessage = {\"channel\": \"C1GENERAL\", \"text\": \"@ana {all}@{all}\", "                             \
	"\"blocks\": [{\"type\": \"section\", \"text\": {\"type\": \"mrkdwn\", \"text\": "                                  \
	"\"{all} {channel}\"}}], \"metadata\": {\"event_type\": \"x\", \"event_payload\": "                                 \
	"{\"k\": \"{all}\"}}, \"attachments\": [{\"type\": \"text\", \"text\": \"{all} {user}\", "                          \
	"\"fields\": [{\"type\": \"text\", \"text\": \"{all}\"}]}], \"link_names\": true}\n"                                \
	"on error say = failed: {error} <@U1ANA> {error|code} {error|quote}z\n"

/* What a run said, a line for each string: where it stands, and it. */
struct deeds {
	struct json *list; /* of [path, string] */
	struct buf path;
	const char *verb;
};

static void add_deed(struct deeds *d, struct str value)
{
	struct json *pair = json_new_array();

	json_push_str(pair, buf_str(&d->path));
	json_push_str(pair, value);
	json_push(d->list, pair);
}

static void walk(struct deeds *d, const struct json *node)
{
	size_t len = d->path.len, at = 0;
	struct json *value;
	struct str key;

	switch (json_kind(node)) {
	case JSON_STRING:
		add_deed(d, json_str(node, ""));
		break;
	case JSON_OBJECT:
		buf_addf(&d->path, "{%.*s", STR_ARG(json_str(node, "type")));
		while (json_member(node, &at, &key, &value)) {
			size_t end = d->path.len;

			buf_addf(&d->path, ".%.*s", STR_ARG(key));
			walk(d, value);
			d->path.len = end;
		}
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_len(node); i++) {
			size_t end = d->path.len;

			buf_addf(&d->path, "[%zu of %zu", i, json_len(node));
			walk(d, json_item(node, i));
			d->path.len = end;
		}
		break;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_DOUBLE:
		json_print(node, &d->path);
		add_deed(d, STR_EMPTY);
		break;
	}
	d->path.len = len;
}

static void note_member(void *owner, const char *name, struct str value)
{
	CLEANUP(json_freep) struct json *nested = NULL;
	struct deeds *d = owner;
	bool is_json = strcmp(name, "blocks") == 0 || strcmp(name, "metadata") == 0 ||
		       strcmp(name, "attachments") == 0;

	buf_clear(&d->path);
	buf_addf(&d->path, "%s %s ", d->verb, name);
	if (is_json && json_parse(&nested, value, NULL) == 0)
		walk(d, nested);
	else
		add_deed(d, value);
}

static void note_deed(void *owner, const struct job *job)
{
	const struct slack_request_sink sink = { owner, note_member };
	CLEANUP(json_freep) struct json *body = NULL;
	struct deeds *d = owner;
	const char *method;

	d->verb = job->verb;
	if (job->kind != JOB_WEBHOOK) {
		method = slack_request(job, &sink);
		buf_clear(&d->path);
		buf_addf(&d->path, "%s method", d->verb);
		add_deed(d, str_from(method));
		return;
	}
	buf_clear(&d->path);
	buf_addf(&d->path, "webhook %s ", job->webhook.name);
	if (json_parse(&body, str_from(job->webhook.body), NULL) == 0)
		walk(d, body);
	else
		add_deed(d, STR("no JSON"));
}

static struct json *deeds_of(struct engine_pipe *h, struct str raw)
{
	struct deeds d = { .list = json_new_array() };

	buf_init(&d.path, 0);
	h->turn = 0;
	pipe_hear(h, raw, note_deed, &d);
	buf_deinit(&d.path);
	return d.list;
}

/* Joiners depend on people's words. */
static void add_without_joiners(struct buf *out, struct str text)
{
	size_t at;

	while ((at = str_find(text, JOINER)) != SIZE_MAX) {
		buf_add(out, str_sub(text, 0, at));
		text = str_sub(text, at + strlen(JOINER), text.len);
	}
	buf_add(out, text);
}

/* With a star for people's words. */
static void put_wanted(struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t at = str_find_char(text, 'Q');
		struct str word = str_sub(text, at, text.len);

		add_without_joiners(out, str_sub(text, 0, at));
		if (word.len > 0)
			buf_addc(out, str_starts(word, "Qx") || str_starts(word, "QX") ? '*' : 'Q');
		text = str_sub(word, out->len > 0 && out->p[out->len - 1] == '*' ? 2 : 1, word.len);
	}
}

static bool fits(struct str wanted, struct str text)
{
	CLEANUP(buf_deinit) struct buf plain = { 0 };

	buf_init(&plain, 0);
	add_without_joiners(&plain, text);
	return posted_fits(wanted, buf_str(&plain));
}

static bool is_markup(struct str path)
{
	static const char *const markup[] = { " text ", "mrkdwn.text", "{text.text", " topic " };

	for (size_t i = 0; i < ARRAY_LEN(markup); i++) {
		if (str_ends(path, markup[i]))
			return true;
	}
	return false;
}

/* In addresses of blocks people's words are coded as in those of links. */
static bool is_address(struct str path)
{
	return str_ends(path, "url");
}

/* Whoever has it may hand it on to Slack. */
static bool has_form(struct str text)
{
	static const char *const forms[] = {
		"<!", "<@", "<#", "<http://", "<https://", "<mailto:"
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (str_find(text, forms[i]) != SIZE_MAX)
			return true;
	}
	return false;
}

static void judge(const struct json *wanted, const struct json *seen, struct str raw)
{
	CLEANUP(buf_deinit) struct buf want = { 0 };
	CLEANUP(buf_deinit) struct buf want_tokens = { 0 };
	CLEANUP(buf_deinit) struct buf tokens = { 0 };
	CLEANUP(mem_freep) char *where = str_dup(json_str(seen, "0"));
	struct str path = json_str(seen, "0"), text = json_str(seen, "1"),
		   was = json_str(wanted, "1");
	bool markup = is_markup(path);
	const char *fault;

	buf_init(&want, 0);
	buf_init(&want_tokens, 0);
	buf_init(&tokens, 0);
	put_wanted(&want, was);
	if (!str_eq(path, json_str(wanted, "0")))
		complain("another structure", where, path, raw);
	if (str_ends(path, " ts ") || str_ends(path, " timestamp ") || str_ends(path, "thread_ts "))
		return;
	if (!fits(buf_str(&want), text))
		complain("the rule's own text is changed", where, text, raw);
	if (is_address(path) && !posted_tokens_fit(buf_str(&want), text))
		complain("the address has other parts", where, text, raw);
	fault = markup ? posted_read(text, &tokens) : posted_plain_fault(text);
	if (fault != NULL)
		complain(fault, where, text, raw);
	if (str_starts(path, "webhook ") && has_form(text))
		complain("a form of Slack's", where, text, raw);
	if (!markup)
		return;
	posted_read(was, &tokens);
	buf_clear(&tokens);
	posted_read(was, &tokens);
	put_wanted(&want_tokens, buf_str(&tokens));
	buf_clear(&tokens);
	posted_read(text, &tokens);
	compare_tokens(where, buf_str(&want_tokens), buf_str(&tokens), raw);
}

/* A text that was cut into several is left to the other test. */
static bool is_cut(const struct json *wanted, const struct json *seen)
{
	size_t n = 0;

	for (size_t i = 0; i < json_len(seen); i++)
		n += json_str(json_item(seen, i), "1").len > 900;
	return n > 0 && json_len(seen) != json_len(wanted);
}

static void compare(const struct json *wanted, const struct json *seen, struct str raw)
{
	size_t n = json_len(wanted);

	if (json_len(seen) == 0 || is_cut(wanted, seen))
		return; /* there is nothing to be seen in what was written */
	for (size_t i = 0; n != json_len(seen) && i < json_len(seen); i++) {
		struct str path = json_str(json_item(seen, i), "0");

		if (!str_eq(path, json_str(json_item(wanted, i), "0"))) {
			printf("\n  wanted: %.*s", STR_ARG(json_str(json_item(wanted, i), "0")));
			complain("it does other things", "everywhere", path, raw);
			return;
		}
	}
	if (n != json_len(seen)) {
		complain("it does less", "everywhere", STR_EMPTY, raw);
		return;
	}
	for (size_t i = 0; i < n; i++)
		judge(json_item(wanted, i), json_item(seen, i), raw);
}

static struct json *wanted_deeds(struct engine_pipe *h, bool fails)
{
	h->name = h->place = h->answer = h->field = STR(HARMLESS);
	h->fails = fails;
	return deeds_of(h, STR(HARMLESS));
}

static void test_everywhere(void)
{
	struct json *wanted[2], *seen;
	struct ruleset *set = load(STR(PLACES));
	struct crowd crowd;
	struct engine_pipe mill;

	crowd_init(&crowd);
	pipe_init(&mill, set);
	wanted[false] = wanted_deeds(&mill, false);
	wanted[true] = wanted_deeds(&mill, true);
	CU_ASSERT_TRUE(json_len(wanted[false]) > 50);
	CU_ASSERT_TRUE(json_len(wanted[true]) > 20);
	for (size_t round = 0; round < rounds(PLACED_ROUNDS); round++) {
		struct str raw = crowd_speak(&crowd, &mill);

		mill.fails = round % 4 == 3;
		seen = deeds_of(&mill, raw);
		compare(wanted[mill.fails], seen, raw);
		json_free(seen);
	}
	json_free(wanted[false]);
	json_free(wanted[true]);
	pipe_deinit(&mill);
	ruleset_unref(set);
	crowd_deinit(&crowd);
	CU_ASSERT_EQUAL(n_faults, 0);
}

UNIT_MAIN("inert", { "the judge can fail", test_the_judge_can_fail },
	  { "the judge compares", test_the_judge_compares },
	  { "what people read is decoded once", test_what_people_read_is_decoded_once },
	  { "texts are coded once", test_texts_are_coded_once },
	  { "filters in all places", test_filters_in_all_places },
	  { "everywhere", test_everywhere })
