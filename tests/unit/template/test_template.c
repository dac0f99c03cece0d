/* SPDX-License-Identifier: MIT */
#include "template/template.h"

#include <stdio.h>
#include "calendar/zone.h"
#include "lib/unit.h"
#include "template/symbols.h"
#include "pattern/pattern.h"

/* ---- a host that shows what it is asked to do ---- */

/* By what was written; in the brackets of `karma` what its key gives. */
static const struct {
	const char *shown, *text;
	enum value_kind kind;
	const char *id;
} values[] = {
	{ "user", "@ana", VALUE_USER, "U1" },
	{ "user.name", "Ana", VALUE_TEXT, "" },
	{ "user.id", "U1", VALUE_TEXT, "" },
	{ "channel", "#general", VALUE_CHANNEL, "C1" },
	{ "text", " Some *bold* text ", VALUE_TEXT, "" },
	{ "match", "bold", VALUE_TEXT, "" },
	{ "link", "https://x/p1", VALUE_LINK, "" },
	{ "1", "one", VALUE_TEXT, "" },
	{ "who", "@raj", VALUE_USER, "U2" },
	{ "who.id", "U2", VALUE_TEXT, "" },
	{ "\u00fcbung", "practice", VALUE_TEXT, "" },
	{ "count", "12", VALUE_TEXT, "" },
	{ "time", "x", VALUE_TIME, "" },
};

static const struct template_host host;

/* `karma[{who}]` is "karma of @raj". */
static bool stored(const struct reference *ref, struct value *out)
{
	static char room[200];
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct template_host plain = host;

	if (ref->key == NULL)
		return false;
	buf_init(&text, 0);
	buf_addf(&text, "%.*s of ", STR_ARG(ref->word));
	template_render(ref->key, &plain, &text);
	snprintf(room, sizeof(room), "%.*s", STR_ARG(buf_str(&text)));
	*out = (struct value){ .kind = VALUE_TEXT, .text = str_from(room) };
	return true;
}

static bool on_value(void *owner, const struct reference *ref, struct value *out)
{
	(void)owner;
	if (ref->name == NAME_VARIABLE || ref->name == NAME_EVENT)
		return stored(ref, out);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (!str_is(ref->shown, values[i].shown))
			continue;
		*out = (struct value){
			.kind = values[i].kind,
			.text = str_from(values[i].text),
			.id = str_from(values[i].id),
			.time = { 1767787200000 },
			.zone = zone_utc(),
		};
		return true;
	}
	return false;
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	static const char kinds[] = {
		[VALUE_TEXT] = 't', [VALUE_USER] = 'u',	   [VALUE_CHANNEL] = 'c',
		[VALUE_LINK] = 'l', [VALUE_LITERAL] = 'a', [VALUE_TIME] = 'm',
		[VALUE_CODE] = 'k', [VALUE_QUOTE] = 'q',   [VALUE_RAW] = 'r',
	};

	(void)owner;
	buf_addf(out, "%c(%.*s)", kinds[value->kind], STR_ARG(value->text));
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	buf_add(out, text);
}

static enum tristate is_named(void *owner, const struct value *value, struct str name)
{
	(void)owner;
	return str_eq(value->text, name) ? TRISTATE_YES : TRISTATE_NO;
}

/* The last one. */
static size_t on_random(void *owner, size_t n)
{
	(void)owner;
	return n - 1;
}

static bool has_group(void *owner, struct str group)
{
	static const char *const groups[] = { "0", "1", "2", "who", "\u00fcbung" };

	(void)owner;
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (str_is(group, groups[i]))
			return true;
	}
	return false;
}

static const char *group_at(void *owner, size_t i)
{
	(void)owner;
	return i == 0 ? "who" : NULL;
}

static const struct template_host host = {
	.value = on_value,
	.is_named = is_named,
	.put = on_put,
	.literal = on_literal,
	.random = on_random,
};

/* ---- compiling ---- */

struct sheet {
	struct template *t;
	struct pattern_kit *kit;
	struct symbols symbols;
	struct diag diag;
	struct buf told;
};

