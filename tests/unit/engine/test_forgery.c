/* SPDX-License-Identifier: MIT */
/*
 * What nobody may do by what they write: write to people by way of the bot, share or use up what is counted for
 * others, see what Slack keeps secret, or make the bot work for long.
 */
#include <string.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "deliver/deliver.h"
#include "lib/engine_pipe.h"
#include "lib/rules.h"
#include "lib/unit.h"
#include "slack/decode.h"
#include "store/memory.h"

/* ---- one message after the other ---- */

struct heard {
	struct engine_pipe mill;
	struct ruleset *set;
	struct buf last; /* "channel: text" of every message that the last event brought */
	size_t n;
};

static void heard_init(struct heard *h, const char *rules)
{
	log_set_level(LOG_ERROR);
	h->set = rules_good(rules);
	pipe_init(&h->mill, h->set);
	buf_init(&h->last, 0);
}

static void heard_deinit(struct heard *h)
{
	pipe_deinit(&h->mill);
	ruleset_unref(h->set);
	buf_deinit(&h->last);
}

static void on_job(void *owner, const struct job *job)
{
	struct heard *h = owner;

	buf_addf(&h->last, "%s%s: %s", h->last.len > 0 ? "\n" : "", job->channel, job_body(job));
}

static void says(struct heard *h, const char *raw, const char *wanted)
{
	buf_clear(&h->last);
	h->n = pipe_hear(&h->mill, str_from(raw), on_job, h);
	ASSERT_STR(buf_str(&h->last), wanted);
}

/* ---- targets ---- */

static void test_nobody_chooses_whom_the_bot_writes_to(void)
{
	static const char *const refused[] = {
		"go D9DIRECT",
		"go U2RAJ",
		"go <@U2RAJ>",
		"go W0RLD1",
		"go @ana",
		"go ana",
		"go #",
		"go #a b",
		"go # ana",
		"go #@ana",
		"go D9DIRECT ",
		"go C9,U2RAJ",
		"go \x01#D9DIRECT\x01x",
	};
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^go (.*)$\npost {1} = x\n");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		says(&h, refused[i], "");
	says(&h, "go C9SECRET", "C9SECRET: x");
	says(&h, "go #general", "C1GENERAL: x");
	says(&h, "go <#C9SECRET|y>", "C9SECRET: x");
	says(&h, "go #other", "#other: x");
	says(&h, "go <#D9DIRECT|x>", "#x: x"); /* by its name, if there is one */
	heard_deinit(&h);
}

static void test_authors_choose_conversations(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = go\npost D9DIRECT = x\npost {channel} = y\n");
	says(&h, "go", "D9DIRECT: x\nC1GENERAL: y");
	heard_deinit(&h);
}

static void test_names_of_people_are_no_targets(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = go\npost {user.name} = x\n");
	h.mill.name = STR("D9DIRECT");
	says(&h, "go", "");
	h.mill.name = STR("U2RAJ");
	says(&h, "go", "");
	heard_deinit(&h);
}

/* ---- mentions ---- */

static void test_mentions_are_not_made_of_words(void)
{
	static const char why[] =
		"3: an insert within `<@…>` or `<#…>` must be an id, such as {user.id}: what people "
		"wrote could mention anybody; {user} is a mention already";

	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = a <@{1}> b\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@U{1}|x>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <#{text}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@{user.name}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@{user.id or {1}}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@{event.file.name}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@{event.files[0].title}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@{event.text}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@{event.file[{1}]}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = (.*)x\nsay = <@{event.external_id}>\n", why);
	ASSERT_COMPLAINTS("[rule r]\nmatch = x\nsay = <@{user.id}> <#{channel.id}>\n", "");
	ASSERT_COMPLAINTS("[rule r]\nmatch = x\nsay = <@{event.user}> <#{event.item.channel}> "
			  "<@{event.users[0]}> <@{event.item_user}> <@{event.parent_user_id}>\n",
			  "");
}

/* ---- keys ---- */

