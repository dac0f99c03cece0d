/* SPDX-License-Identifier: MIT */
#include "template/json_place.h"

#include "base/mem.h"

static bool is_among(struct str name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (str_is(name, *names))
			return true;
	}
	return false;
}

/* ---- grounds ---- */

/* Arguments and members that are blocks, or hold them. */
static const char *const blocks[] = {
	"blocks", "description_blocks", "message_blocks", "rich_text", "user_auth_blocks", "view",
	NULL,
};

/* Arguments that Slack takes as JSON. It takes all others as texts, and shows JSON there as it stands. */
static const char *const nested[] = {
	"attachments",
	"cells",
	"changes",
	"chunks",
	"document_content",
	"files",
	"initial_fields",
	"metadata",
	"outputs",
	"prefs",
	"profile",
	"prompts",
	"schema",
	"source",
	"unfurled_attachments",
	"unfurls",
	NULL,
};

/* … and those of them in which nothing is markup. */
static const char *const data[] = { "criteria", "dialog", NULL };

/* Members of attachments that are shown. */
static const char *const texts[] = {
	"author_name", "fallback", "footer", "pretext", "text", "title", "value", NULL,
};

enum json_ground json_place_inner(enum json_ground ground, const struct json *object,
				  struct str name)
{
	switch (ground) {
	case GROUND_ARGS:
		if (is_among(name, blocks))
			return GROUND_BLOCKS;
		if (is_among(name, data))
			return GROUND_DATA;
		return is_among(name, nested) ? GROUND_NESTED : GROUND_TEXT;
	case GROUND_NESTED:
		if (is_among(name, blocks))
			return GROUND_BLOCKS;
		return is_among(name, texts) ? GROUND_TEXT : GROUND_NESTED;
	case GROUND_BLOCKS:
		return str_starts(json_str(object, "type"), "rich_text") ? GROUND_RICH : ground;
	case GROUND_OTHERS:
	case GROUND_DATA:
	case GROUND_RICH:
	case GROUND_TEXT:
		break;
	}
	return ground;
}

/* ---- places ---- */

static bool is_address(struct str name)
{
	return str_is(name, "url") || str_ends(name, "_url") || str_ends(name, "_link");
}

/* `{"type": "plain_text", "text": …}`, the cells of tables, and the leaves of rich text. */
static bool is_plain_object(enum json_ground ground, const struct json *object)
{
	static const char *const everywhere[] = { "plain_text", "raw_text", NULL };
	static const char *const leaves[] = { "link", "text", NULL };
	struct str type = json_str(object, "type");

	return is_among(type, everywhere) || (ground == GROUND_RICH && is_among(type, leaves));
}

/* Texts that nobody sees, or that are shown where there is no markup. */
static bool is_plain_member(struct str name, const struct json *object)
{
	static const char *const names[] = { "action_id", "alt_text", "block_id", NULL };

	if (str_is(name, "value"))
		return json_kind(json_at(object, "text")) ==
		       JSON_OBJECT; /* of a button, an option */
	return is_among(name, names);
}

/* Of `markdown_text`, of blocks and pieces of a stream, and of the content of a canvas. */
static bool is_markdown(struct str name, const struct json *object)
{
	struct str type = json_str(object, "type");

	return str_is(name, "markdown_text") || str_is(name, "markdown") ||
	       (str_is(name, "text") &&
		(str_is(type, "markdown") || str_is(type, "markdown_text")));
}

enum json_place json_place_of(enum json_ground ground, const struct json *object, struct str name)
{
	bool plain = false;

	switch (ground) {
	case GROUND_OTHERS:
	case GROUND_DATA:
		plain = true;
		break;
	case GROUND_ARGS:
	case GROUND_NESTED:
		plain = is_address(name);
		break;
	case GROUND_BLOCKS:
	case GROUND_RICH:
		plain = is_address(name) || is_plain_object(ground, object) ||
			is_plain_member(name, object);
		break;
	case GROUND_TEXT:
		break;
	}
	if (plain)
		return PLACE_PLAIN;
	return ground != GROUND_TEXT && is_markdown(name, object) ? PLACE_MARKDOWN : PLACE_MARKUP;
}

/* ---- what notifies everyone ---- */

/* Slack takes numbers and words for flags. */
static bool is_on(const struct json *flag)
{
	struct str word = str_trim(json_str(flag, ""));
	bool yes = false;
	int64_t n = 0;

	if (json_kind(flag) == JSON_STRING)
		return word.len > 0 && !str_is(word, "0") && !str_eq_nocase(word, STR("false"));
	return (json_get_bool(flag, "", &yes) && yes) || (json_get_int(flag, "", &n) && n != 0) ||
	       json_kind(flag) == JSON_DOUBLE;
}

const char *json_place_notifies(enum json_ground ground, const struct json *object)
{
	if (ground == GROUND_OTHERS)
		return NULL;
	if (str_eq_nocase(str_trim(json_str(object, "type")), STR("broadcast")))
		return "the block of the type `broadcast`";
	if (is_on(json_at(object, "link_names")))
		return "`link_names`, which makes mentions of names,";
	if (str_eq_nocase(str_trim(json_str(object, "parse")), STR("full")))
		return "`parse` as `full`, which makes mentions of names,";
	return NULL;
}
