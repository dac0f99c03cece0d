/* SPDX-License-Identifier: MIT */
#include "slack/blockkit.h"

#include "lib/unit.h"
#include "slack/blockkit_fields.h"

/* The texts of all complaints, one a line; warnings begin with a question mark. */
static void complaints(struct str text, struct buf *out)
{
	CLEANUP(json_freep) struct json *j = NULL;
	struct diag diag = { 0 };

	if (json_parse(&j, text, NULL) != 0) {
		buf_addz(out, "this is no JSON");
		return;
	}
	CU_ASSERT_EQUAL(blockkit_check(j, (struct place){ "f.ini", 4 }, &diag), diag.n_errors == 0);
	for (size_t i = 0; i < diag.n_entries; i++) {
		CU_ASSERT_EQUAL(diag.entries[i].line, 4);
		buf_addf(out, "%s\n", diag.entries[i].text);
	}
	diag_deinit(&diag);
}

static void check(const char *text, const char *told)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	complaints(str_from(text), &out);
	ASSERT_STR(buf_str(&out), told);
}

#define PLAIN(text) "{\"type\":\"plain_text\",\"text\":\"" text "\"}"
#define MRKDWN(text) "{\"type\":\"mrkdwn\",\"text\":\"" text "\"}"
#define SECTION(more) "{\"type\":\"section\",\"text\":" MRKDWN("x") more "}"
#define ACCESSORY(part) "[" SECTION(",\"accessory\":" part) "]"
#define ACTIONS(parts) "[{\"type\":\"actions\",\"elements\":[" parts "]}]"
#define RICH(leaves)                                                              \
	"[{\"type\":\"rich_text\",\"elements\":[{\"type\":\"rich_text_section\"," \
	"\"elements\":[" leaves "]}]}]"
#define RICH_LIST(sections)                                                                         \
	"[{\"type\":\"rich_text\",\"elements\":[{\"type\":\"rich_text_list\",\"style\":\"bullet\"," \
	"\"indent\":1,\"elements\":[" sections "]}]}]"
#define OPTION "{\"text\":" PLAIN("a") ",\"value\":\"1\"}"

