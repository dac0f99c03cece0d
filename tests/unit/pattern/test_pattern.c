/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/captures.h"
#include "lib/unit.h"
#include "pattern/inner.h"

struct bench {
	struct pattern_kit *kit;
	struct pattern *p; /* NULL: did not compile */
	struct diag diag;
	struct captures caught;
};

static void bench_init_len(struct bench *b, struct str regex, bool case_matters)
{
	const struct pattern_source source = {
		.regex = regex,
		.shown = regex,
		.case_matters = case_matters,
		.at = { "t.ini", 5 },
	};

	*b = (struct bench){ .kit = pattern_kit_new() };
	diag_init(&b->diag);
	pattern_compile(&b->p, b->kit, &source, &b->diag);
}

static void bench_init(struct bench *b, const char *regex)
{
	bench_init_len(b, str_from(regex), false);
}

static void bench_deinit(struct bench *b)
{
	pattern_free(b->p);
	pattern_kit_free(b->kit);
	diag_deinit(&b->diag);
}

static enum tristate find(struct bench *b, const char *text)
{
	return pattern_find(b->p, str_from(text), &b->caught);
}

static enum tristate once(const char *regex, const char *text)
{
	struct bench b;
	enum tristate answer;

	bench_init(&b, regex);
	CU_ASSERT_PTR_NOT_NULL_FATAL(b.p);
	answer = find(&b, text);
	bench_deinit(&b);
	return answer;
}

/* ---- what a pattern means ---- */

static void test_a_message_is_one_text(void)
{
	CU_ASSERT_EQUAL(once("a.b", "a\nb"), TRISTATE_YES);
	CU_ASSERT_EQUAL(once("^b", "a\nb"), TRISTATE_NO);
	CU_ASSERT_EQUAL(once("a$", "a\n"), TRISTATE_NO);
	CU_ASSERT_EQUAL(once("(?m)^b", "a\nb"), TRISTATE_YES);
	CU_ASSERT_EQUAL(once("(?-s)a.b", "a\nb"), TRISTATE_NO);
	CU_ASSERT_EQUAL(once("^$", ""), TRISTATE_YES);
}

static void test_letters_are_unicode_and_caseless(void)
{
	struct bench b;

	CU_ASSERT_EQUAL(once("\\bcaf\u00c9\\b", "ein caf\u00e9!"), TRISTATE_YES);
	CU_ASSERT_EQUAL(once("^\\w+$", "\u0434\u0430"), TRISTATE_YES);
	CU_ASSERT_EQUAL(once("^.$", "\u20ac"), TRISTATE_YES);
	bench_init_len(&b, STR("Hello"), true);
	CU_ASSERT_EQUAL(find(&b, "hello"), TRISTATE_NO);
	CU_ASSERT_EQUAL(find(&b, "Hello"), TRISTATE_YES);
	bench_deinit(&b);
}

/* What the group of this name caught. */
static struct str named(const struct captures *c, const char *name)
{
	size_t i = captures_index(c, str_from(name));

	CU_ASSERT_FATAL(i < c->n);
	return c->group[i];
}

static void test_groups_are_caught(void)
{
	struct bench b;

	bench_init(&b, "(?<what>vpn|wifi)( down)?");
	CU_ASSERT_EQUAL(find(&b, "the VPN is"), TRISTATE_YES);
	CU_ASSERT_EQUAL(b.caught.n, 3);
	ASSERT_STR(b.caught.group[0], "VPN");
	ASSERT_STR(b.caught.group[1], "VPN");
	CU_ASSERT_PTR_NULL(b.caught.group[2].p);
	ASSERT_STR(named(&b.caught, "what"), "VPN");
	CU_ASSERT_EQUAL(captures_index(&b.caught, STR("wha")), SIZE_MAX);
	CU_ASSERT_EQUAL(captures_index(&b.caught, STR("")), SIZE_MAX);
	bench_deinit(&b);
	b.caught.n = 0;
	CU_ASSERT_EQUAL(captures_index(&b.caught, STR("what")), SIZE_MAX);
}