static void compile(struct sheet *s, const char *text, struct template_scope *scope)
{
	static struct place here = { "t.ini", 1 };
	struct ini_line lines[8];
	struct str rest = str_from(text), line;
	size_t n = 0;

	while (str_cut(&rest, '\n', &line)) {
		lines[n] = (struct ini_line){ line, 10 + (unsigned)n };
		n++;
	}
	*s = (struct sheet){ .kit = pattern_kit_new() };
	symbols_init(&s->symbols);
	map_set(&s->symbols.variables, STR("karma"), &here);
	map_set(&s->symbols.variables, STR("my-note"), &here);
	diag_init(&s->diag);
	buf_init(&s->told, 0);
	scope->symbols = &s->symbols;
	scope->has_group = has_group;
	scope->group_at = group_at;
	template_compile(&s->t, lines, n, "t.ini", scope, s->kit, &s->diag);
	for (size_t i = 0; i < s->diag.n_entries; i++)
		buf_addf(&s->told, "%s%u: %s", i > 0 ? "\n" : "", s->diag.entries[i].line,
			 s->diag.entries[i].text);
}

static void sheet_init(struct sheet *s, const char *text, bool allow_broadcast)
{
	struct template_scope scope = { .allow_broadcast = allow_broadcast };

	compile(s, text, &scope);
}

static void sheet_deinit(struct sheet *s)
{
	template_free(s->t);
	pattern_kit_free(s->kit);
	symbols_deinit(&s->symbols);
	diag_deinit(&s->diag);
	buf_deinit(&s->told);
}

