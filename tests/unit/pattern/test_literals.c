/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "lib/unit.h"
#include "pattern/named_group.h"
#include "pattern/literals.h"

/* "a|b" for the literals of the pattern, "-" when nothing is sure. */
static void show(struct buf *out, struct str regex, bool case_matters)
{
	CLEANUP(mem_freep) struct literals *literals = mem_zero(1, sizeof(*literals));
	struct pattern_kit *kit = pattern_kit_new();
	const struct pattern_source source = {
		.regex = regex,
		.shown = regex,
		.case_matters = case_matters,
	};
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct pattern *p = NULL;

	pattern_compile(&p, kit, &source, &diag);
	if (p == NULL) {
		buf_addz(out, "no pattern");
	} else if (!literals_find(literals, p)) {
		buf_addz(out, "-");
	} else {
		for (size_t i = 0; i < literals->n; i++)
			buf_addf(out, "%s%.*s", i > 0 ? "|" : "", (int)literals->at[i].len,
				 literals->at[i].bytes);
	}
	pattern_free(p);
	pattern_kit_free(kit);
}

struct row {
	const char *regex, *literals;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(buf_deinit) struct buf seen = { 0 };

		show(&seen, str_from(rows[i].regex), i % 2 == 0); /* either way the same */
		ASSERT_STR(buf_str(&seen), rows[i].literals);
	}
}

