/* SPDX-License-Identifier: MIT */
#include "slack/blockkit_fields.h"

#include "base/mem.h"

/* clang-format off */
#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }
/* clang-format on */

/* What many have. A text object is given the limit of the field in which it stands. */
#define END                  \
	{                    \
		.name = NULL \
	}
#define STRING(field, max)                                          \
	{                                                           \
		.name = field, .kind = BLOCK_STRING, .letters = max \
	}
#define BOOL(field)                               \
	{                                         \
		.name = field, .kind = BLOCK_BOOL \
	}
#define WHOLE(field)                               \
	{                                          \
		.name = field, .kind = BLOCK_WHOLE \
	}
#define STRINGS(field)                               \
	{                                            \
		.name = field, .kind = BLOCK_STRINGS \
	}
#define ANY(field)                               \
	{                                        \
		.name = field, .kind = BLOCK_ANY \
	}
#define CHOICE(field, ...)                                                       \
	{                                                                        \
		.name = field, .kind = BLOCK_STRING, .words = WORDS(__VA_ARGS__) \
	}
#define TEXT(field, max)                                                           \
	{                                                                          \
		.name = field, .kind = BLOCK_OBJECT, .of = AS_TEXT, .letters = max \
	}
#define PLAIN(field, max)                                                           \
	{                                                                           \
		.name = field, .kind = BLOCK_OBJECT, .of = AS_PLAIN, .letters = max \
	}
#define OBJECT(field, what)                                           \
	{                                                             \
		.name = field, .kind = BLOCK_OBJECT, .shape = &(what) \
	}
#define NEED_STRING(field, max)                                                       \
	{                                                                             \
		.name = field, .kind = BLOCK_STRING, .letters = max, .required = true \
	}
#define NEED_FILLED(field, max)                                                        \
	{                                                                              \
		.name = field, .kind = BLOCK_STRING, .letters = max, .required = true, \
		.filled = true                                                         \
	}
#define NEED_TEXT(field, max)                                                       \
	{                                                                           \
		.name = field, .kind = BLOCK_OBJECT, .of = AS_TEXT, .letters = max, \
		.required = true                                                    \
	}
#define NEED_PLAIN(field, max)                                                       \
	{                                                                            \
		.name = field, .kind = BLOCK_OBJECT, .of = AS_PLAIN, .letters = max, \
		.required = true                                                     \
	}
#define PARTS(field, where, max)                                                                  \
	{                                                                                         \
		.name = field, .kind = BLOCK_OBJECTS, .of = where, .items = max, .required = true \
	}
#define OPTIONS(max)                                                                      \
	{                                                                                 \
		.name = "options", .kind = BLOCK_OBJECTS, .shape = &option, .items = max, \
		.required = true, .filled = true                                          \
	}

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
	.fields =
		(const struct block_field[]){
			NEED_TEXT("text", 75),
			NEED_STRING("value", 150),
			TEXT("description", 75),
			STRING("url", 3000),
			END,
		},
};

static const struct block_shape option_group = {
	.fields = (const struct block_field[]){ NEED_PLAIN("label", 75), OPTIONS(100), END },
};

static const struct block_shape confirm = {
	.fields =
		(const struct block_field[]){
			PLAIN("title", 100),
			NEED_TEXT("text", 300),
			PLAIN("confirm", 30),
			PLAIN("deny", 30),
			STYLE,
			END,
		},
};

static const struct block_shape slack_file = {
	.fields = (const struct block_field[]){ STRING("id", 0), STRING("url", 0), END },
	.one_of = WORDS("id", "url"),
};

static const struct block_shape filter = {
	.fields =
		(const struct block_field[]){
			{ .name = "include",
			  .kind = BLOCK_STRINGS,
			  .words = WORDS("im", "mpim", "private", "public") },
			BOOL("exclude_external_shared_channels"),
			BOOL("exclude_bot_users"),
			END,
		},
};

static const struct block_shape dispatch_config = {
	.fields =
		(const struct block_field[]){
			{ .name = "trigger_actions_on",
			  .kind = BLOCK_STRINGS,
			  .words = WORDS("on_enter_pressed", "on_character_entered") },
			END,
		},
};