static void check_with(const char *text, bool allow_broadcast, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct sheet s;

	buf_init(&out, 0);
	sheet_init(&s, text, allow_broadcast);
	ASSERT_STR(buf_str(&s.told), "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.t);
	template_render(s.t, &host, &out);
	ASSERT_STR(buf_str(&out), wanted);
	sheet_deinit(&s);
}

static void check(const char *text, const char *wanted)
{
	check_with(text, false, wanted);
}

static void refused(const char *text, const char *told)
{
	struct sheet s;

	sheet_init(&s, text, false);
	CU_ASSERT_PTR_NULL(s.t);
	ASSERT_STR(buf_str(&s.told), told);
	sheet_deinit(&s);
}

/* ---- placeholders ---- */

static void test_names_and_fields(void)
{
	check("Hi {user}!", "Hi u(@ana)!");
	check("{user.name} {user.id}{channel}", "t(Ana) t(U1)c(#general)");
	check("{ user }", "{ user }");
	check("{1}, {who}, {who.id}, {match}", "t(one), u(@raj), t(U2), t(bold)");
	check("a\n\n  b {link}", "a\n\n  b l(https://x/p1)");
	check("{\u00fcbung}", "t(practice)");
}

static void test_what_is_missing_is_left_out(void)
{
	check("[{user.email}]", "[]");
	check("[{2}]", "[]");
	check("[{2 or none}]", "[none]");
	check("[{2 or none at all|upper}]", "[t(NONE AT ALL)]");
	check("[{1 or none}]", "[t(one)]");
	check("{2 or ask @raj}", "ask @raj");
	check("{2 or <https://x|y>}", "<https://x|y>");
}

static void test_filters_make_plain_text(void)
{
	check("{user|upper}", "t(@ANA)");
	check("{text|trim|plain|short 6}", "t(Some\u2026)");
	check("{text | trim | upper}", "t(SOME *BOLD* TEXT)");
	check("{1|code}", "k(one)");
	check("{1|code|upper}", "k(ONE)");
	check("{2|upper}", "");
}

static void test_braces(void)
{
	check("{{user}", "{user}");
	check("{\"json\": 1} {} { {{{{ }}", "{\"json\": 1} {} { {{ }}");
	check("{{{user}}", "{u(@ana)}");
	check("{1}}", "t(one)}");
	check("{", "{");
	check("{\u2026}", "{\u2026}");
}

/* ---- mistakes ---- */

static void test_mistakes_are_told_at_their_lines(void)
{
	refused("a\n{usr}", "11: unknown insert `usr`; did you mean `user`?");
	refused("{whoo}", "10: unknown insert `whoo`; did you mean `who`?");
	refused("{7}", "10: {7}: no pattern of this rule has a group 7");
	refused("{user.nam}", "10: unknown field `nam`; did you mean `name`?");
	refused("{text.id}", "10: `text` has no field `id`");
	refused("{channel.email}", "10: `channel` has no field `email`");
	refused("{user|uper}", "10: unknown filter `uper`; did you mean `upper`?");
	refused("{user|}", "10: a filter is missing behind `|`");
	refused("{user or}", "10: {user or}: nothing stands behind `or`");
	refused("x {user\ny}",
		"10: the insert is not closed on its line: {user; `{{` is a plain brace");
	refused("{u}\n{v}\n{w}",
		"10: unknown insert `u`\n11: unknown insert `v`\n12: unknown insert `w`");
	refused("{0}", "10: {0}: no pattern of this rule has a group 0");
	refused("{user.}", "10: unknown field ``");
}

static void test_texts_may_hold_inserts(void)
{
	check("{2 or {1}}", "t(one)");
	check("{2 or a {1|upper} b}", "a t(ONE) b");
	check("{2 or a {1} b|upper}", "t(A ONE B)");
	check("{2 or {2 or {2 or {2 or x}}}}", "x");
	refused("{2 or {2 or {2 or {2 or {2 or x}}}}}",
		"10: {2 or x}: it stands too deep within another insert");
	refused("{2 or {usr}}", "10: unknown insert `usr`; did you mean `user`?");
	refused("{2 or {pick: a | b}}",
		"10: {pick: a | b}: it stands too deep within another insert; `if` and `pick` cannot be nested");
	refused("{2 or {1}",
		"10: the insert is not closed on its line: {2 or {1}; `{{` is a plain brace");
}

static void test_one_of_several_is_picked(void)
{
	check("{pick: a | b}!", "b!");
	check("{pick: a | {1}|{user} x }", "u(@ana) x");
	check("[{pick: a | }]", "[]");
	check("{pick: a | <https://x|y>}", "<https://x|y>");
	refused("{pick: a}", "10: {pick: a}: {pick: \u2026} has several texts with `|` between");
	refused("{pick: a | {usr}}", "10: unknown insert `usr`; did you mean `user`?");
}

static void test_one_text_or_the_other(void)
{
	check("{if 1 is one: yes | else no}", "yes");
	check("{if 1 is two: yes | else no}", "no");
	check("[{if 1 is two: yes}]", "[]");
	check("{if 1 is one: {1} and {user} | else no}", "t(one) and u(@ana)");
	check("{if 1 is one: yes | else no | upper}", "t(YES)");
	check("{if count > 9: many | else few}", "many");
	check("{if 2 is \"\": unset | else set}", "unset");
	check("{if 1 is \"one: | two\": yes | else no}", "no");
	check("{if text matches \\bbold\\b: yes | else no}", "yes");
	check("{if karma[{who}] is karma of u(@raj): yes | else no}", "yes");
	refused("{if usr is x: a}", "10: unknown insert `usr`; did you mean `user`?");
	refused("{if 1 is one}",
		"10: {if 1 is one}: a colon stands behind the test, as in {if count is 1: first | else again}");
	refused("{if 1 ist one: a}",
		"10: `1 ist one` is no test: behind the name stands one of `is`, `is not`, `has`, `has not`, `>`, `<`, `matches`");
	refused("{if 1 is one: {if 1 is one: a}}",
		"10: {if 1 is one: a}: it stands too deep within another insert; `if` and `pick` cannot be nested");
	refused("{if 1 is one: a | els b}", "10: unknown filter `els`");
}

static void test_stored_values_and_paths(void)
{
	check("{karma[{who}]}", "t(karma of u(@raj))");
	check("{karma[x {1|upper}]}", "t(karma of x t(ONE))");
	check("{my-note[a]}", "t(my-note of a)");
	check("{event.item[{1}].ts}", "t( of item.t(one).ts)");
	check("{karma[{karma[{who}]}]}", "t(karma of t(karma of u(@raj)))");
	refused("{karma[{who}}", "10: {karma[{who}}: the bracket is not closed");
	refused("{karma[]}", "10: {karma[]}: the brackets are empty");
	refused("{karma[x]y}", "10: {karma[x]y}: something stands behind its end");
	refused("{who[x]}", "10: {who[x]}: only tables and stored values take brackets");
	refused("{karm[x]}",
		"10: {karm[x]}: there is no table `karm`, and no rule stores it with `set` or `add`; "
		"did you mean `karma`?");
	refused("{event}", "10: {event}: it needs a field, as in {event.channel}");
	refused("{event..a}", "10: {event..a}: a field is missing behind the point");
	refused("{karma[{karma[{karma[{karma[{karma[{1}]}]}]}]}]}",
		"10: {karma[{1}]}: it stands too deep within brackets");
	refused("{result.key}", "10: {result.key}: no `webhook` or `call` above it gives a result");
	refused("{error}", "10: {error}: only what stands behind `on error` knows an error");
}

static void test_moments_and_quotes(void)
{
	check("{time|date %H:%M}", "t(12:00)");
	check("{text|first line|quote}", "q(Some *bold* text)");
	check("{user|json}", "t(\"@ana\")");
}

/* ---- other scopes ---- */

static void check_in(struct template_scope scope, const char *text, const char *wanted,
		     const char *told)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct sheet s;

	buf_init(&out, 0);
	compile(&s, text, &scope);
	ASSERT_STR(buf_str(&s.told), told);
	if (s.t != NULL)
		template_render(s.t, &host, &out);
	ASSERT_STR(buf_str(&out), wanted);
	sheet_deinit(&s);
}

