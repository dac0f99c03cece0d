/* SPDX-License-Identifier: MIT */
#include "template/json_template.h"

#include "base/mem.h"
#include "lib/unit.h"
#include "template/json_lines.h"

/* ---- a host whose people write the worst ---- */

static bool on_value(void *owner, const struct reference *ref, struct value *out)
{
	(void)owner;
	if (ref->name != NAME_TEXT)
		return false;
	*out = (struct value){ .kind = VALUE_TEXT, .text = STR("a\", \"b\": \"c\\ \n{user}") };
	return true;
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	buf_addf(out, "<%.*s>", STR_ARG(value->text));
}

static void put_plain(void *owner, struct buf *out, const struct value *value)
{
	(void)owner;
	buf_add(out, value->text);
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	buf_add(out, text);
}

static void on_begin(void *owner)
{
	++*(size_t *)owner;
}

/* ---- forms ---- */

struct desk {
	struct diag diag;
	struct json_template *form;
};

static void desk_init(struct desk *d, const char *text, const struct template_scope *scope)
{
	const struct ini_line line = { str_from(text), 5 };
	const struct ini_entry entry = {
		.key = STR("webhook x"),
		.value = str_from(text),
		.lines = &line,
		.n_lines = 1,
		.line = 5,
	};
	struct json *json = NULL;

	*d = (struct desk){ 0 };
	diag_init(&d->diag);
	CU_ASSERT_TRUE_FATAL(json_lines_read(&json, &entry, "t.ini", &d->diag));
	CU_ASSERT_EQUAL(
		json_template_compile(&d->form, json, scope->plain ? GROUND_OTHERS : GROUND_BLOCKS,
				      (struct place){ "t.ini", 5 }, scope, NULL, &d->diag) == 0,
		d->form != NULL);
}

static void desk_deinit(struct desk *d)
{
	json_template_free(d->form);
	diag_deinit(&d->diag);
}

static void check(const char *text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	const struct template_scope scope = { 0 };
	size_t n_begun = 0;
	const struct template_host host = {
		.owner = &n_begun,
		.value = on_value,
		.put = on_put,
		.literal = on_literal,
		.begin = on_begin,
	};
	struct template_host hosts[N_PLACES] = { host, host, host };
	struct json *json;
	struct desk d;

	hosts[PLACE_PLAIN].put = put_plain;
	desk_init(&d, text, &scope);
	CU_ASSERT_EQUAL(d.diag.n_errors, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d.form);
	/* The same every time. */
	for (int i = 0; i < 2; i++) {
		buf_clear(&out);
		buf_init(&out, 0);
		json = json_template_render(d.form, hosts);
		json_print(json, &out);
		json_free(json);
		ASSERT_STR(buf_str(&out), wanted);
		buf_deinit(&out);
	}
	desk_deinit(&d);
}

static void refused(const char *text, bool plain, const char *told)
{
	const struct template_scope scope = { .plain = plain };
	struct desk d;

	desk_init(&d, text, &scope);
	CU_ASSERT_PTR_NULL(d.form);
	CU_ASSERT_EQUAL_FATAL(d.diag.n_errors, 1);
	ASSERT_STR(str_from(d.diag.entries[0].text), told);
	CU_ASSERT_EQUAL(d.diag.entries[0].line, 5);
	desk_deinit(&d);
}

static void test_json_stays_what_it_is(void)
{
	check("{}", "{}");
	check("[1, 2.5, true, null, \"x\", [], {\"a\": {\"b\": [\"c\"]}}]",
	      "[1,2.5,true,null,\"x\",[],{\"a\":{\"b\":[\"c\"]}}]");
	check("{\"a\": \"{{\", \"{text}\": 1}", "{\"a\":\"{\",\"{text}\":1}");
}

static void test_no_text_breaks_out_of_a_string(void)
{
	check("{\"t\": \"{text}\", \"n\": 1}",
	      "{\"t\":\"<a\\\", \\\"b\\\": \\\"c\\\\ \\n{user}>\",\"n\":1}");
	check("[\"{text}\"]", "[\"<a\\\", \\\"b\\\": \\\"c\\\\ \\n{user}>\"]");
	check("{\"t\": {text|json}}", "{\"t\":\"<a\\\", \\\"b\\\": \\\"c\\\\ \\n{user}>\"}");
	check("{\"t\": \"[{user or none}]\"}", "{\"t\":\"[none]\"}");
}