static void test_keys_of_several_texts_differ(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^(?<a>\\S+) (?<b>\\S+)$\n"
		       "add n[{a}:{b}] = 1\nsay = {n[{a}:{b}]}\n");
	says(&h, "x y", "C1GENERAL: 1");
	says(&h, "x y", "C1GENERAL: 2");
	says(&h, "x: y", "C1GENERAL: 1");
	says(&h, "x :y", "C1GENERAL: 1");
	says(&h, "x:: y", "C1GENERAL: 1");
	says(&h, "x] y", "C1GENERAL: 1");
	heard_deinit(&h);
}

static void test_nobody_passes_for_a_person(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^(?<who>\\S+) point$\n"
		       "add n[{who}] = 1\nsay = {n[{who}]}\n");
	says(&h, "<@U2RAJ> point", "C1GENERAL: 1");
	says(&h, "U2RAJ point", "C1GENERAL: 1");
	says(&h, "@U2RAJ point", "C1GENERAL: 1");
	says(&h, "\x01@U2RAJ point", "C1GENERAL: 2"); /* the sign is not seen */
	says(&h, "<@U2RAJ> point", "C1GENERAL: 2");
	heard_deinit(&h);
}

static void test_nobody_uses_up_the_limit_of_a_person(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^(?<who>\\S+) point$\n"
		       "limit = 1 per {who} per 1d\nsay = x\n");
	says(&h, "U2RAJ point", "C1GENERAL: x");
	says(&h, "U2RAJ point", "");
	says(&h, "<@U2RAJ> point", "C1GENERAL: x");
	says(&h, "<@U2RAJ> point", "");
	heard_deinit(&h);
}

static void test_long_keys_are_told_apart(void)
{
	CLEANUP(buf_deinit) struct buf one = { 0 };
	CLEANUP(buf_deinit) struct buf other = { 0 };
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^([^z]+)$\nadd n[{1}] = 1\nsay = {n[{1}]}\n");
	buf_init(&one, 0);
	buf_init(&other, 0);
	for (int i = 0; i < 1000; i++)
		buf_addz(&one, "\xC3\xA4");
	buf_add(&other, buf_str(&one));
	buf_addz(&one, "a");
	buf_addz(&other, "b");
	buf_addc(&one, '\0');
	buf_addc(&other, '\0');
	says(&h, one.p, "C1GENERAL: 1");
	says(&h, other.p, "C1GENERAL: 1");
	says(&h, one.p, "C1GENERAL: 2");
	heard_deinit(&h);
}

/* ---- what is stored ---- */

static void test_stored_words_stay_words(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = x\nset kept = {event.x.a}\n"
		       "say = {kept}|{kept.mention}|{kept.id}\n");
	h.mill.field = STR("\x01@U2RAJ\x01z");
	says(&h, "x", "C1GENERAL: @\xE2\x81\xA0U2RAJz|@\xE2\x81\xA0U2RAJz|");
	heard_deinit(&h);
}

/* ---- addresses ---- */

static void test_addresses_are_coded_once(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^([^z]+)$\n"
		       "say = <https://x.example/?q={1|url}&amp;r={1}|{1}>\n");
	says(&h, "a b/c", "C1GENERAL: <https://x.example/?q=a%20b%2Fc&amp;r=a%20b%2Fc|a b/c>");
	heard_deinit(&h);
}

static void test_blocks_keep_addresses_and_values(void)
{
	struct heard h;

	heard_init(&h,
		   "[rule r]\nmatch = ^([^z]+)$\ncall chat.postMessage = "
		   "{\"channel\": \"C1\", \"text\": \"{1}\", \"blocks\": [{\"type\": \"actions\", "
		   "\"elements\": [{\"type\": \"button\", \"text\": {\"type\": \"plain_text\", "
		   "\"text\": \"{1}\"}, \"url\": \"{event.x.url}\", \"value\": \"{1}\"}]}]}\n");
	h.mill.field = STR("https://x.example/?a=1&b=2");
	says(&h, "a&amp;b@c",
	     "C1: {\"channel\":\"C1\",\"text\":\"a&amp;b@\xE2\x81\xA0"
	     "c\",\"blocks\":[{\"type\":\"actions\","
	     "\"elements\":[{\"type\":\"button\",\"text\":{\"type\":\"plain_text\",\"text\":"
	     "\"a&b@c\"},\"url\":\"https://x.example/?a=1&b=2\",\"value\":\"a&b@c\"}]}]}");
	heard_deinit(&h);
}