static void test_runs(void)
{
	static const struct row rows[] = {
		{ "vpn", "vpn" },
		{ "VPN", "vpn" },
		{ "vp", "-" },
		{ "", "-" },
		{ "\\bvpn\\b", "vpn" },
		{ "^vpn$", "vpn" },
		{ "how do i", "how do i" },
		{ "a\\.b\\-c\\ d", "a.b-c d" },
		{ "vpn.*printer", "printer" },
		{ "printer.*vpn", "printer" },
		{ "vpn.tok", "vpn" },
		{ "vp.pn", "-" },
		{ "[v]pn", "-" },
		{ "v\\x70ntok", "ntok" },
		{ "caf\xC3\xA9 vpn", " vpn" },
		{ "\xE2\x84\xAA"
		  "iosk",
		  "iosk" },
		{ "vpn{x}", "vpn{x}" },
		{ "abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz01234" },
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void test_quantifiers(void)
{
	static const struct row rows[] = {
		{ "vpns?", "vpn" },
		{ "vpn*", "-" },
		{ "vpnn*x", "vpn" },
		{ "vpn+x", "vpn" },
		{ "vpn++x", "vpn" },
		{ "vpn+?x", "vpn" },
		{ "vpn{2}", "vpn" },
		{ "vpn{1,3}?", "vpn" },
		{ "vpn{0}", "-" },
		{ "vpn{0,3}", "-" },
		{ "vpn{00,3}", "-" },
		{ "(vpn)", "vpn" },
		{ "(vpn)?", "-" },
		{ "(vpn)*", "-" },
		{ "(vpn)+", "vpn" },
		{ "(vpn){3}", "vpn" },
		{ "(vpn){2,}+", "vpn" },
		{ "(vpn){0}", "-" },
		{ "(vpn){0,2}token", "token" },
		{ "(?:vpn)?token", "token" },
		{ "((vpn)?)+", "-" },
		{ "((vpn)+)?", "-" },
		{ "((vpn){2}x){3}", "vpn" },
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void test_alternatives(void)
{
	static const struct row rows[] = {
		{ "vpn|wifi", "vpn|wifi" },
		{ "vpn|", "-" },
		{ "|vpn", "-" },
		{ "vpn|wi", "-" },
		{ "vpn|wifi?", "vpn|wif" },
		{ "(vpn|wifi)", "vpn|wifi" },
		{ "(vpn|wifi|) token", " token" },
		{ "(vpn|wifi|)", "-" },
		{ "(?:a|b)vpn", "vpn" },
		{ "(how|where) .* (printer|scanner)", "printer|scanner" },
		{ "(how|where) .* (vpn|wifi|lan)", "how|where" },
		{ "((vpn|lan)|wifi)", "vpn|lan|wifi" },
		{ "((vpn|lan)?|wifi)", "-" },
		{ "(vpn token|wifi .* password)x", "vpn token| password" },
		{ "(?|(vpn)|(wifi))", "vpn|wifi" },
		{ "(?<!\\w)(?:hello|good\\s+morning)(?!\\w)", "hello|morning" },
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void test_groups(void)
{
	static const struct row rows[] = {
		{ "(?<name>vpn)", "vpn" },   { "(?P<name>vpn)\\k<name>", "vpn" },
		{ "(?'name'vpn)", "vpn" },   { "(?>vpn)", "vpn" },
		{ "(?i:vpn)", "vpn" },	     { "(?-i:VPN)", "vpn" },
		{ "(?^:vpn)", "vpn" },	     { "(?i)vpn", "vpn" },
		{ "(?s-m)vpn", "vpn" },	     { "vp(?i)ntok", "ntok" },
		{ "a(?i)b|vpn", "-" },	     { "^(?=.*\\bvpn\\b)(?=.*\\btoken\\b)", "token" },
		{ "(?=vpn)?x", "-" },	     { "(?=vpn){0}x", "-" },
		{ "(?!vpn)", "-" },	     { "(?!vpn)token", "token" },
		{ "(?!vpn|(?=wifi))", "-" }, { "(?<!vpn)", "-" },
		{ "(?<=vpn) ", "vpn" },	     { "()vpn", "vpn" },
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void test_what_hides_proves_nothing(void)
{
	static const struct row rows[] = {
		{ "\\Qvpn\\E", "-" },
		{ "\\Qvpn", "-" },
		{ "vpn(?#token)", "-" },
		{ "vpn(*ACCEPT)token", "-" },
		{ "(*UCP)vpn", "-" },
		{ "(vp)?(?(1)vpn|token)", "-" },
		{ "(?(DEFINE)(?<q>vpn))(?&q)", "-" },
		{ "(vpn)(?1)", "-" },
		{ "(vpn)?\\1token", "token" },
		{ "(?C1)vpn", "-" },
		{ "(?C255)vpn", "-" },
		{ "(?C'x')vpn", "-" },
		{ "vpn\\E+", "-" },
		{ "vpn\\Etoken", "token" },
	};

	check_rows(rows, ARRAY_LEN(rows));
}

/* In comments stand signs of every kind. */
static void test_blanks_and_comments(void)
{
	static const struct row rows[] = {
		{ "(?x) v p n", "-" }, /* slow, but right */
		{ "(?x)vpn # ?\ntoken", "token" },
		{ "(?x) # (vpn\n(wifi)", "wifi" },
		{ "(?x)(vpn) ? token", "token" },
		{ "(?x)(vpn # )\n)? wifi", "wifi" },
		{ "(?x)vpn | # x\ntoken", "-" },
		{ "(?x)wifis | # x\ntoken", "wifi|token" },
		{ "(?x)vp\\ n", "vp n" },
		{ "a vpn(?x: tok)", "a vpn" },
	};

	check_rows(rows, ARRAY_LEN(rows));
}

static void test_more_than_the_room(void)
{
	CLEANUP(buf_deinit) struct buf regex = { 0 };
	CLEANUP(buf_deinit) struct buf seen = { 0 };

	for (int i = 0; i < 1023; i++)
		buf_addf(&regex, "%s%03x", i > 0 ? "|" : "", (unsigned)i);
	show(&seen, buf_str(&regex), false);
	CU_ASSERT_EQUAL(seen.len, regex.len);
	for (int depth = 1; depth < 40; depth++) {
		buf_clear(&regex);
		buf_clear(&seen);
		for (int i = 0; i < depth; i++)
			buf_addz(&regex, "(");
		buf_addz(&regex, "vpn");
		for (int i = 0; i < depth; i++)
			buf_addz(&regex, ")");
		show(&seen, buf_str(&regex), false);
		CU_ASSERT_TRUE(str_is(buf_str(&seen), depth <= 20 ? "vpn" : "no pattern"));
	}
}

static void test_texts_are_read_folded(void)
{
	static const char text[] = "aZ@[`{\xE2\x84\xAA\xC5\xBF\xC5\xBE\xE2\x84\xAB\xE2\x84";
	CLEANUP(buf_deinit) struct buf seen = { 0 };

	for (size_t len = 0; len < sizeof(text); len++) { /* cut anywhere */
		buf_clear(&seen);
		for (size_t i = 0; i < len;)
			buf_addc(&seen, (char)literal_next(str_make(text, len), &i));
		CU_ASSERT_TRUE(seen.len <= len);
	}
	buf_clear(&seen);
	for (size_t i = 0; i < sizeof(text) - 1;)
		buf_addc(&seen, (char)literal_next(str_make(text, sizeof(text) - 1), &i));
	ASSERT_STR(buf_str(&seen), "az@[`{ks\xC5\xBE\xE2\x84\xAB\xE2\x84");
}

static void test_building_blocks(void)
{
	static const struct row rows[] = {
		{ "{person:who} vpn", " vpn" },
		{ "vpn for {channel:where}", "vpn for " },
		{ "{person:who} ?\\+\\+", "-" },
		{ "(?:{person:a}|{channel:b}) printer", " printer" },
		{ "(?:{person:a} vpn|printer)", " vpn|printer" },
		{ "(?:{person:a}|printer)", "-" },
		{ "printer {person:who}?", "printer " },
		{ "({person:who} vpn)?", "-" },
		{ "{person:who}{2} printer", " printer" },
		{ "{word:w} vpn", " vpn" },
		{ "{person:who}", "-" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(buf_deinit) struct buf regex = { 0 };
		CLEANUP(buf_deinit) struct buf seen = { 0 };
		struct diag diag = { 0 };

		CU_ASSERT_TRUE(named_group_expand(&regex, str_from(rows[i].regex),
						  (struct place){ 0 }, &diag));
		show(&seen, buf_str(&regex), false);
		ASSERT_STR(buf_str(&seen), rows[i].literals);
		diag_deinit(&diag);
	}
}

UNIT_MAIN("literals", { "runs", test_runs }, { "quantifiers", test_quantifiers },
	  { "alternatives", test_alternatives }, { "groups", test_groups },
	  { "what hides proves nothing", test_what_hides_proves_nothing },
	  { "blanks and comments", test_blanks_and_comments },
	  { "more than the room", test_more_than_the_room },
	  { "texts are read folded", test_texts_are_read_folded },
	  { "building blocks", test_building_blocks })
