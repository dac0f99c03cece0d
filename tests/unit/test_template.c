/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include "lib/unit.h"
#include "rule/template.h"

/* ---- a host that shows what it is asked to do ---- */

static const char *const values[][3] = {
	/* name or group, field, text */
	{ "user", "", "@ana" },
	{ "user", "name", "Ana" },
	{ "user", "id", "U1" },
	{ "channel", "", "#general" },
	{ "text", "", " Some *bold* text " },
	{ "match", "", "bold" },
	{ "link", "", "https://x/p1" },
	{ "1", "", "one" },
	{ "who", "", "@raj" },
	{ "who", "id", "U2" },
	{ "\u00fcbung", "", "practice" },
	{ "text", "", "" },
};

static const char *const names[] = {
	[NAME_USER] = "user", [NAME_CHANNEL] = "channel", [NAME_TEXT] = "text",
	[NAME_LINK] = "link", [NAME_MATCH] = "match",	  [NAME_GROUP] = "",
};

static const char *const fields[] = { "", "name", "id", "email" };

static bool on_value(void *owner, enum template_name name, enum template_field field,
		     struct str group, struct value *out)
{
	(void)owner;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		bool same = name == NAME_GROUP ? str_is(group, values[i][0]) :
						 str_is(str_from(names[name]), values[i][0]);

		if (!same || !str_is(str_from(fields[field]), values[i][1]))
			continue;
		out->kind = name == NAME_USER && field == FIELD_NONE ? VALUE_USER : VALUE_TEXT;
		out->text = str_from(values[i][2]);
		return true;
	}
	return false;
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	static const char kinds[] = { 't', 'u', 'c', 'l', 'k' };

	(void)owner;
	buf_addf(out, "%c(%.*s)", kinds[value->kind], STR_ARG(value->text));
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	(void)owner;
	buf_add(out, text);
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

static const struct template_host host = { .value = on_value,
					   .put = on_put,
					   .literal = on_literal };

/* ---- compiling ---- */

struct sheet {
	struct template *t;
	struct diag diag;
	struct buf told;
};

static void sheet_init(struct sheet *s, const char *text, bool allow_broadcast)
{
	const struct template_scope scope = {
		.has_group = has_group,
		.group_at = group_at,
		.allow_broadcast = allow_broadcast,
	};
	struct ini_line lines[8];
	struct ini_entry entry = {
		.key = STR("reply"), .value = str_from(text), .lines = lines, .line = 10
	};
	struct str rest = entry.value, line;

	while (str_cut(&rest, '\n', &line)) {
		lines[entry.n_lines] = (struct ini_line){ line, 10 + (unsigned)entry.n_lines };
		entry.n_lines++;
	}
	*s = (struct sheet){ 0 };
	diag_init(&s->diag);
	buf_init(&s->told, 0);
	template_compile(&s->t, &entry, "t.ini", &scope, &s->diag);
	for (size_t i = 0; i < s->diag.n_entries; i++)
		buf_addf(&s->told, "%s%u: %s", i > 0 ? "\n" : "", s->diag.entries[i].line,
			 s->diag.entries[i].text);
}

static void sheet_deinit(struct sheet *s)
{
	template_free(s->t);
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

/* ---- inserts ---- */

static void test_names_and_fields(void)
{
	check("Hi {user}!", "Hi u(@ana)!");
	check("{user.name} {user.id}{channel}", "t(Ana) t(U1)t(#general)");
	check("{ user }", "{ user }");
	check("{1}, {who}, {who.id}, {match}", "t(one), t(@raj), t(U2), t(bold)");
	check("a\n\n  b {link}", "a\n\n  b t(https://x/p1)");
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
	refused("{user or}", "10: nothing stands behind `or`");
	refused("x {user\ny}",
		"10: the insert is not closed on its line: {user; `{{` is a plain brace");
	refused("{user or {1}}", "10: an insert within an insert: {user or {1}}");
	refused("{u}\n{v}\n{w}",
		"10: unknown insert `u`\n11: unknown insert `v`\n12: unknown insert `w`");
	refused("{0}", "10: {0}: no pattern of this rule has a group 0");
	refused("{user.}", "10: unknown field ``");
}

static void test_what_comes_later_is_told_so(void)
{
	refused("{count}", "10: the insert `count` is not in this version of retort");
	refused("{event.item.ts}", "10: the insert `event` is not in this version of retort");
	refused("{karma[{who}]}",
		"10: {karma[{who}]}: tables and stored values are not in this version of retort");
	refused("{owners[{1}].1}",
		"10: {owners[{1}].1}: tables and stored values are not in this version of retort");
	refused("{if who is x: 1 | else 2}", "10: {if …} is not in this version of retort");
	refused("{pick:a|b}", "10: {pick:…} is not in this version of retort");
	refused("{who.mention}", "10: the field `mention` is not in this version of retort");
	refused("{text|first line}", "10: the filter `first` is not in this version of retort");
	refused("a\n---\nb", "11: a choice of wordings (`---`) is not in this version of retort");
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
	check("<{link}|here>", "<t(https://x/p1)|here>");
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
}

static void wants(const char *text, bool names_wanted, bool text_wanted)
{
	struct sheet s;

	sheet_init(&s, text, false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.t);
	CU_ASSERT_EQUAL(template_wants_names(s.t), names_wanted);
	CU_ASSERT_EQUAL(template_wants_text(s.t), text_wanted);
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
	wants("{who.id}", true, true);
}

UNIT_MAIN("template", { "names and fields", test_names_and_fields },
	  { "what is missing is left out", test_what_is_missing_is_left_out },
	  { "filters make plain text", test_filters_make_plain_text }, { "braces", test_braces },
	  { "mistakes are told at their lines", test_mistakes_are_told_at_their_lines },
	  { "what comes later is told so", test_what_comes_later_is_told_so },
	  { "nobody notifies everyone unasked", test_nobody_notifies_everyone_unasked },
	  { "no insert becomes a command", test_no_insert_becomes_a_command },
	  { "a backslash makes signs plain", test_a_backslash_makes_signs_plain },
	  { "names in literal text are listed", test_names_in_literal_text_are_listed },
	  { "what must be known first", test_what_must_be_known_first })
