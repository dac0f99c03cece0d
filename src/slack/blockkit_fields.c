/* SPDX-License-Identifier: MIT */
#include "slack/blockkit_fields.h"

#include "base/mem.h"

/* The table is laid out by hand. */
/* clang-format off */
#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define FIELDS(...) (const struct block_field[]){ __VA_ARGS__, { .name = NULL } }

/* What many have. A text object is given the limit of the field in which it stands. */
#define STRING(field, max) { .name = field, .kind = BLOCK_STRING, .letters = max }
#define BOOL(field) { .name = field, .kind = BLOCK_BOOL }
#define WHOLE(field) { .name = field, .kind = BLOCK_WHOLE }
#define STRINGS(field) { .name = field, .kind = BLOCK_STRINGS }
#define ANY(field) { .name = field, .kind = BLOCK_ANY }
#define CHOICE(field, ...) { .name = field, .kind = BLOCK_STRING, .words = WORDS(__VA_ARGS__) }
#define CHOICES(field, ...) { .name = field, .kind = BLOCK_STRINGS, .words = WORDS(__VA_ARGS__) }
#define TEXT(field, max) { .name = field, .kind = BLOCK_OBJECT, .of = AS_TEXT, .letters = max }
#define PLAIN(field, max) { .name = field, .kind = BLOCK_OBJECT, .of = AS_PLAIN, .letters = max }
#define OBJECT(field, what) { .name = field, .kind = BLOCK_OBJECT, .shape = &(what) }
#define OBJECTS(field, what, max) { .name = field, .kind = BLOCK_OBJECTS, .shape = &(what), .items = max }
#define NEED_STRING(field, max) { .name = field, .kind = BLOCK_STRING, .letters = max, .required = true }
#define NEED_FILLED(field, max) \
	{ .name = field, .kind = BLOCK_STRING, .letters = max, .required = true, .filled = true }
#define NEED_TEXT(field, max) \
	{ .name = field, .kind = BLOCK_OBJECT, .of = AS_TEXT, .letters = max, .required = true }
#define NEED_PLAIN(field, max) \
	{ .name = field, .kind = BLOCK_OBJECT, .of = AS_PLAIN, .letters = max, .required = true }
#define NEED_OBJECT(field, what) \
	{ .name = field, .kind = BLOCK_OBJECT, .shape = &(what), .required = true }
#define PARTS(field, where, max) \
	{ .name = field, .kind = BLOCK_OBJECTS, .of = where, .items = max, .required = true }
#define FILLED_PARTS(field, where, max) \
	{ .name = field, .kind = BLOCK_OBJECTS, .of = where, .items = max, .required = true, .filled = true }
#define OPTIONS(max) \
	{ .name = "options", .kind = BLOCK_OBJECTS, .shape = &option, .items = max, .required = true, .filled = true }

#define BLOCK_ID STRING("block_id", 255)
#define ACTION_ID STRING("action_id", 255)
#define CONFIRM OBJECT("confirm", confirm)
#define FOCUS BOOL("focus_on_load")
#define PLACEHOLDER PLAIN("placeholder", 150)
#define STYLE CHOICE("style", "primary", "danger")
#define LABEL STRING("accessibility_label", 75)
#define DISPATCH OBJECT("dispatch_action_config", dispatch_config)
#define MARKS OBJECT("style", marks)

/* ---- objects without a type ---- */

static const struct block_shape option = {
	.fields = FIELDS(
		NEED_TEXT("text", 75), NEED_STRING("value", 150), TEXT("description", 75),
		STRING("url", 3000)),
};

static const struct block_shape option_group = {
	.fields = FIELDS(NEED_PLAIN("label", 75), OPTIONS(100)),
};

static const struct block_shape confirm = {
	.fields = FIELDS(
		PLAIN("title", 100), NEED_TEXT("text", 300), PLAIN("confirm", 30),
		PLAIN("deny", 30), STYLE),
};

static const struct block_shape slack_file = {
	.fields = FIELDS(STRING("id", 0), STRING("url", 0)),
	.one_of = WORDS("id", "url"),
};

static const struct block_shape filter = {
	.fields = FIELDS(
		CHOICES("include", "im", "mpim", "private", "public"),
		BOOL("exclude_external_shared_channels"), BOOL("exclude_bot_users")),
};

static const struct block_shape dispatch_config = {
	.fields = FIELDS(CHOICES("trigger_actions_on", "on_enter_pressed", "on_character_entered")),
};

static const struct block_shape trigger = {
	.fields = FIELDS(NEED_FILLED("url", 0), ANY("customizable_input_parameters")),
};

static const struct block_shape workflow = {
	.fields = FIELDS(NEED_OBJECT("trigger", trigger)),
};