static void test_of_groups_with_one_name_the_set_one_counts(void)
{
	struct bench b;

	bench_init(&b, "(?J)(?:a(?<n>\\d)|b(?<n>\\d))");
	CU_ASSERT_PTR_NOT_NULL_FATAL(b.p);
	CU_ASSERT_EQUAL(find(&b, "b7"), TRISTATE_YES);
	ASSERT_STR(named(&b.caught, "n"), "7");
	CU_ASSERT_EQUAL(find(&b, "a3"), TRISTATE_YES);
	ASSERT_STR(named(&b.caught, "n"), "3");
	bench_deinit(&b);
}

static void test_a_start_moved_by_k_does_no_harm(void)
{
	struct bench b;

	bench_init(&b, "foo\\Kbar");
	CU_ASSERT_EQUAL(find(&b, "foobar"), TRISTATE_YES);
	ASSERT_STR(b.caught.group[0], "bar");
	bench_deinit(&b);
}

/* ---- bad patterns ---- */

static void refused(struct str regex, const char *told)
{
	struct bench b;

	bench_init_len(&b, regex, false);
	CU_ASSERT_PTR_NULL(b.p);
	CU_ASSERT_EQUAL(b.diag.n_errors, 1);
	if (b.diag.n_entries > 0 && strstr(b.diag.entries[0].text, told) == NULL)
		printf("\n  told: %s", b.diag.entries[0].text);
	CU_ASSERT_TRUE(b.diag.n_entries > 0 && strstr(b.diag.entries[0].text, told) != NULL);
	CU_ASSERT_TRUE(b.diag.n_entries > 0 && b.diag.entries[0].line == 5);
	bench_deinit(&b);
}

static void refused_repeated(const char *piece, size_t times, const char *head, const char *tail,
			     const char *told)
{
	CLEANUP(buf_deinit) struct buf regex = { 0 };

	buf_addz(&regex, head);
	for (size_t i = 0; i < times; i++)
		buf_addz(&regex, piece);
	buf_addz(&regex, tail);
	refused(buf_str(&regex), told);
}

static void test_faulty_patterns_are_told(void)
{
	refused(STR("hel(lo"), "faulty at letter 7: missing closing parenthesis");
	refused(STR("\u00e9\u00e9["), "missing terminating ]");
	refused(STR("a\\Cb"), "faulty");
	refused(STR("(?<=a*)b"), "a length that does not vary");
	refused(STR("\xff"), "faulty at letter 1");
	refused(STR("(?<n>a)(?<n>b)"), "two groups have the same name");
	refused(STR("[\\w-.]+"), "a `-` beside a class such as \\w");
}

static void test_greedy_patterns_are_refused(void)
{
	refused_repeated("a", PATTERN_MAX + 1, "", "", "has 4097 bytes; at most 4096");
	refused_repeated("(", 25, "", "x", "parentheses are too deeply nested");
	refused_repeated("(a)", CAPTURES_MAX, "", "", "has 64 groups; at most 63");
	refused(STR("(?:(?:a{1000}){1000}){1000}"), "too large");
	refused(STR("(?:abcdefgh){1,9000}"), "too large");
}

static void warned(const char *regex, const char *told)
{
	struct bench b;

	bench_init(&b, regex);
	CU_ASSERT_EQUAL(b.diag.n_errors, 0);
	CU_ASSERT_EQUAL(b.diag.n_warnings, told[0] != '\0');
	if (b.diag.n_entries > 0)
		CU_ASSERT_TRUE(str_starts(str_from(b.diag.entries[0].text), told));
	bench_deinit(&b);
}

static void test_a_pattern_that_fits_everything_is_warned_of(void)
{
	static const char *const all[] = { "", ".*", "a||b", "(vpn)?", "^" };
	static const char *const empty[] = { "^$", "^(yes|no)?$", "^\\d*$" };
	static const char *const some[] = { "^(?=.*vpn)(?=.*token)", ".+", "\\bhi\\b" };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		warned(all[i], "the pattern fits every text: ");
	for (size_t i = 0; i < ARRAY_LEN(empty); i++)
		warned(empty[i], "the pattern fits the empty text, too: ");
	for (size_t i = 0; i < ARRAY_LEN(some); i++)
		warned(some[i], "");
}