static const struct block_shape trigger = {
	.fields =
		(const struct block_field[]){
			NEED_FILLED("url", 0),
			ANY("customizable_input_parameters"),
			END,
		},
};

static const struct block_shape workflow = {
	.fields =
		(const struct block_field[]){
			{ .name = "trigger",
			  .kind = BLOCK_OBJECT,
			  .shape = &trigger,
			  .required = true },
			END,
		},
};

static const struct block_shape feedback = {
	.fields =
		(const struct block_field[]){
			NEED_PLAIN("text", 75),
			NEED_STRING("value", 2000),
			LABEL,
			END,
		},
};

static const struct block_shape marks = {
	.fields =
		(const struct block_field[]){
			BOOL("bold"),
			BOOL("italic"),
			BOOL("strike"),
			BOOL("code"),
			BOOL("underline"),
			BOOL("highlight"),
			BOOL("client_highlight"),
			BOOL("unlink"),
			END,
		},
};

static const struct block_shape column = {
	.fields =
		(const struct block_field[]){
			CHOICE("align", "left", "center", "right"),
			BOOL("is_wrapped"),
			END,
		},
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
	{ "section", IN_MESSAGE,
	  (const struct block_field[]){
		  TEXT("text", 3000),
		  { .name = "fields",
		    .kind = BLOCK_OBJECTS,
		    .of = AS_TEXT,
		    .letters = 2000,
		    .items = 10,
		    .filled = true },
		  { .name = "accessory", .kind = BLOCK_OBJECT, .of = IN_SECTION },
		  BOOL("expand"),
		  BLOCK_ID,
		  END,
	  },
	  WORDS("text", "fields") },
	{ "header", IN_MESSAGE,
	  (const struct block_field[]){ NEED_PLAIN("text", 150), BLOCK_ID, END }, NULL },
	{ "divider", IN_MESSAGE, (const struct block_field[]){ BLOCK_ID, END }, NULL },
	{ "image", IN_MESSAGE,
	  (const struct block_field[]){ IMAGE_FIELDS, PLAIN("title", 2000), BLOCK_ID, END },
	  WORDS("image_url", "slack_file") },
	{ "context", IN_MESSAGE,
	  (const struct block_field[]){
		  { .name = "elements",
		    .kind = BLOCK_OBJECTS,
		    .of = IN_CONTEXT,
		    .items = 10,
		    .required = true,
		    .filled = true },
		  BLOCK_ID,
		  END,
	  },
	  NULL },
	{ "actions", IN_MESSAGE,
	  (const struct block_field[]){
		  { .name = "elements",
		    .kind = BLOCK_OBJECTS,
		    .of = IN_ACTIONS,
		    .items = 25,
		    .required = true,
		    .filled = true },
		  BLOCK_ID,
		  END,
	  },
	  NULL },
	{ "input", IN_MESSAGE,
	  (const struct block_field[]){
		  NEED_PLAIN("label", 2000),
		  { .name = "element", .kind = BLOCK_OBJECT, .of = IN_INPUT, .required = true },
		  BOOL("dispatch_action"),
		  PLAIN("hint", 2000),
		  BOOL("optional"),
		  BLOCK_ID,
		  END,
	  },
	  NULL },
	{ "rich_text", IN_MESSAGE | IN_TABLE | AS_RICH_VALUE,
	  (const struct block_field[]){ PARTS("elements", IN_RICH_TEXT, 0), BLOCK_ID, END }, NULL },
	{ "video", IN_MESSAGE,
	  (const struct block_field[]){
		  NEED_STRING("alt_text", 2000),
		  NEED_PLAIN("title", 200),
		  NEED_FILLED("thumbnail_url", 3000),
		  NEED_FILLED("video_url", 3000),
		  STRING("author_name", 50),
		  PLAIN("description", 200),
		  STRING("provider_icon_url", 3000),
		  STRING("provider_name", 0),
		  STRING("title_url", 3000),
		  BLOCK_ID,
		  END,
	  },
	  NULL },
	{ "file", IN_MESSAGE,
	  (const struct block_field[]){
		  STRING("external_id", 0),
		  STRING("source", 0),
		  STRING("file_id", 0),
		  ANY("file"),
		  BLOCK_ID,
		  END,
	  },
	  WORDS("external_id", "file_id") },
	{ "markdown", IN_MESSAGE,
	  (const struct block_field[]){ NEED_FILLED("text", 12000), BLOCK_ID, END }, NULL },
	{ "table", IN_MESSAGE,
	  (const struct block_field[]){
		  { .name = "rows",
		    .kind = BLOCK_ROWS,
		    .of = IN_TABLE,
		    .items = 100,
		    .required = true,
		    .filled = true },
		  { .name = "column_settings",
		    .kind = BLOCK_OBJECTS,
		    .shape = &column,
		    .items = 20 },
		  BLOCK_ID,
		  END,
	  },
	  NULL },
	{ "context_actions", IN_MESSAGE,
	  (const struct block_field[]){ PARTS("elements", IN_CONTEXT_ACTIONS, 5), BLOCK_ID, END },
	  NULL },
	{ "call", IN_MESSAGE, NULL, NULL },
	{ "alert", IN_MESSAGE, NULL, NULL },
	{ "card", IN_MESSAGE, NULL, NULL },
	{ "carousel", IN_MESSAGE, NULL, NULL },
	{ "container", IN_MESSAGE, NULL, NULL },
	{ "data_table", IN_MESSAGE, NULL, NULL },
	{ "plan", IN_MESSAGE, NULL, NULL },
	{ "task_card", IN_MESSAGE, NULL, NULL },

	/* texts */
	{ "plain_text", AS_TEXT | AS_PLAIN | IN_CONTEXT,
	  (const struct block_field[]){ NEED_FILLED("text", 0), BOOL("emoji"), END }, NULL },
	{ "mrkdwn", AS_TEXT | IN_CONTEXT,
	  (const struct block_field[]){ NEED_FILLED("text", 0), BOOL("verbatim"), END }, NULL },

	/* elements */
	{ "button", ON_CARDS,
	  (const struct block_field[]){
		  NEED_PLAIN("text", 75),
		  ACTION_ID,
		  STRING("url", 3000),
		  STRING("value", 2000),
		  STYLE,
		  CONFIRM,
		  LABEL,
		  END,
	  },
	  NULL },
	{ "image", IN_SECTION | IN_CONTEXT, (const struct block_field[]){ IMAGE_FIELDS, END },
	  WORDS("image_url", "slack_file") },
	{ "overflow", ON_CARDS, (const struct block_field[]){ OPTIONS(5), ACTION_ID, CONFIRM, END },
	  NULL },
	{ "workflow_button", ON_CARDS,
	  (const struct block_field[]){
		  NEED_PLAIN("text", 75),
		  { .name = "workflow",
		    .kind = BLOCK_OBJECT,
		    .shape = &workflow,
		    .required = true },
		  ACTION_ID,
		  STYLE,
		  LABEL,
		  CONFIRM,
		  END,
	  },
	  NULL },
	{ "checkboxes", ANYWHERE,
	  (const struct block_field[]){
		  OPTIONS(10),
		  { .name = "initial_options", .kind = BLOCK_OBJECTS, .shape = &option },
		  ACTION_ID,
		  CONFIRM,
		  FOCUS,
		  END,
	  },
	  NULL },
	{ "radio_buttons", ANYWHERE,
	  (const struct block_field[]){
		  OPTIONS(10),
		  OBJECT("initial_option", option),
		  ACTION_ID,
		  CONFIRM,
		  FOCUS,
		  END,
	  },
	  NULL },
#define SELECT PLACEHOLDER, ACTION_ID, CONFIRM, FOCUS
#define MULTI SELECT, WHOLE("max_selected_items")
#define CHOICES                                                                         \
	{ .name = "options", .kind = BLOCK_OBJECTS, .shape = &option, .items = 100 },   \
	{                                                                               \
		.name = "option_groups", .kind = BLOCK_OBJECTS, .shape = &option_group, \
		.items = 100                                                            \
	}
	{ "static_select", ANYWHERE,
	  (const struct block_field[]){ CHOICES, OBJECT("initial_option", option), SELECT, END },
	  WORDS("options", "option_groups") },
	{ "multi_static_select", ANYWHERE,
	  (const struct block_field[]){
		  CHOICES,
		  { .name = "initial_options", .kind = BLOCK_OBJECTS, .shape = &option },
		  MULTI,
		  END,
	  },
	  WORDS("options", "option_groups") },
	{ "external_select", ANYWHERE,
	  (const struct block_field[]){
		  OBJECT("initial_option", option),
		  WHOLE("min_query_length"),
		  SELECT,
		  END,
	  },
	  NULL },
	{ "multi_external_select", ANYWHERE,
	  (const struct block_field[]){
		  { .name = "initial_options", .kind = BLOCK_OBJECTS, .shape = &option },
		  WHOLE("min_query_length"),
		  MULTI,
		  END,
	  },
	  NULL },
	{ "users_select", ANYWHERE,
	  (const struct block_field[]){ STRING("initial_user", 0), SELECT, END }, NULL },
	{ "multi_users_select", ANYWHERE,
	  (const struct block_field[]){ STRINGS("initial_users"), MULTI, END }, NULL },
	{ "conversations_select", ANYWHERE,
	  (const struct block_field[]){
		  STRING("initial_conversation", 0),
		  BOOL("default_to_current_conversation"),
		  BOOL("response_url_enabled"),
		  OBJECT("filter", filter),
		  SELECT,
		  END,
	  },
	  NULL },
	{ "multi_conversations_select", ANYWHERE,
	  (const struct block_field[]){
		  STRINGS("initial_conversations"),
		  BOOL("default_to_current_conversation"),
		  OBJECT("filter", filter),
		  MULTI,
		  END,
	  },
	  NULL },
	{ "channels_select", ANYWHERE,
	  (const struct block_field[]){
		  STRING("initial_channel", 0),
		  BOOL("response_url_enabled"),
		  SELECT,
		  END,
	  },
	  NULL },
	{ "multi_channels_select", ANYWHERE,
	  (const struct block_field[]){ STRINGS("initial_channels"), MULTI, END }, NULL },
	{ "datepicker", ANYWHERE,
	  (const struct block_field[]){ STRING("initial_date", 0), SELECT, END }, NULL },
	{ "timepicker", ANYWHERE,
	  (const struct block_field[]){
		  STRING("initial_time", 0),
		  STRING("timezone", 0),
		  SELECT,
		  END,
	  },
	  NULL },
	{ "datetimepicker", ANYWHERE,
	  (const struct block_field[]){ WHOLE("initial_date_time"), SELECT, END }, NULL },
#undef SELECT
#undef MULTI
#undef CHOICES
#define TYPED PLACEHOLDER, ACTION_ID, DISPATCH, FOCUS
	{ "plain_text_input", IN_INPUT,
	  (const struct block_field[]){
		  STRING("initial_value", 0),
		  BOOL("multiline"),
		  WHOLE("min_length"),
		  WHOLE("max_length"),
		  TYPED,
		  END,
	  },
	  NULL },
	{ "email_text_input", IN_INPUT,
	  (const struct block_field[]){ STRING("initial_value", 0), TYPED, END }, NULL },
	{ "url_text_input", IN_INPUT,
	  (const struct block_field[]){ STRING("initial_value", 0), TYPED, END }, NULL },
	{ "number_input", IN_INPUT,
	  (const struct block_field[]){
		  { .name = "is_decimal_allowed", .kind = BLOCK_BOOL, .required = true },
		  STRING("initial_value", 0),
		  STRING("min_value", 0),
		  STRING("max_value", 0),
		  TYPED,
		  END,
	  },
	  NULL },
	{ "rich_text_input", IN_INPUT | IN_ACTIONS,
	  (const struct block_field[]){
		  { .name = "initial_value", .kind = BLOCK_OBJECT, .of = AS_RICH_VALUE },
		  TYPED,
		  END,
	  },
	  NULL },
	{ "file_input", IN_INPUT,
	  (const struct block_field[]){ STRINGS("filetypes"), WHOLE("max_files"), ACTION_ID, END },
	  NULL },
#undef TYPED
	{ "feedback_buttons", IN_CONTEXT_ACTIONS,
	  (const struct block_field[]){
		  { .name = "positive_button",
		    .kind = BLOCK_OBJECT,
		    .shape = &feedback,
		    .required = true },
		  { .name = "negative_button",
		    .kind = BLOCK_OBJECT,
		    .shape = &feedback,
		    .required = true },
		  ACTION_ID,
		  END,
	  },
	  NULL },
	{ "icon_button", IN_CONTEXT_ACTIONS,
	  (const struct block_field[]){
		  NEED_STRING("icon", 0),
		  NEED_PLAIN("text", 75),
		  ACTION_ID,
		  STRING("value", 2000),
		  CONFIRM,
		  LABEL,
		  STRINGS("visible_to_user_ids"),
		  END,
	  },
	  NULL },

	/* rich text */
	{ "rich_text_section", IN_RICH_TEXT | IN_RICH_LIST,
	  (const struct block_field[]){ PARTS("elements", IN_RICH_LINE, 0), END }, NULL },
	{ "rich_text_list", IN_RICH_TEXT,
	  (const struct block_field[]){
		  PARTS("elements", IN_RICH_LIST, 0),
		  { .name = "style",
		    .kind = BLOCK_STRING,
		    .required = true,
		    .words = WORDS("bullet", "ordered") },
		  WHOLE("indent"),
		  WHOLE("offset"),
		  WHOLE("border"),
		  END,
	  },
	  NULL },
	{ "rich_text_preformatted", IN_RICH_TEXT,
	  (const struct block_field[]){
		  PARTS("elements", IN_RICH_CODE, 0),
		  WHOLE("border"),
		  STRING("language", 0),
		  END,
	  },
	  NULL },
	{ "rich_text_quote", IN_RICH_TEXT,
	  (const struct block_field[]){ PARTS("elements", IN_RICH_LINE, 0), WHOLE("border"), END },
	  NULL },
	{ "text", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){ NEED_FILLED("text", 0), MARKS, END }, NULL },
	{ "link", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){
		  NEED_FILLED("url", 0),
		  STRING("text", 0),
		  BOOL("unsafe"),
		  MARKS,
		  END,
	  },
	  NULL },
	{ "emoji", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){
		  NEED_FILLED("name", 0),
		  STRING("unicode", 0),
		  WHOLE("skin_tone"),
		  STRING("url", 0),
		  STRING("display_url", 0),
		  MARKS,
		  END,
	  },
	  NULL },
	{ "user", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){ NEED_FILLED("user_id", 0), MARKS, END }, NULL },
	{ "usergroup", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){ NEED_FILLED("usergroup_id", 0), MARKS, END }, NULL },
	{ "channel", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){ NEED_FILLED("channel_id", 0), MARKS, END }, NULL },
	{ "team", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){ NEED_FILLED("team_id", 0), MARKS, END }, NULL },
	{ "broadcast", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){
		  { .name = "range",
		    .kind = BLOCK_STRING,
		    .required = true,
		    .words = WORDS("here", "channel", "everyone"),
		    .by_hand = true },
		  MARKS,
		  END,
	  },
	  NULL },
	{ "color", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){ NEED_FILLED("value", 0), MARKS, END }, NULL },
	{ "date", IN_RICH_LINE | IN_RICH_CODE,
	  (const struct block_field[]){
		  { .name = "timestamp", .kind = BLOCK_WHOLE, .required = true },
		  NEED_FILLED("format", 0),
		  STRING("url", 0),
		  STRING("fallback", 0),
		  MARKS,
		  END,
	  },
	  NULL },

	/* cells of a table */
	{ "raw_text", IN_TABLE, (const struct block_field[]){ NEED_STRING("text", 0), END }, NULL },
	{ "raw_number", IN_TABLE, NULL, NULL },
};

const struct block_shape *blockfacts_find(struct str type, unsigned places)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if ((parts[i].places & places) != 0 && str_is(type, parts[i].type))
			return &parts[i];
	}
	return NULL;
}

const struct block_shape *blockfacts_at(unsigned places, size_t i)
{
	for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
		if ((parts[k].places & places) != 0 && i-- == 0)
			return &parts[k];
	}
	return NULL;
}

const char *blockfacts_noun(unsigned places)
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