static void test_good_blocks_pass(void)
{
	static const char *const good[] = {
		"[]",
		"[" SECTION("") "]",
		"[" SECTION(",\"expand\":true,\"block_id\":\"b\"") ",{\"type\":\"divider\"}]",
		"[{\"type\":\"section\",\"fields\":[" PLAIN("a") "," MRKDWN("{user}") "]}]",
		"[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"x\",\"emoji\":true}}]",
		"[{\"type\":\"image\",\"image_url\":\"https://x\",\"alt_text\":\"\",\"title\":" PLAIN(
			"t") "}]",
		"[{\"type\":\"image\",\"slack_file\":{\"id\":\"F1\"},\"alt_text\":\"a\"}]",
		"[{\"type\":\"context\",\"elements\":[{\"type\":\"image\",\"image_url\":\"https://"
		"x\",\"alt_text\":\"a\"}," MRKDWN("x") "," PLAIN("y") "]}]",
		"[{\"type\":\"markdown\",\"text\":\"# Hello {user}\"}]",
		"[{\"type\":\"file\",\"external_id\":\"A\",\"source\":\"remote\"}]",
		"[{\"type\":\"video\",\"title\":" PLAIN(
			"t") ",\"alt_text\":\"a\",\"video_url\":\"https://"
			     "x\",\"thumbnail_url\":\"https://y\"}]",
		"[{\"type\":\"call\",\"call_id\":\"R1\",\"anything\":{}}]",
		"[{\"type\":\"input\",\"label\":" PLAIN(
			"l") ",\"element\":{\"type\":\"plain_text_input\","
			     "\"multiline\":true,\"max_length\":10}}]",
		"[{\"type\":\"table\",\"rows\":[[{\"type\":\"raw_text\",\"text\":\"a\"},{\"type\":"
		"\"rich_text\",\"elements\":[]}]],\"column_settings\":[{\"align\":\"right\"}]}]",
		"[{\"type\":\"context_actions\",\"elements\":[{\"type\":\"icon_button\",\"icon\":"
		"\"trash\",\"text\":" PLAIN("x") "}]}]",
		"[{\"type\":\"section\",\"block_id\":null,\"text\":" MRKDWN("x") "}]",
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		check(good[i], "");
}

static void test_good_elements_pass(void)
{
	static const char *const good[] = {
		ACCESSORY("{\"type\":\"button\",\"text\":" PLAIN("Go") ",\"url\":\"https://x/{1}\","
								       "\"style\":\"danger\"}"),
		ACCESSORY("{\"type\":\"overflow\",\"options\":[" OPTION "]}"),
		ACTIONS("{\"type\":\"static_select\",\"placeholder\":" PLAIN(
			"p") ",\"options\":[" OPTION
			     "]},{\"type\":\"users_select\",\"initial_user\":\"{user.id}\"}"),
		ACTIONS("{\"type\":\"multi_static_select\",\"option_groups\":[{\"label\":" PLAIN(
			"g") ","
			     "\"options\":[" OPTION "]}],\"max_selected_items\":2}"),
		ACTIONS("{\"type\":\"conversations_select\",\"filter\":{\"include\":[\"im\",\"public\"],"
			"\"exclude_bot_users\":true}}"),
		ACTIONS("{\"type\":\"datepicker\",\"initial_date\":\"2026-01-01\",\"confirm\":{"
			"\"title\":" PLAIN("a") ",\"text\":" MRKDWN("b") ",\"confirm\":" PLAIN(
				"c") ","
				     "\"deny\":" PLAIN("d") "}}"),
		ACTIONS("{\"type\":\"workflow_button\",\"text\":" PLAIN(
			"w") ",\"workflow\":{\"trigger\":{"
			     "\"url\":\"https://x\",\"customizable_input_parameters\":[{\"name\":\"a\"}]}}}"),
		ACTIONS("{\"type\":\"datetimepicker\",\"initial_date_time\":\"\\u0001{time}\"}"),
		RICH("{\"type\":\"text\",\"text\":\"a\",\"style\":{\"bold\":true}},{\"type\":\"user\","
		     "\"user_id\":\"{user.id}\"},{\"type\":\"emoji\",\"name\":\"wave\"},{\"type\":"
		     "\"broadcast\",\"range\":\"here\"},{\"type\":\"link\",\"url\":\"https://x\"}"),
		RICH_LIST("{\"type\":\"rich_text_section\",\"elements\":[]}"),
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		check(good[i], "");
}

static void test_slips_name_their_path_and_the_nearest(void)
{
	check("[{\"type\":\"secton\"}]",
	      "blocks[0].type: unknown block \"secton\"; did you mean \"section\"?\n");
	check("[{\"type\":\"whatever\"}]", "blocks[0].type: unknown block \"whatever\"\n");
	check("[{\"text\":1}]", "blocks[0].type: missing; wanted the block, such as \"section\"\n");
	check("[{\"type\":7}]",
	      "blocks[0].type: seen a number, wanted a text in \"double quotes\"\n");
	check("[{\"type\":\"divider\"}," SECTION(",\"acessory\":{}") "]",
	      "blocks[1]: unknown field \"acessory\"; did you mean \"accessory\"?\n");
	check("[{\"type\":\"divider\",\"zzzzzzzz\":1}]",
	      "blocks[0]: unknown field \"zzzzzzzz\", wanted \"type\" or \"block_id\"\n");
	check("[{\"type\":\"divider\"},{\"type\":\"divider\"},{\"type\":\"section\",\"text\":"
	      "{\"type\":\"markdown\",\"text\":\"x\"}}]",
	      "blocks[2].text.type: unknown kind of text \"markdown\"; did you mean \"mrkdwn\"?\n");
	check("[{\"type\":\"header\",\"text\":" MRKDWN("x") "}]",
	      "blocks[0].text.type: \"mrkdwn\" cannot stand here, but \"plain_text\" can\n");
	check(ACCESSORY("{\"type\":\"plain_text_input\"}"),
	      "blocks[0].accessory.type: \"plain_text_input\" cannot stand here, but \"button\" can\n");
	check("[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"x\",\"emoji\":true}}]",
	      "blocks[0].text: unknown field \"emoji\", wanted \"type\" or \"text\" or \"verbatim\"\n");
	check(ACTIONS("{\"type\":\"button\",\"text\":" PLAIN("x") ",\"style\":\"dangerous\"}"),
	      "blocks[0].elements[0].style: unknown value \"dangerous\"; did you mean \"danger\"?\n");
	check(ACTIONS("{\"type\":\"button\",\"text\":" PLAIN("x") ",\"style\":\"green\"}"),
	      "blocks[0].elements[0].style: unknown value \"green\", wanted \"primary\" or \"danger\"\n");
}

static void test_kinds_are_told_apart(void)
{
	check("{}", "blocks: seen an object { }, wanted a list [ ]\n");
	check("null", "blocks: seen null, wanted a list [ ]\n");
	check("[1, null]", "blocks[0]: seen a number, wanted an object { }\n"
			   "blocks[1]: seen null, wanted an object { }\n");
	check("[{\"type\":\"section\",\"text\":\"Hello\"}]",
	      "blocks[0].text: seen a text, wanted an object { }\n");
	check("[{\"type\":\"section\",\"text\":\"\\u0001{text}\"}]",
	      "blocks[0].text: an insert gives a text here, wanted an object { }\n");
	check("[" SECTION(",\"expand\":\"true\"") "]",
	      "blocks[0].expand: seen a text, wanted true or false, without quotes\n");
	check("[" SECTION(",\"expand\":\"\\u0001{x}\"") "]", "");
	check("[{\"type\":\"context\",\"elements\":{}}]",
	      "blocks[0].elements: seen an object { }, wanted a list [ ]\n");
	check(ACTIONS("{\"type\":\"datetimepicker\",\"initial_date_time\":1.5}"),
	      "blocks[0].elements[0].initial_date_time: seen a number with decimals, wanted a whole "
	      "number\n");
	check(ACTIONS("{\"type\":\"multi_users_select\",\"initial_users\":[\"U1\",2]}"),
	      "blocks[0].elements[0].initial_users[1]: seen a number, wanted a text in \"double "
	      "quotes\"\n");
	check("[{\"type\":\"table\",\"rows\":[1]}]",
	      "blocks[0].rows[0]: seen a number, wanted a list [ ]\n");
}

static void test_what_is_missing_is_named(void)
{
	check("[{\"type\":\"section\"}]",
	      "blocks[0]: a field is missing: \"text\" or \"fields\"\n");
	check("[{\"type\":\"header\",\"text\":null}]",
	      "blocks[0]: the field \"text\" is missing\n");
	check("[{\"type\":\"image\"}]",
	      "blocks[0]: the field \"alt_text\" is missing\n"
	      "blocks[0]: a field is missing: \"image_url\" or \"slack_file\"\n");
	check("[{\"type\":\"context\",\"elements\":[]}]",
	      "blocks[0].elements: an empty list, wanted at least one item\n");
	check(ACTIONS("{\"type\":\"static_select\"}"),
	      "blocks[0].elements[0]: a field is missing: \"options\" or \"option_groups\"\n");
	check(ACTIONS("{\"type\":\"overflow\",\"options\":[{\"text\":" PLAIN("a") "}]}"),
	      "blocks[0].elements[0].options[0]: the field \"value\" is missing\n");
}

static void test_nobody_but_the_author_calls_everybody(void)
{
	check(RICH("{\"type\":\"broadcast\",\"range\":\"{1}\"}"),
	      "blocks[0].elements[0].elements[0].range: seen an insert, wanted the word itself: it calls "
	      "everybody\n");
	check(RICH("{\"type\":\"broadcast\",\"range\":\"\\u0001{1}\"}"),
	      "blocks[0].elements[0].elements[0].range: seen an insert, wanted the word itself: it calls "
	      "everybody\n");
	check(RICH("{\"type\":\"{1}\"}"),
	      "blocks[0].elements[0].elements[0].type: unknown piece of rich "
	      "text \"{1}\"\n");
}

/* ---- limits ---- */

static void repeat(struct buf *out, const char *piece, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addz(out, piece);
}

/* What is said when `piece` stands n times between the two. */
static void check_many(const char *before, const char *piece, size_t n, const char *after,
		       const char *told)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_addz(&text, before);
	repeat(&text, piece, n);
	buf_addz(&text, after);
	complaints(buf_str(&text), &out);
	ASSERT_STR(buf_str(&out), told);
}

static void test_texts_have_their_length(void)
{
#define OPEN(type) "[{\"type\":\"" type "\",\"text\":{\"type\":\"plain_text\",\"text\":\""
	check_many(OPEN("section"), "x", 3000, "\"}}]", "");
	check_many(OPEN("section"), "x", 3001, "\"}}]",
		   "blocks[0].text.text: 3001 letters, wanted at most 3000\n");
	check_many(OPEN("section"), "\xF0\x9F\x98\x80", 3000, "\"}}]", "");
	check_many(OPEN("header"), "x", 150, "\"}}]", "");
	check_many(OPEN("header"), "x", 151, "\"}}]",
		   "blocks[0].text.text: 151 letters, wanted at most 150\n");
	check_many(OPEN("header"), "{text|short 200}", 100, "\"}}]", "");
	check_many(OPEN("header"), "{text}x", 151, "\"}}]",
		   "blocks[0].text.text: 151 letters, wanted at most 150\n");
	check_many(OPEN("header"), "{{", 150, "\"}}]", "");
	check_many(OPEN("header"), "{text", 151, "\"}}]", "");
	check_many("[{\"type\":\"section\",\"fields\":[{\"type\":\"mrkdwn\",\"text\":\"", "x", 2001,
		   "\"}]}]", "blocks[0].fields[0].text: 2001 letters, wanted at most 2000\n");
	check_many("[{\"type\":\"context\",\"elements\":[{\"type\":\"mrkdwn\",\"text\":\"", "x",
		   9000, "\"}]}]", "");
	check_many("[{\"type\":\"divider\",\"block_id\":\"", "x", 256, "\"}]",
		   "blocks[0].block_id: 256 letters, wanted at most 255\n");
	check(OPEN("header") "\"}}]",
	      "blocks[0].text.text: an empty text, wanted at least one letter\n");
	check(OPEN("header") "{text}\"}}]", "");
	check(OPEN("header") "\\u0001{text}\"}}]", "");
#undef OPEN
}

static void test_lists_have_their_length(void)
{
#define FIELD "," PLAIN("a")
#define DIVIDER ",{\"type\":\"divider\"}"
	check_many("[{\"type\":\"divider\"}", DIVIDER, 49, "]", "");
	check_many("[{\"type\":\"divider\"}", DIVIDER, 50, "]",
		   "blocks: 51 items, wanted at most 50\n");
	check_many("[{\"type\":\"section\",\"fields\":[" PLAIN("a"), FIELD, 9, "]}]", "");
	check_many("[{\"type\":\"section\",\"fields\":[" PLAIN("a"), FIELD, 10, "]}]",
		   "blocks[0].fields: 11 items, wanted at most 10\n");
	check_many("[{\"type\":\"context\",\"elements\":[" PLAIN("a"), FIELD, 10, "]}]",
		   "blocks[0].elements: 11 items, wanted at most 10\n");
#undef FIELD
#undef DIVIDER
}

static void test_ids_stand_once(void)
{
	check("[{\"type\":\"divider\",\"block_id\":\"a\"},{\"type\":\"divider\",\"block_id\":\"a\"}]",
	      "blocks[1]: another block has the block_id \"a\" already\n");
	check("[{\"type\":\"divider\",\"block_id\":\"{1}\"},{\"type\":\"divider\",\"block_id\":\"{1}\"},"
	      "{\"type\":\"divider\",\"block_id\":\"\"},{\"type\":\"divider\",\"block_id\":\"\"}]",
	      "");
}

static void test_hostile_blocks_are_bounded(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf out = { 0 };

	buf_addz(&text, "[1");
	repeat(&text, ",{\"type\":\"x\",\"y\":{}}", 9999);
	buf_addz(&text, "]");
	complaints(buf_str(&text), &out);
	CU_ASSERT_TRUE(str_starts(buf_str(&out), "blocks: 10000 items, wanted at most 50\n"));
	CU_ASSERT_TRUE(str_ends(buf_str(&out), "blocks: 9981 more mistakes, not told\n"));
	CU_ASSERT_TRUE(out.len < 4000);
	check_many("", "[", 60, "", "this is no JSON");
	check_many("[{\"type\":\"", "x", 100000, "\"}]",
		   "blocks[0].type: unknown block \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\"\n");
}

/* ---- the facts ---- */

static void check_fields(const struct block_shape *shape)
{
	for (const struct block_field *f = shape->fields; f != NULL && f->name != NULL; f++) {
		bool objects = f->kind == BLOCK_OBJECT || f->kind == BLOCK_OBJECTS ||
			       f->kind == BLOCK_ROWS;

		CU_ASSERT_EQUAL(objects, (f->of != 0) != (f->shape != NULL));
		CU_ASSERT_TRUE(f->of == 0 || blockkit_part_at(f->of, 0) != NULL);
		for (const struct block_field *other = f + 1; other->name != NULL; other++)
			CU_ASSERT_STRING_NOT_EQUAL(f->name, other->name);
	}
}

static void test_the_facts_agree_with_each_other(void)
{
	const struct block_shape *part;
	size_t n = 0;

	for (; (part = blockkit_part_at(~0U, n)) != NULL; n++) {
		for (unsigned place = 1; place <= AS_RICH_VALUE; place <<= 1) {
			if ((part->places & place) != 0)
				CU_ASSERT_PTR_EQUAL(blockkit_part(str_from(part->type), place),
						    part);
		}
		check_fields(part);
	}
	CU_ASSERT_TRUE(n > 50);
}

static void test_both_forms_give_their_blocks(void)
{
	static const struct {
		const char *text;
		const char *blocks;
	} cases[] = {
		{ "[1]", "[1]" },    { "{\"blocks\":[2]}", "[2]" },
		{ "{}", "null" },    { "{\"blocks\":{}}", "null" },
		{ "\"x\"", "null" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(buf_deinit) struct buf out = { 0 };
		CLEANUP(json_freep) struct json *j = NULL;

		CU_ASSERT_EQUAL(json_parse(&j, str_from(cases[i].text), NULL), 0);
		json_print(blockkit_blocks(j), &out);
		ASSERT_STR(buf_str(&out), cases[i].blocks);
	}
	CU_ASSERT_PTR_NULL(blockkit_blocks(NULL));
}

UNIT_MAIN("blockkit", { "good blocks pass", test_good_blocks_pass },
	  { "good elements pass", test_good_elements_pass },
	  { "slips name their path and the nearest", test_slips_name_their_path_and_the_nearest },
	  { "kinds are told apart", test_kinds_are_told_apart },
	  { "what is missing is named", test_what_is_missing_is_named },
	  { "nobody but the author calls everybody", test_nobody_but_the_author_calls_everybody },
	  { "texts have their length", test_texts_have_their_length },
	  { "lists have their length", test_lists_have_their_length },
	  { "ids stand once", test_ids_stand_once },
	  { "hostile blocks are bounded", test_hostile_blocks_are_bounded },
	  { "the facts agree with each other", test_the_facts_agree_with_each_other },
	  { "both forms give their blocks", test_both_forms_give_their_blocks })