/* ---- time ---- */

/* A clock that moves on by half a millisecond whenever it is looked at. */
static int64_t ticking(void *owner)
{
	return *(int64_t *)owner += 500000;
}

static char *repeat(const char *piece, size_t len)
{
	size_t n = strlen(piece);
	char *text = mem_alloc(len + 1);

	for (size_t i = 0; i < len; i++)
		text[i] = piece[i % n];
	text[len] = '\0';
	return text;
}

static void put(char *at, const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		at[i] = text[i];
}

/* What PCRE2 itself finds, without any bound that these texts could reach. */
static enum tristate find_plainly(const struct bench *b, struct str text, size_t *from, size_t *to)
{
	pcre2_match_data *data = pcre2_match_data_create(CAPTURES_MAX, NULL);
	int rc = pcre2_match(b->p->code, (PCRE2_SPTR)text.p, text.len, 0, 0, data, NULL);

	*from = rc > 0 ? pcre2_get_ovector_pointer(data)[0] : 0;
	*to = rc > 0 ? pcre2_get_ovector_pointer(data)[1] : 0;
	pcre2_match_data_free(data);
	return rc > 0 ? TRISTATE_YES : TRISTATE_NO;
}

static void test_watched_code_finds_what_the_plain_one_finds(void)
{
	static const char *const regexes[] = {
		"vpn",
		"^vpn",
		"vpn$",
		"\\bvpn\\b",
		"(?m)^vpn",
		"(?-s).*vpn",
		"(?<=x)vpn",
		"\u00e9vpn",
		"vpn|zzz",
		".*vpn",
		"(?=.*vpn)q",
		"$",
		"\\z",
		"[^\\x00-\\x7F]v",
		"(?m)$",
		"(v|vp|vpn)+q?$",
		"(?>v+)pn",
		"(?<a>v)(?:pn)\\k<a>?",
		"v\\Kpn",
		"(?i)V.{0,9}N",
		"(v|p)(?1)*n",
		"(?:(?i)V|x)+pn",
		"(x)?(?(1)v|v)*pn",
		"(?x) v  # c\n p + n",
	};
	static const char *const fillers[] = { "ab cd ", "\u00e9", "x\n", "\u20acq\n\n",
					       "vp vpvp" };
	unsigned seed = unit_seed();
	size_t n_watched = 0;

	srandom(seed);
	for (size_t i = 0; i < ARRAY_LEN(regexes) * 60; i++) {
		CLEANUP(mem_freep)
		char *text = repeat(fillers[(size_t)random() % 5], (size_t)random() % 900);
		size_t len = strlen(text), at = len > 0 ? (size_t)random() % len : 0, from, to;
		struct bench b;

		if (len > at + 3 && random() % 4 > 0)
			put(text + at, "vpn");
		bench_init(&b, regexes[i % ARRAY_LEN(regexes)]);
		b.p->repeats = true; /* nothing but the length decides */
		enum tristate plain = find_plainly(&b, str_from(text), &from, &to);

		CU_ASSERT_EQUAL(find(&b, text), plain);
		n_watched += b.p->watched != NULL;
		if (plain == TRISTATE_YES && from <= to) {
			CU_ASSERT_PTR_EQUAL(b.caught.group[0].p, text + from);
			CU_ASSERT_EQUAL(b.caught.group[0].len, to - from);
		}
		bench_deinit(&b);
	}
	CU_ASSERT_TRUE(n_watched > 300);
}