static void test_plain_texts_notify_nobody(void)
{
	const struct template_scope plain = { .plain = true };

	check_in(plain, "@here <{1}> \\@x #y", "@here <t(one)> \\@x #y", "");
	check_in(plain, "{2 or <}", "<", "");
}

static void test_literal_texts_have_no_inserts(void)
{
	const struct template_scope literal = { .literal = true };

	check_in(literal, "{user} {{ } {if", "{user} {{ } {if", "");
	check_in(literal, "@here", "",
		 "10: `@here` notifies everyone; the configuration must allow it with `allow "
		 "broadcast = yes`, and `\\@` is a plain sign");
}

static void test_a_moment_has_nobody(void)
{
	static const char *const names[] = { "user",	   "author.id", "channel", "text",
					     "link|upper", "ts",	"thread" };
	const struct template_scope timed = { .is_timed = true };

	check_in(timed, "{count} {time|date %H}", "t(12) t(12)", "");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char text[40], told[120];
		struct str name = str_from(names[i]), word;

		str_cut(&name, '|', &word);
		snprintf(text, sizeof(text), "{%s}", names[i]);
		snprintf(told, sizeof(told),
			 "10: {%.*s}: `every` and `cron` have no message, no author and no channel",
			 STR_ARG(word));
		check_in(timed, text, "", told);
	}
}

static void test_errors_and_results_where_there_are_some(void)
{
	const struct template_scope scope = { .has_error = true, .has_result = true };

	check_in(scope, "[{error}{result}{result.a}]", "[]", "");
}

static void test_a_template_of_one_insert_is_its_value(void)
{
	struct value value;
	struct str literal;
	struct sheet s;

	sheet_init(&s, "{user}", false);
	CU_ASSERT_TRUE(template_value(s.t, &host, &value));
	ASSERT_STR(value.id, "U1");
	CU_ASSERT_FALSE(template_is_literal(s.t, &literal));
	sheet_deinit(&s);
	sheet_init(&s, "{user} x", false);
	CU_ASSERT_FALSE(template_value(s.t, &host, &value));
	CU_ASSERT_FALSE(template_is_literal(s.t, &literal));
	sheet_deinit(&s);
	sheet_init(&s, "{user|upper}", false);
	CU_ASSERT_FALSE(template_value(s.t, &host, &value));
	sheet_deinit(&s);
	sheet_init(&s, "{2}", false);
	CU_ASSERT_FALSE(template_value(s.t, &host, &value));
	sheet_deinit(&s);
	sheet_init(&s, "#ops {{", false);
	CU_ASSERT_FALSE(template_value(s.t, &host, &value));
	CU_ASSERT_TRUE(template_is_literal(s.t, &literal));
	ASSERT_STR(literal, "#ops {");
	sheet_deinit(&s);
}

/* ---- everyone ---- */

static void loud(const char *text)
{
	struct sheet s;

	sheet_init(&s, text, false);
	CU_ASSERT_PTR_NULL(s.t);
	CU_ASSERT_EQUAL(s.diag.n_errors, 1);
	if (s.t != NULL)
		printf("\n  taken: %s", text);
	sheet_deinit(&s);
}