static const struct block_shape feedback = {
	.fields = FIELDS(NEED_PLAIN("text", 75), NEED_STRING("value", 2000), LABEL),
};

static const struct block_shape marks = {
	.fields = FIELDS(
		BOOL("bold"), BOOL("italic"), BOOL("strike"), BOOL("code"), BOOL("underline"),
		BOOL("highlight"), BOOL("client_highlight"), BOOL("unlink")),
};

static const struct block_shape column = {
	.fields = FIELDS(CHOICE("align", "left", "center", "right"), BOOL("is_wrapped")),
};

/* ---- parts ---- */

/* Slack adds some of these to the images that it gives back, and they get copied. */
#define IMAGE_FIELDS                                                                        \
	STRING("image_url", 3000), OBJECT("slack_file", slack_file),                        \
		NEED_STRING("alt_text", 2000), STRING("fallback", 0), WHOLE("image_width"), \
		WHOLE("image_height"), WHOLE("image_bytes"), BOOL("is_animated")

enum {
	ANYWHERE = IN_SECTION | IN_ACTIONS | IN_INPUT,
	ON_CARDS = IN_SECTION | IN_ACTIONS,
};

static const struct block_shape parts[] = {
	/* blocks */
	{ "section", IN_MESSAGE, FIELDS(
		TEXT("text", 3000),
		{ .name = "fields", .kind = BLOCK_OBJECTS, .of = AS_TEXT, .letters = 2000, .items = 10, .filled = true },
		{ .name = "accessory", .kind = BLOCK_OBJECT, .of = IN_SECTION }, BOOL("expand"),
		BLOCK_ID), WORDS("text", "fields") },
	{ "header", IN_MESSAGE, FIELDS(NEED_PLAIN("text", 150), BLOCK_ID), NULL },
	{ "divider", IN_MESSAGE, FIELDS(BLOCK_ID), NULL },
	{ "image", IN_MESSAGE, FIELDS(
		IMAGE_FIELDS, PLAIN("title", 2000), BLOCK_ID), WORDS("image_url", "slack_file") },
	{ "context", IN_MESSAGE, FIELDS(FILLED_PARTS("elements", IN_CONTEXT, 10), BLOCK_ID), NULL },
	{ "actions", IN_MESSAGE, FIELDS(FILLED_PARTS("elements", IN_ACTIONS, 25), BLOCK_ID), NULL },
	{ "input", IN_MESSAGE, FIELDS(
		NEED_PLAIN("label", 2000),
		{ .name = "element", .kind = BLOCK_OBJECT, .of = IN_INPUT, .required = true },
		BOOL("dispatch_action"), PLAIN("hint", 2000), BOOL("optional"), BLOCK_ID), NULL },
	{ "rich_text", IN_MESSAGE | IN_TABLE | AS_RICH_VALUE, FIELDS(
		PARTS("elements", IN_RICH_TEXT, 0), BLOCK_ID), NULL },
	{ "video", IN_MESSAGE, FIELDS(
		NEED_STRING("alt_text", 2000), NEED_PLAIN("title", 200),
		NEED_FILLED("thumbnail_url", 3000), NEED_FILLED("video_url", 3000),
		STRING("author_name", 50), PLAIN("description", 200),
		STRING("provider_icon_url", 3000), STRING("provider_name", 0),
		STRING("title_url", 3000), BLOCK_ID), NULL },
	{ "file", IN_MESSAGE, FIELDS(
		STRING("external_id", 0), STRING("source", 0), STRING("file_id", 0), ANY("file"),
		BLOCK_ID), WORDS("external_id", "file_id") },
	{ "markdown", IN_MESSAGE, FIELDS(NEED_FILLED("text", 12000), BLOCK_ID), NULL },
	{ "table", IN_MESSAGE, FIELDS(
		{ .name = "rows", .kind = BLOCK_ROWS, .of = IN_TABLE, .items = 100, .required = true, .filled = true },
		OBJECTS("column_settings", column, 20), BLOCK_ID), NULL },
	{ "context_actions", IN_MESSAGE, FIELDS(
		PARTS("elements", IN_CONTEXT_ACTIONS, 5), BLOCK_ID), NULL },
	{ "call", IN_MESSAGE, NULL, NULL },
	{ "alert", IN_MESSAGE, NULL, NULL },
	{ "card", IN_MESSAGE, NULL, NULL },
	{ "carousel", IN_MESSAGE, NULL, NULL },
	{ "container", IN_MESSAGE, NULL, NULL },
	{ "data_table", IN_MESSAGE, NULL, NULL },
	{ "plan", IN_MESSAGE, NULL, NULL },
	{ "task_card", IN_MESSAGE, NULL, NULL },

	/* texts */
	{ "plain_text", AS_TEXT | AS_PLAIN | IN_CONTEXT, FIELDS(
		NEED_FILLED("text", 0), BOOL("emoji")), NULL },
	{ "mrkdwn", AS_TEXT | IN_CONTEXT, FIELDS(NEED_FILLED("text", 0), BOOL("verbatim")), NULL },

	/* elements */
	{ "button", ON_CARDS, FIELDS(
		NEED_PLAIN("text", 75), ACTION_ID, STRING("url", 3000), STRING("value", 2000),
		STYLE, CONFIRM, LABEL), NULL },
	{ "image", IN_SECTION | IN_CONTEXT, FIELDS(
		IMAGE_FIELDS), WORDS("image_url", "slack_file") },
	{ "overflow", ON_CARDS, FIELDS(OPTIONS(5), ACTION_ID, CONFIRM), NULL },
	{ "workflow_button", ON_CARDS, FIELDS(
		NEED_PLAIN("text", 75), NEED_OBJECT("workflow", workflow), ACTION_ID, STYLE, LABEL,
		CONFIRM), NULL },
	{ "checkboxes", ANYWHERE, FIELDS(
		OPTIONS(10), OBJECTS("initial_options", option, 0), ACTION_ID, CONFIRM,
		FOCUS), NULL },
	{ "radio_buttons", ANYWHERE, FIELDS(
		OPTIONS(10), OBJECT("initial_option", option), ACTION_ID, CONFIRM, FOCUS), NULL },
#define SELECT PLACEHOLDER, ACTION_ID, CONFIRM, FOCUS
#define MULTI SELECT, WHOLE("max_selected_items")
#define CHOICE_LISTS OBJECTS("options", option, 100), OBJECTS("option_groups", option_group, 100)
	{ "static_select", ANYWHERE, FIELDS(
		CHOICE_LISTS, OBJECT("initial_option", option),
		SELECT), WORDS("options", "option_groups") },
	{ "multi_static_select", ANYWHERE, FIELDS(
		CHOICE_LISTS, OBJECTS("initial_options", option, 0),
		MULTI), WORDS("options", "option_groups") },
	{ "external_select", ANYWHERE, FIELDS(
		OBJECT("initial_option", option), WHOLE("min_query_length"), SELECT), NULL },
	{ "multi_external_select", ANYWHERE, FIELDS(
		OBJECTS("initial_options", option, 0), WHOLE("min_query_length"), MULTI), NULL },
	{ "users_select", ANYWHERE, FIELDS(STRING("initial_user", 0), SELECT), NULL },
	{ "multi_users_select", ANYWHERE, FIELDS(STRINGS("initial_users"), MULTI), NULL },
	{ "conversations_select", ANYWHERE, FIELDS(
		STRING("initial_conversation", 0), BOOL("default_to_current_conversation"),
		BOOL("response_url_enabled"), OBJECT("filter", filter), SELECT), NULL },
	{ "multi_conversations_select", ANYWHERE, FIELDS(
		STRINGS("initial_conversations"), BOOL("default_to_current_conversation"),
		OBJECT("filter", filter), MULTI), NULL },
	{ "channels_select", ANYWHERE, FIELDS(
		STRING("initial_channel", 0), BOOL("response_url_enabled"), SELECT), NULL },
	{ "multi_channels_select", ANYWHERE, FIELDS(STRINGS("initial_channels"), MULTI), NULL },
	{ "datepicker", ANYWHERE, FIELDS(STRING("initial_date", 0), SELECT), NULL },
	{ "timepicker", ANYWHERE, FIELDS(
		STRING("initial_time", 0), STRING("timezone", 0), SELECT), NULL },
	{ "datetimepicker", ANYWHERE, FIELDS(WHOLE("initial_date_time"), SELECT), NULL },
#undef SELECT
#undef MULTI
#undef CHOICE_LISTS
#define TYPED PLACEHOLDER, ACTION_ID, DISPATCH, FOCUS
	{ "plain_text_input", IN_INPUT, FIELDS(
		STRING("initial_value", 0), BOOL("multiline"), WHOLE("min_length"),
		WHOLE("max_length"), TYPED), NULL },
	{ "email_text_input", IN_INPUT, FIELDS(STRING("initial_value", 0), TYPED), NULL },
	{ "url_text_input", IN_INPUT, FIELDS(STRING("initial_value", 0), TYPED), NULL },
	{ "number_input", IN_INPUT, FIELDS(
		{ .name = "is_decimal_allowed", .kind = BLOCK_BOOL, .required = true },
		STRING("initial_value", 0), STRING("min_value", 0), STRING("max_value", 0),
		TYPED), NULL },
	{ "rich_text_input", IN_INPUT | IN_ACTIONS, FIELDS(
		{ .name = "initial_value", .kind = BLOCK_OBJECT, .of = AS_RICH_VALUE },
		TYPED), NULL },
	{ "file_input", IN_INPUT, FIELDS(
		STRINGS("filetypes"), WHOLE("max_files"), ACTION_ID), NULL },
#undef TYPED
	{ "feedback_buttons", IN_CONTEXT_ACTIONS, FIELDS(
		NEED_OBJECT("positive_button", feedback), NEED_OBJECT("negative_button", feedback),
		ACTION_ID), NULL },
	{ "icon_button", IN_CONTEXT_ACTIONS, FIELDS(
		NEED_STRING("icon", 0), NEED_PLAIN("text", 75), ACTION_ID, STRING("value", 2000),
		CONFIRM, LABEL, STRINGS("visible_to_user_ids")), NULL },

	/* rich text */
	{ "rich_text_section", IN_RICH_TEXT | IN_RICH_LIST, FIELDS(
		PARTS("elements", IN_RICH_LINE, 0)), NULL },
	{ "rich_text_list", IN_RICH_TEXT, FIELDS(
		PARTS("elements", IN_RICH_LIST, 0),
		{ .name = "style", .kind = BLOCK_STRING, .required = true, .words = WORDS("bullet", "ordered") },
		WHOLE("indent"), WHOLE("offset"), WHOLE("border")), NULL },
	{ "rich_text_preformatted", IN_RICH_TEXT, FIELDS(
		PARTS("elements", IN_RICH_CODE, 0), WHOLE("border"), STRING("language", 0)), NULL },
	{ "rich_text_quote", IN_RICH_TEXT, FIELDS(
		PARTS("elements", IN_RICH_LINE, 0), WHOLE("border")), NULL },
	{ "text", IN_RICH_LINE | IN_RICH_CODE, FIELDS(NEED_FILLED("text", 0), MARKS), NULL },
	{ "link", IN_RICH_LINE | IN_RICH_CODE, FIELDS(
		NEED_FILLED("url", 0), STRING("text", 0), BOOL("unsafe"), MARKS), NULL },
	{ "emoji", IN_RICH_LINE | IN_RICH_CODE, FIELDS(
		NEED_FILLED("name", 0), STRING("unicode", 0), WHOLE("skin_tone"), STRING("url", 0),
		STRING("display_url", 0), MARKS), NULL },
	{ "user", IN_RICH_LINE | IN_RICH_CODE, FIELDS(NEED_FILLED("user_id", 0), MARKS), NULL },
	{ "usergroup", IN_RICH_LINE | IN_RICH_CODE, FIELDS(
		NEED_FILLED("usergroup_id", 0), MARKS), NULL },
	{ "channel", IN_RICH_LINE | IN_RICH_CODE, FIELDS(
		NEED_FILLED("channel_id", 0), MARKS), NULL },
	{ "team", IN_RICH_LINE | IN_RICH_CODE, FIELDS(NEED_FILLED("team_id", 0), MARKS), NULL },
	{ "broadcast", IN_RICH_LINE | IN_RICH_CODE, FIELDS(
		{ .name = "range", .kind = BLOCK_STRING, .required = true, .words = WORDS("here", "channel", "everyone"), .by_hand = true },
		MARKS), NULL },
	{ "color", IN_RICH_LINE | IN_RICH_CODE, FIELDS(NEED_FILLED("value", 0), MARKS), NULL },
	{ "date", IN_RICH_LINE | IN_RICH_CODE, FIELDS(
		{ .name = "timestamp", .kind = BLOCK_WHOLE, .required = true },
		NEED_FILLED("format", 0), STRING("url", 0), STRING("fallback", 0), MARKS), NULL },

	/* cells of a table */
	{ "raw_text", IN_TABLE, FIELDS(NEED_STRING("text", 0)), NULL },
	{ "raw_number", IN_TABLE, NULL, NULL },
};
/* clang-format on */

const struct block_shape *blockkit_part(struct str type, unsigned places)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if ((parts[i].places & places) != 0 && str_is(type, parts[i].type))
			return &parts[i];
	}
	return NULL;
}

const struct block_shape *blockkit_part_at(unsigned places, size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
		if ((parts[k].places & places) != 0 && i-- == 0)
			return &parts[k];
	}
	return NULL;
}

const char *blockkit_part_noun(unsigned places)
{
	static const struct {
		unsigned places;
		const char *noun;
	} nouns[] = {
		{ IN_MESSAGE, "block" },
		{ AS_TEXT | AS_PLAIN, "kind of text" },
		{ IN_RICH_TEXT | IN_RICH_LIST | IN_RICH_LINE | IN_RICH_CODE | AS_RICH_VALUE,
		  "piece of rich text" },
		{ IN_TABLE, "kind of cell" },
	};

	for (size_t i = 0; i < ARRAY_LEN(nouns); i++) {
		if ((nouns[i].places & places) != 0)
			return nouns[i].noun;
	}
	return "element";
}