/* Patterns that would take seconds or hours on a long message. */
static const struct {
	const char *regex, *filler, *end;
} hostile[] = {
	{ "(a+)+$", "a", "!" },
	{ "(?=(a+))a*[12]", "a", "" },
	{ "\\X+[12]", "ab ", "" },
	{ "(?=.*\\bvpn\\b)(?=.*\\btoken\\b)", "a vpn ", "" },
	{ "(?:[^\"\\\\]|\\\\.)*vpn", "hello ", "" },
	{ "(\\w+\\s*)+$", "ab ab ab! ", "" },
	{ "^(a|aa)+$", "a", "!" },
	{ "(?-s)(.*?,){11}P", "1,2,3,4,5,\n", "" },
	{ "(x+x+)+y", "x", "" },
	{ "(.*)(.*)(.*)(.*)(.*)[12]", "a", "" },
	{ "^(?<key>.*?)\\s*:\\s*(?<value>.*)$", " ", "b: c" },
	{ "^(.+?)\\s*=\\s*(.+)$", " ", "b = " },
	{ "(.*?)\\s+please$", " ", "pleas" },
	{ "^.*\\S+\\?$", "a", " ?" },
	{ "[\\w.-]+[\\w-]+@corp\\.com", "a", "@corp.co" },
	{ "[^x]*[^x]*y", "\U0001f600", "" },
	{ "(?<it>.+)\\k<it>[12]", "a", "!" },
	{ "(\\((?:[^()]|(?1))*\\))z", "(", "" },
};

/* Time is counted in looks, and a look is due after so many letters gone over: the machine's speed does not matter. A
 * search that never looked, or looked too seldom, would not end here. */
static void test_hostile_patterns_stop_in_time(void)
{
	static const size_t lengths[] = { 100, 1000, 40000 };
	size_t n_stopped = 0;

	for (size_t i = 0; i < ARRAY_LEN(hostile) * ARRAY_LEN(lengths) * 2; i++) {
		const size_t which = i / (ARRAY_LEN(lengths) * 2);
		const size_t len = lengths[i / 2 % ARRAY_LEN(lengths)];
		CLEANUP(mem_freep) char *filling = repeat(hostile[which].filler, len);
		CLEANUP(buf_deinit) struct buf regex = { 0 };
		CLEANUP(buf_deinit) struct buf text = { 0 };
		int64_t ns = 0;
		struct bench b;

		buf_addf(&regex, "%s%s", i % 2 == 0 ? "" : "(*NO_JIT)", hostile[which].regex);
		buf_addc(&regex, '\0');
		buf_addf(&text, "%s%s", filling, hostile[which].end);
		bench_init(&b, regex.p);
		pattern_kit_set_clock(b.kit, ticking, &ns);
		n_stopped += pattern_find(b.p, buf_str(&text), &b.caught) == TRISTATE_UNKNOWN;
		CU_ASSERT_TRUE(ns <= (PATTERN_BUDGET_MS + 1) * 1000000);
		bench_deinit(&b);
	}
	CU_ASSERT_TRUE(n_stopped > ARRAY_LEN(hostile) * 2);
}

static void test_a_search_over_its_budget_cannot_tell(void)
{
	CLEANUP(mem_freep) char *text = repeat("a ", 40000);
	int64_t ns = 0;
	struct bench b;

	bench_init(&b, "a[^x]*z[0-9]");
	put(text + 39998, "z1");
	pattern_kit_set_clock(b.kit, ticking, &ns);
	CU_ASSERT_EQUAL(pattern_find(b.p, str_from(text), &b.caught), TRISTATE_YES);
	put(text + 39998, "zz");
	CU_ASSERT_EQUAL(pattern_find(b.p, str_from(text), &b.caught), TRISTATE_UNKNOWN);
	ns = 0;
	CU_ASSERT_EQUAL(pattern_find(b.p, STR("a short text"), &b.caught), TRISTATE_NO);
	CU_ASSERT_EQUAL(ns, 0); /* short texts do not even look at the clock */
	bench_deinit(&b);
}