static void test_nobody_notifies_everyone_unasked(void)
{
	static const char *const texts[] = {
		"@here",	"hey @Channel!",  "(@everyone)",    "@here.",
		"<!here>",	"<!channel|x>",	  "<!everyone>",    "`<!here>`",
		"{2 or @here}", "{2 or <!here>}", "@channel, look",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		loud(texts[i]);
	check("x@here `@here` @hereby @here-it-is <https://x/@here> https://x/@here",
	      "x@here `@here` @hereby @here-it-is <https://x/@here> https://x/@here");
	check("\\@here", "t(@here)");
	check_with("@here, <!channel> @Everyone", true, "<!here>, <!channel> <!everyone>");
}

static void test_no_insert_becomes_a_command(void)
{
	static const char *const texts[] = { "<{text}>",      "<!{1}>",	       "<!subteam^{1}>",
					     "<{link or x}>", "<{1}|x>",       "<{link|upper}>",
					     "<!{link}>",     "<{link}!here>", "{2 or <}{1}>" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		loud(texts[i]);
	check("<{link}|here>", "<l(https://x/p1)|here>");
	check("<https://x/{1}|{1}>", "<https://x/t(one)|t(one)>");
	check("a < {1} > b", "a < t(one) > b");
	check("<@U1> <{1}", "<@U1> <t(one)");
}

static void test_a_backslash_makes_signs_plain(void)
{
	check("mail \\@raj, see \\#general.", "mail t(@raj), see t(#general).");
	check("\\@", "t(@)");
	check("`\\@x` C:\\dir \\", "`\\@x` C:\\dir \\");
}

/* ---- names in literal text, and what must be known ---- */

static void on_name(void *owner, char sigil, struct str name)
{
	buf_addf(owner, "%c%.*s ", sigil, STR_ARG(name));
}

static void named(const char *text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct sheet s;

	buf_init(&seen, 0);
	sheet_init(&s, text, false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.t);
	template_each_name(s.t, on_name, &seen);
	ASSERT_STR(buf_str(&seen), wanted);
	sheet_deinit(&s);
}

static void test_names_in_literal_text_are_listed(void)
{
	named("ask @raj or (@ana.b.), in #it-help!", "@raj @ana.b #it-help ");
	named("x@y a#b `@no` <https://x/#no|@no> https://x/@no \\@no @ # @. {2 or @yes}", "@yes ");
	named("```\n@no\n``` @yes", "@yes ");
	named("\u00e9@no", "");
	named("{pick: @a | {2 or #b}} {if 1 is @no: @c | else @d}", "@a #b @c @d ");
}

struct wanted {
	bool names, text;
};

static void note_reference(void *owner, const struct reference *ref, bool as_text)
{
	struct wanted *w = owner;

	w->names |= reference_wants_names(ref, as_text);
	w->text |= reference_wants_text(ref);
}

static void wants(const char *text, bool names_wanted, bool text_wanted)
{
	struct wanted seen = { 0 };
	struct sheet s;

	sheet_init(&s, text, false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.t);
	template_each_reference(s.t, note_reference, &seen);
	CU_ASSERT_EQUAL(seen.names, names_wanted);
	CU_ASSERT_EQUAL(seen.text, text_wanted);
	sheet_deinit(&s);
}

static void test_what_must_be_known_first(void)
{
	wants("hello", false, false);
	wants("{user} {user.id} {channel} {link}", false, false);
	wants("{user.name}", true, false);
	wants("{user.email}", true, false);
	wants("{channel.name}", true, false);
	wants("{user|upper}", true, false);
	wants("{text}", false, true);
	wants("{1} {match|upper}", false, true);
	wants("{who.id}", false, true);
	wants("{who.name}", true, true);
	wants("{author}", false, true);
	wants("{2 or {user.name}}", true, true);
	wants("{karma[{user.email}]}", true, false);
	wants("{if user.name is x: a}", true, false);
	wants("{pick: {channel.name} | x}", true, false);
	wants("{count} {time}", false, false);
}

UNIT_MAIN("template", { "names and fields", test_names_and_fields },
	  { "what is missing is left out", test_what_is_missing_is_left_out },
	  { "filters make plain text", test_filters_make_plain_text }, { "braces", test_braces },
	  { "mistakes are told at their lines", test_mistakes_are_told_at_their_lines },
	  { "texts may hold inserts", test_texts_may_hold_inserts },
	  { "one of several is picked", test_one_of_several_is_picked },
	  { "one text or the other", test_one_text_or_the_other },
	  { "stored values and paths", test_stored_values_and_paths },
	  { "moments and quotes", test_moments_and_quotes },
	  { "plain texts notify nobody", test_plain_texts_notify_nobody },
	  { "literal texts have no inserts", test_literal_texts_have_no_inserts },
	  { "a moment has nobody", test_a_moment_has_nobody },
	  { "errors and results where there are some",
	    test_errors_and_results_where_there_are_some },
	  { "a template of one insert is its value", test_a_template_of_one_insert_is_its_value },
	  { "nobody notifies everyone unasked", test_nobody_notifies_everyone_unasked },
	  { "no insert becomes a command", test_no_insert_becomes_a_command },
	  { "a backslash makes signs plain", test_a_backslash_makes_signs_plain },
	  { "names in literal text are listed", test_names_in_literal_text_are_listed },
	  { "what must be known first", test_what_must_be_known_first })