/* ---- code ---- */

static void test_nobody_ends_the_code_around_them(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^([^z]+)$\nsay = {1|code}\n");
	says(&h, "a`b@`c",
	     "C1GENERAL: `a\xCB\x8B"
	     "b@\xE2\x81\xA0\xCB\x8B"
	     "c`");
	heard_deinit(&h);
}

/* ---- secrets ---- */

static void test_secrets_are_kept_at_any_depth(void)
{
	static const char frame[] =
		"{\"type\":\"x\",\"token\":\"s1\",\"a\":{\"token\":\"s2\",\"b\":[{\"response_url\":"
		"\"s3\",\"c\":1,\"n\":null}]},\"trigger_id\":\"s4\"}";
	CLEANUP(json_freep) struct json *inner = NULL;
	CLEANUP(event_freep) struct event *ev = NULL;
	CLEANUP(buf_deinit) struct buf kept = { 0 };
	const struct identity me = { .team_id = "T1", .user_id = "UBOT" };
	const char *why;

	buf_init(&kept, 0);
	CU_ASSERT_EQUAL_FATAL(json_parse(&inner, str_from(frame), NULL), 0);
	CU_ASSERT_EQUAL_FATAL(decode_event(&ev, inner, STR("T1"), STR_EMPTY, 0, &me, &why), 0);
	json_print(ev->payload, &kept);
	ASSERT_STR(buf_str(&kept), "{\"type\":\"x\",\"a\":{\"b\":[{\"c\":1,\"n\":null}]}}");
}

static void test_blank_paths_lead_nowhere(void)
{
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = ^x(.*)$\nsay = {event[{1}] or none}\n");
	says(&h, "x ", "C1GENERAL: none");
	says(&h, "xchannel", "C1GENERAL: C1GENERAL");
	heard_deinit(&h);
}

/* ---- work ---- */

static void test_one_message_does_not_become_a_flood(void)
{
	CLEANUP(buf_deinit) struct buf raw = { 0 };
	struct heard h;

	heard_init(&h, "[rule r]\nmatch = &\nsay = {text}{text}{text}{text}\n");
	buf_init(&raw, 0);
	while (raw.len < 5 * 40000)
		buf_addz(&raw, "&amp;");
	buf_clear(&h.last);
	CU_ASSERT_EQUAL(pipe_hear(&h.mill, buf_str(&raw), on_job, &h), 20);
	heard_deinit(&h);
}

UNIT_MAIN("forgery",
	  { "nobody chooses whom the bot writes to", test_nobody_chooses_whom_the_bot_writes_to },
	  { "authors choose conversations", test_authors_choose_conversations },
	  { "names of people are no targets", test_names_of_people_are_no_targets },
	  { "mentions are not made of words", test_mentions_are_not_made_of_words },
	  { "keys of several texts differ", test_keys_of_several_texts_differ },
	  { "nobody passes for a person", test_nobody_passes_for_a_person },
	  { "nobody uses up the limit of a person", test_nobody_uses_up_the_limit_of_a_person },
	  { "long keys are told apart", test_long_keys_are_told_apart },
	  { "stored words stay words", test_stored_words_stay_words },
	  { "addresses are coded once", test_addresses_are_coded_once },
	  { "blocks keep addresses and values", test_blocks_keep_addresses_and_values },
	  { "nobody ends the code around them", test_nobody_ends_the_code_around_them },
	  { "secrets are kept at any depth", test_secrets_are_kept_at_any_depth },
	  { "blank paths lead nowhere", test_blank_paths_lead_nowhere },
	  { "one message does not become a flood", test_one_message_does_not_become_a_flood })