/* Slow patterns in a row get less and less of the event's time, and what is quick is still told behind them. */
static void test_an_event_has_a_budget_too(void)
{
	CLEANUP(mem_freep) char *text = repeat("a", 3000);
	int64_t ns = 0;
	struct pattern *quick;
	struct bench b;
	const struct pattern_source source = { .regex = STR("\\b!vpn\\b"),
					       .shown = STR("!vpn"),
					       .at = { "test.ini", 1 } };

	bench_init(&b, "(a+)+$");
	put(text + 2990, "! !vpn");
	CU_ASSERT_EQUAL_FATAL(pattern_compile(&quick, b.kit, &source, &b.diag), 0);
	pattern_kit_set_clock(b.kit, ticking, &ns);
	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(pattern_find(b.p, str_from(text), &b.caught), TRISTATE_UNKNOWN);
	CU_ASSERT_TRUE(ns > 40 * INT64_C(1000000) && ns <= 50 * INT64_C(1000000));
	CU_ASSERT_NOT_EQUAL(pattern_find(quick, str_from(text), &b.caught), TRISTATE_UNKNOWN);
	pattern_kit_renew(b.kit);
	ns = 0;
	CU_ASSERT_EQUAL(pattern_find(b.p, str_from(text), &b.caught), TRISTATE_UNKNOWN);
	CU_ASSERT_TRUE(ns > 2 * INT64_C(1000000));
	pattern_free(quick);
	bench_deinit(&b);
}

/* ---- bad texts ---- */

static void test_bytes_that_are_no_text_never_match(void)
{
	struct bench b;

	bench_init(&b, "a.b");
	CU_ASSERT_EQUAL(pattern_find(b.p,
				     STR("a\xff"
					 "b"),
				     &b.caught),
			TRISTATE_NO);
	CU_ASSERT_EQUAL(pattern_find(b.p, STR("\xc3 axb \xe2\x82"), &b.caught), TRISTATE_YES);
	CU_ASSERT_EQUAL(pattern_find(b.p, STR("a\0b"), &b.caught), TRISTATE_YES);
	CU_ASSERT_EQUAL(pattern_find(b.p, (struct str){ NULL, 0 }, &b.caught), TRISTATE_NO);
	bench_deinit(&b);
}

static void test_an_empty_text_may_match(void)
{
	struct bench b;

	bench_init(&b, "^()$");
	CU_ASSERT_EQUAL(pattern_find(b.p, (struct str){ NULL, 0 }, &b.caught), TRISTATE_YES);
	CU_ASSERT_PTR_NOT_NULL(b.caught.group[1].p);
	bench_deinit(&b);
}

/* ---- letters ---- */

static void recased(const char *text, enum recase how, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	pattern_recase(&out, str_from(text), how);
	ASSERT_STR(buf_str(&out), wanted);
}

static void test_letters_change_their_case(void)
{
	recased("", RECASE_UPPER, "");
	recased("ops-17 caf\u00e9 \u0434\u0430 \u03c3\u03c2\nx", RECASE_UPPER,
		"OPS-17 CAF\u00c9 \u0414\u0410 \u03a3\u03a3\nX");
	recased("\u00c4 \u0414\u0410\n\nX", RECASE_LOWER, "\u00e4 \u0434\u0430\n\nx");
	recased("\U0001F600 a", RECASE_UPPER, "\U0001F600 A");
	recased("the BIG don't \u00e9t\u00e9-x 2nd", RECASE_TITLE,
		"The Big Don't \u00c9t\u00e9-X 2Nd");
}

UNIT_MAIN("pattern", { "a message is one text", test_a_message_is_one_text },
	  { "letters are unicode and caseless", test_letters_are_unicode_and_caseless },
	  { "groups are caught", test_groups_are_caught },
	  { "of groups with one name the set one counts",
	    test_of_groups_with_one_name_the_set_one_counts },
	  { "a start moved by K does no harm", test_a_start_moved_by_k_does_no_harm },
	  { "faulty patterns are told", test_faulty_patterns_are_told },
	  { "greedy patterns are refused", test_greedy_patterns_are_refused },
	  { "a pattern that fits everything is warned of",
	    test_a_pattern_that_fits_everything_is_warned_of },
	  { "watched code finds what the plain one finds",
	    test_watched_code_finds_what_the_plain_one_finds },
	  { "hostile patterns stop in time", test_hostile_patterns_stop_in_time },
	  { "a search over its budget cannot tell", test_a_search_over_its_budget_cannot_tell },
	  { "an event has a budget too", test_an_event_has_a_budget_too },
	  { "bytes that are no text never match", test_bytes_that_are_no_text_never_match },
	  { "an empty text may match", test_an_empty_text_may_match },
	  { "letters change their case", test_letters_change_their_case })