/* Strings are rendered in the order in which they were compiled. */
static void test_every_string_gets_its_own_text(void)
{
	check("{\"b\": [\"1\", {\"x\": \"2\", \"y\": [\"3\"]}], \"a\": \"4\", \"c\": [[\"5\"], \"6\"]}",
	      "{\"b\":[\"1\",{\"x\":\"2\",\"y\":[\"3\"]}],\"a\":\"4\",\"c\":[[\"5\"],\"6\"]}");
}

static void test_plain_text_objects_are_no_markup(void)
{
	check("{\"type\": \"plain_text\", \"text\": \"{text|first line}\"}",
	      "{\"type\":\"plain_text\",\"text\":\"a\\\", \\\"b\\\": \\\"c\\\\\"}");
	check("{\"text\": \"{text|first line}\", \"type\": \"plain_text\"}",
	      "{\"text\":\"a\\\", \\\"b\\\": \\\"c\\\\\",\"type\":\"plain_text\"}");
	check("{\"type\": \"plain_text\", \"text\": \"@here\"}",
	      "{\"type\":\"plain_text\",\"text\":\"@here\"}");
	check("{\"type\": \"mrkdwn\", \"text\": \"{text|first line}\"}",
	      "{\"type\":\"mrkdwn\",\"text\":\"<a\\\", \\\"b\\\": \\\"c\\\\>\"}");
}

static void test_mistakes(void)
{
	refused("{\"a\": [{\"b\": \"{usr}\"}]}", false,
		"unknown insert `usr`; did you mean `user`?");
	refused("{\"a\": \"{text\"}", false,
		"the insert is not closed on its line: {text; `{{` is a plain brace");
	refused("{\"type\": \"mrkdwn\", \"text\": \"@here\"}", false,
		"`@here` notifies everyone; the configuration must allow it with `allow broadcast = yes`, and `\\@` is a plain sign");
	refused("{\"type\": \"broadcast\", \"range\": \"here\"}", false,
		"the block of the type `broadcast` notifies everyone; the configuration must allow it with `allow broadcast = yes`");
}

static void note(void *owner, const struct reference *ref, bool as_text)
{
	buf_addf(owner, "%.*s%s ", STR_ARG(ref->shown), as_text ? "!" : "");
}

static void note_name(void *owner, char sigil, struct str name)
{
	buf_addf(owner, "%c%.*s ", sigil, STR_ARG(name));
}

static void test_what_it_needs(void)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	const struct template_scope scope = { 0 };
	struct desk d;

	desk_init(&d,
		  "[\"{text} @ana\", {\"a\": {user|json}}, {\"type\": \"plain_text\", \"text\": "
		  "\"@raj {link|upper}\"}]",
		  &scope);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d.form);
	json_template_each_reference(d.form, note, &seen);
	json_template_each_name(d.form, note_name, &seen);
	ASSERT_STR(buf_str(&seen), "text user link! @ana ");
	desk_deinit(&d);
	json_template_free(NULL);
}

static void test_what_goes_to_others_mentions_nobody(void)
{
	const struct template_scope scope = { .plain = true };
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct desk d;

	desk_init(&d, "{\"a\": \"@here @ana\", \"type\": \"broadcast\"}", &scope);
	CU_ASSERT_PTR_NOT_NULL_FATAL(d.form);
	json_template_each_name(d.form, note_name, &seen);
	ASSERT_STR(buf_str(&seen), "");
	desk_deinit(&d);
}

UNIT_MAIN("form", { "JSON stays what it is", test_json_stays_what_it_is },
	  { "no text breaks out of a string", test_no_text_breaks_out_of_a_string },
	  { "every string gets its own text", test_every_string_gets_its_own_text },
	  { "plain text objects are no markup", test_plain_text_objects_are_no_markup },
	  { "mistakes", test_mistakes }, { "what it needs", test_what_it_needs },
	  { "what goes to others mentions nobody", test_what_goes_to_others_mentions_nobody })
