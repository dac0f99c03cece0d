/* SPDX-License-Identifier: MIT */
/*
 * The filter may err in one direction only: a rule that matches is always a candidate. Three ways to see
 * that: by hand, with random patterns and texts made to match them, and with real ones where they are at hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/bits.h"
#include "base/buf.h"
#include "base/json.h"
#include "lib/unit.h"
#include "pattern/prefilter.h"

/* ---- a filter with its patterns ---- */

enum { PLOT_MAX = 4096 };

struct plot {
	struct pattern_kit *kit;
	struct pattern *patterns[PLOT_MAX];
	size_t n, n_filtered;
	struct prefilter *filter; /* one rule a pattern */
	uint64_t candidates[PLOT_MAX / 64];
	/* What was compared. */
	size_t n_pairs, n_matches, n_candidates;
};

static void plot_init(struct plot *plot)
{
	*plot = (struct plot){ .kit = pattern_kit_new() };
}

static bool plot_add(struct plot *plot, struct str regex, bool case_matters)
{
	const struct pattern_source source = {
		.regex = regex,
		.shown = regex,
		.case_matters = case_matters,
	};
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	if (plot->n == PLOT_MAX ||
	    pattern_compile(&plot->patterns[plot->n], plot->kit, &source, &diag) != 0)
		return false;
	plot->n++;
	return true;
}

static void plot_build(struct plot *plot)
{
	CLEANUP(mem_freep) struct literals *literals = mem_zero(1, sizeof(*literals));

	plot->filter = prefilter_new(plot->n);
	for (size_t i = 0; i < plot->n; i++) {
		if (literals_find(literals, plot->patterns[i])) {
			prefilter_add(plot->filter, i, literals);
			plot->n_filtered++;
		} else {
			prefilter_always(plot->filter, i);
		}
	}
	prefilter_build(plot->filter);
}

static void plot_deinit(struct plot *plot)
{
	prefilter_free(plot->filter);
	for (size_t i = 0; i < plot->n; i++)
		pattern_free(plot->patterns[i]);
	pattern_kit_free(plot->kit);
}

static void complain(const struct plot *plot, size_t i, struct str text)
{
	printf("\n  missed: pattern %.*s\n  text %.*s\n", STR_ARG(pattern_regex(plot->patterns[i])),
	       STR_ARG(text));
	CU_FAIL("a rule that matches is no candidate");
}

/* Asks all patterns, and holds the candidates against what matched. */
static void plot_compare(struct plot *plot, struct str text)
{

	prefilter_find(plot->filter, &text, 1, plot->candidates);
	for (size_t i = 0; i < plot->n; i++) {
		bool candidate = bits_has(plot->candidates, i);
		struct captures caught;

		plot->n_pairs++;
		plot->n_candidates += candidate;
		if (pattern_find(plot->patterns[i], text, &caught) != TRISTATE_YES)
			continue;
		plot->n_matches++;
		if (!candidate)
			complain(plot, i, text);
	}
}

/* ---- by hand ---- */

static void add(struct prefilter *f, size_t rule, const char *words)
{
	CLEANUP(mem_freep) struct literals *literals = mem_zero(1, sizeof(*literals));
	struct str rest = str_from(words), word;

	while (str_word(&rest, &word)) {
		struct literal *literal = &literals->at[literals->n++];

		literal->len = (unsigned char)word.len;
		for (size_t i = 0; i < word.len; i++)
			literal->bytes[i] = word.p[i];
	}
	prefilter_add(f, rule, literals);
}

/* The candidates of eight rules as digits. */
static void check_find(struct prefilter *f, const struct str *texts, size_t n, const char *wanted)
{
	uint64_t bits[1];
	struct buf seen = { 0 };

	prefilter_find(f, texts, n, bits);
	for (size_t i = bits_next(bits, 8, 0); i < 8; i = bits_next(bits, 8, i + 1))
		buf_addf(&seen, "%zu", i);
	ASSERT_STR(buf_str(&seen), wanted);
	buf_deinit(&seen);
}

static void check_text(struct prefilter *f, const char *text, const char *wanted)
{
	const struct str one = str_from(text);

	check_find(f, &one, 1, wanted);
}

static void test_literals_within_literals(void)
{
	struct prefilter *f = prefilter_new(8);

	add(f, 0, "hers");
	add(f, 1, "she");
	add(f, 2, "her his");
	add(f, 3, "ushers");
	add(f, 4, "she his");
	add(f, 5, "ers");
	prefilter_always(f, 6);
	prefilter_build(f);
	check_text(f, "", "6");
	check_text(f, "nothing", "6");
	check_text(f, "ushers", "0123456");
	check_text(f, "USHERS", "0123456");
	check_text(f, "shhers", "0256");
	check_text(f, "ushe r", "146");
	check_text(f, "hi\xC5\xBF", "246");
	check_text(f, "xhhis", "246");
	check_text(f, "hershershers she", "012456");
	prefilter_free(f);
}

static void test_several_texts(void)
{
	const struct str texts[] = { STR("a vp"), STR("n wifi"), STR_EMPTY, { NULL, 0 } };
	struct prefilter *f = prefilter_new(8);

	add(f, 0, "vpn");
	add(f, 1, "wifi");
	prefilter_build(f);
	check_find(f, texts, ARRAY_LEN(texts), "1"); /* no literal goes from one to the other */
	prefilter_free(f);
}

static void test_one_rule_in_several_ways(void)
{
	struct prefilter *f = prefilter_new(8);

	add(f, 1, "vpn");
	add(f, 1, "wifi vpn");
	add(f, 2, "vpn");
	prefilter_always(f, 2);
	prefilter_build(f);
	check_text(f, "wifi", "12");
	check_text(f, "vpn", "12");
	check_text(f, "lan", "2");
	prefilter_free(f);
}

static void test_no_rules(void)
{
	struct prefilter *f = prefilter_new(0);
	uint64_t none[1] = { 0 };
	const struct str text = STR("vpn");

	prefilter_build(f);
	prefilter_find(f, &text, 1, none);
	CU_ASSERT_EQUAL(none[0], 0);
	prefilter_free(f);
	prefilter_free(NULL);
}

/* A text of one word, and all rules wanting it: the work is not the product of both. */
static void test_hits_are_looked_at_once(void)
{
	enum { N_RULES = 20000, N_BYTES = 40000 };
	struct prefilter *f = prefilter_new(N_RULES);
	uint64_t *bits = mem_zero(bits_words(N_RULES), sizeof(bits[0]));
	char *bytes = mem_alloc(N_BYTES);
	const struct str text = str_make(bytes, N_BYTES);
	struct mono before;

	for (size_t i = 0; i < N_BYTES; i++)
		bytes[i] = 'a';
	for (size_t i = 0; i < N_RULES; i++)
		add(f, i, "aaa aaaa aaaaa");
	prefilter_build(f);
	before = clock_mono(clock_system());
	for (int i = 0; i < 10; i++)
		prefilter_find(f, &text, 1, bits);
	CU_ASSERT_TRUE(mono_ms_between(before, clock_mono(clock_system())) < 1000);
	CU_ASSERT_EQUAL(bits_next(bits, N_RULES, N_RULES - 1), N_RULES - 1);
	prefilter_free(f);
	free(bits);
	free(bytes);
}

/* More than the table may hold: the rest of the rules is asked always, no rule is lost. */
static void test_memory_is_bounded(void)
{
	enum { N_RULES = 2000, WORDS = 64 };
	struct prefilter *f = prefilter_new(N_RULES);
	uint64_t bits[N_RULES / 64 + 1];
	struct literals *literals = mem_zero(1, sizeof(*literals));
	const struct str text = STR("nothing"), last = STR("aabbccaaaaaaaaaaaaaaaaaaaaaaaaa");
	unsigned state = 1;
	size_t n = 0;

	for (size_t i = 0; i < N_RULES; i++) {
		for (literals->n = 0; literals->n < WORDS; literals->n++) {
			struct literal *literal = &literals->at[literals->n];

			literal->len = LITERAL_MAX;
			for (size_t b = 0; b < LITERAL_MAX; b++)
				literal->bytes[b] = i == 0 ? last.p[b] :
							     (char)('!' + rand_r(&state) % 64);
		}
		prefilter_add(f, i, literals);
	}
	prefilter_build(f);
	prefilter_find(f, &text, 1, bits);
	for (size_t i = bits_next(bits, N_RULES, 0); i < N_RULES;
	     i = bits_next(bits, N_RULES, i + 1))
		n++;
	CU_ASSERT_TRUE(n > 0 && n < N_RULES);
	CU_ASSERT_FALSE(bits_has(bits, 0));
	CU_ASSERT_TRUE(bits_has(bits, N_RULES - 1));
	prefilter_find(f, &last, 1, bits);
	CU_ASSERT_TRUE(bits_has(bits, 0));
	prefilter_free(f);
	free(literals);
}

/* ---- random patterns ---- */

/* Writes a pattern and, side by side, a text that it may match. */
struct maker {
	unsigned state;
	int depth;
	int n_groups;
	struct buf regex, text;
};

static unsigned below(struct maker *m, unsigned n)
{
	return (unsigned)rand_r(&m->state) / 7 % n;
}

static bool one_in(struct maker *m, unsigned n)
{
	return below(m, n) == 0;
}

#define PICK(m, table) (table)[below(m, ARRAY_LEN(table))]

/* A letter of a text, perhaps in another guise that a pattern takes for the same. */
static void say_letter(struct maker *m, char c)
{
	if (c == 'k' && one_in(m, 4))
		buf_addz(&m->text, "\xE2\x84\xAA");
	else if (c == 's' && one_in(m, 4))
		buf_addz(&m->text, "\xC5\xBF");
	else if (c >= 'a' && c <= 'z' && one_in(m, 4))
		buf_addc(&m->text, (char)(c - 'a' + 'A'));
	else
		buf_addc(&m->text, c);
}

static void say(struct maker *m, const char *word)
{
	for (; *word != '\0'; word++)
		say_letter(m, *word);
}

static const char *const words[] = { "vpn", "wifi", "kiosk",	"ask",	  "desks",
				     "a",   "is",   "how do i", "printer" };

static void make_word(struct maker *m)
{
	const char *word = PICK(m, words);

	buf_addz(&m->regex, word);
	say(m, word);
}

/* Items and what they match: equal rows of a table. */
static void make_piece(struct maker *m)
{
	static const struct {
		const char *regex, *text;
	} pieces[] = {
		{ ".", "x" },
		{ ".*", " and so on " },
		{ ".{0,9}", "xy" },
		{ "\\s+", "  " },
		{ "\\d{2}", "42" },
		{ "[ks]", "K" },
		{ "[^ab]", "-" },
		{ "\\b", "" },
		{ "^", "" },
		{ "$", "" },
		{ "\\K", "" },
		{ "\\.", "." },
		{ "\\ \\-", " -" },
		{ "\\x6bit", "kit" },
		{ "\\x{73}ip", "sip" },
		{ "(?i)", "" },
		{ "(?s)", "" },
		{ "(?-i)", "" },
		{ "(?#a|b(c)", "" },
		{ "\\Qvp.n?\\E", "vp.n?" },
		{ "\\Qsk\\E+", "skk" },
		{ "a\\E", "a" },
		{ "\xC3\xA9+", "\xC3\xA9" },
		{ "\xE2\x84\xAA", "k" },
		{ "\\N", "x" },
		{ "\\R", "\n" },
		{ "\\h", " " },
		{ "\\p{L}", "k" },
		{ "[[:alpha:]]{3}", "ask" },
		{ "[(|)]?", "(" },
		{ "(?!zzz)", "" },
		{ "(?<!vpn|zzz)", "" },
		{ "(?!.*zzz(vpn))", "" },
		{ "(?<=^|.)", "" },
		{ "(*ACCEPT)", "" },
		{ "(*PRUNE)", "" },
		{ "(?C1)", "" },
		{ "(?C255)", "" },
		{ "()", "" },
		{ "{,2}", "" },
		{ "x{y}", "x{y}" },
		{ "(?(?=kiosk)kiosk|vpn)", "vpn" },
		{ "(?(DEFINE)(?<d>wifi))", "" },
		{ "(?x: a s # ) (\n k ?)", "as" },
		{ "(?x: v p n # ?\n + (ask # )\n) ? )", "vpnn" },
		{ "(?x)", "" },
		{ "(?-x)", "" },
		{ "(?=.*ask)", "ask" },
		{ "(?=.*ask)?", "" },
		{ "(?=.*ask){0}", "" },
	};
	size_t i = below(m, ARRAY_LEN(pieces));

	buf_addz(&m->regex, pieces[i].regex);
	say(m, pieces[i].text);
}

/* Repeats what the text has from `start` on, or takes it away. */
static void make_quantifier(struct maker *m, size_t start)
{
	static const struct {
		const char *regex;
		unsigned min, max;
	} quantifiers[] = {
		{ "?", 0, 1 },	    { "*", 0, 2 },     { "+", 1, 2 },	  { "{0}", 0, 0 },
		{ "{1}", 1, 1 },    { "{2}", 2, 2 },   { "{0,2}", 0, 2 }, { "{1,2}", 1, 2 },
		{ "{2,}", 2, 3 },   { "{0,0}", 0, 0 }, { "{00}", 0, 0 },  { "{0,}", 0, 1 },
		{ "{02,3}", 2, 3 },
	};
	static const char *const greed[] = { "", "", "", "?", "+" };
	size_t i = below(m, ARRAY_LEN(quantifiers));
	unsigned times = quantifiers[i].min + below(m, quantifiers[i].max - quantifiers[i].min + 1);
	CLEANUP(mem_freep) char *once = NULL;
	size_t len = m->text.len - start;

	buf_addf(&m->regex, "%s%s", quantifiers[i].regex, PICK(m, greed));
	once = str_dup(str_make(len > 0 ? m->text.p + start : "", len));
	m->text.len = start;
	while (times-- > 0)
		buf_add(&m->text, str_make(once, len));
}

static void make_branches(struct maker *m);

static void make_group(struct maker *m)
{
	static const char *const openers[] = { "(",    "(",    "(?:",	"(?:", "(?>",	"(?|",
					       "(?i:", "(?s:", "(?-i:", "(?=", "(?<n>", "(?^:" };
	const char *opener = PICK(m, openers);

	buf_addz(&m->regex, opener);
	m->n_groups += str_is(str_from(opener), "(");
	make_branches(m);
	buf_addc(&m->regex, ')');
	if (m->n_groups > 0 && one_in(m, 12))
		buf_addz(&m->regex, one_in(m, 2) ? "(?1)" : "\\1?");
}

static void make_item(struct maker *m)
{
	size_t start = m->text.len;

	if (m->depth < 4 && one_in(m, 3))
		make_group(m);
	else if (one_in(m, 3))
		make_piece(m);
	else
		make_word(m);
	if (one_in(m, 4))
		make_quantifier(m, start);
}

/* The text goes with one of the alternatives. */
static void make_branches(struct maker *m)
{
	unsigned n = one_in(m, 2) ? 1 : 1 + below(m, 3), chosen = below(m, n);

	m->depth++;
	for (unsigned i = 0; i < n; i++) {
		unsigned n_items = one_in(m, 9) ? 0 : 1 + below(m, 3);
		size_t start = m->text.len;

		buf_addz(&m->regex, i > 0 ? "|" : "");
		while (n_items-- > 0)
			make_item(m);
		if (i != chosen)
			m->text.len = start;
	}
	m->depth--;
}

static void make(struct maker *m)
{
	static const char *const starts[] = { "",     "",     "",	"",
					      "(?i)", "(?x)", "(*UCP)", "(?:(?!zz).)*?" };
	static const char *const before[] = { "", "", "please ", "\xFF", "\xE2\x84 " };

	buf_clear(&m->regex);
	buf_clear(&m->text);
	m->n_groups = 0;
	buf_addz(&m->regex, PICK(m, starts));
	buf_addz(&m->text, PICK(m, before));
	make_branches(m);
	if (one_in(m, 3))
		buf_addz(&m->text, " thanks");
}

enum { BATCHES = 40, TEXTS = 50 };

/* Fills the plot with patterns, and gives their texts. */
static void plant_batch(struct maker *m, struct plot *plot, struct buf *texts)
{
	while (plot->n < TEXTS) {
		make(m);
		if (!plot_add(plot, buf_str(&m->regex), one_in(m, 8)))
			continue; /* not all that the maker writes is a pattern */
		buf_clear(&texts[plot->n - 1]);
		buf_add(&texts[plot->n - 1], buf_str(&m->text));
	}
	plot_build(plot);
}

static void test_random_patterns(void)
{
	struct maker m = { .state = unit_seed() };
	struct buf texts[TEXTS];
	size_t n_pairs = 0, n_matches = 0, n_filtered = 0, n_candidates = 0;

	buf_init(&m.regex, 0);
	buf_init(&m.text, 0);
	for (size_t i = 0; i < TEXTS; i++)
		buf_init(&texts[i], 0);
	for (int batch = 0; batch < BATCHES; batch++) {
		struct plot *plot = mem_alloc(sizeof(*plot));

		plot_init(plot);
		plant_batch(&m, plot, texts);
		for (size_t i = 0; i < TEXTS; i++)
			plot_compare(plot, buf_str(&texts[i]));
		n_pairs += plot->n_pairs;
		n_matches += plot->n_matches;
		n_filtered += plot->n_filtered;
		n_candidates += plot->n_candidates;
		plot_deinit(plot);
		free(plot);
	}
	printf("%zu pairs, %zu matches, %zu candidates, %zu of %d patterns with literals ", n_pairs,
	       n_matches, n_candidates, n_filtered, BATCHES * TEXTS);
	CU_ASSERT_TRUE(n_pairs >= 20000);
	CU_ASSERT_TRUE(n_matches > n_pairs / 20);
	CU_ASSERT_TRUE(n_filtered > BATCHES * TEXTS / 10);
	CU_ASSERT_TRUE(n_candidates < n_pairs);
	for (size_t i = 0; i < TEXTS; i++)
		buf_deinit(&texts[i]);
	buf_deinit(&m.regex);
	buf_deinit(&m.text);
}

/* ---- real patterns ---- */

static void each_record(const char *name, void (*on_record)(void *owner, const struct json *record),
			void *owner)
{
	const char *data = getenv("RETORT_DATA") != NULL ? getenv("RETORT_DATA") : "../shared/data";
	CLEANUP(mem_freep) char *line = NULL;
	char path[1024];
	size_t cap = 0;
	ssize_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.jsonl", data, name);
	file = fopen(path, "r");
	while (file != NULL && (len = getline(&line, &cap, file)) > 0) {
		CLEANUP(json_freep) struct json *record = NULL;

		if (json_parse(&record, str_make(line, (size_t)len), NULL) == 0)
			on_record(owner, record);
	}
	if (file != NULL)
		fclose(file);
}

static void on_pattern(void *owner, const struct json *record)
{
	struct str flags = json_str(record, "flags"), letter;
	CLEANUP(buf_deinit) struct buf regex = { 0 };

	for (size_t i = 0; i < flags.len; i++) {
		letter = str_sub(flags, i, i + 1);
		if (str_find_char(STR("imsx"), flags.p[i]) != SIZE_MAX)
			buf_addf(&regex, "%s%.*s", regex.len == 0 ? "(?" : "", STR_ARG(letter));
	}
	buf_addz(&regex, regex.len > 0 ? ")" : "");
	buf_add(&regex, json_str(record, "pattern"));
	plot_add(owner, buf_str(&regex), true);
}

static void on_message(void *owner, const struct json *record)
{
	plot_compare(owner, json_str(record, "text"));
}

static void test_real_patterns(void)
{
	static const char *const files[] = { "regex/autoresponders", "regex/flottbot",
					     "regex/hubot", "regex/spamassassin",
					     "regex/corpus-regexlib" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct plot *plot = mem_alloc(sizeof(*plot));

		plot_init(plot);
		each_record(files[i], on_pattern, plot);
		plot_build(plot);
		each_record("chat-sample-2000", on_message, plot);
		if (plot->n > 0)
			printf("\n  %s: %zu patterns, %zu with literals, %zu pairs, %zu matches, "
			       "%zu candidates ",
			       files[i], plot->n, plot->n_filtered, plot->n_pairs, plot->n_matches,
			       plot->n_candidates);
		plot_deinit(plot);
		free(plot);
	}
}

/* ---- memory ---- */

/* The sanitizer calls this for every allocation. */
void __sanitizer_malloc_hook(const volatile void *p, size_t size);

static size_t n_allocations;

void __sanitizer_malloc_hook(const volatile void *p, size_t size)
{
	(void)p;
	(void)size;
	n_allocations++;
}

static void test_finding_allocates_nothing(void)
{
	const struct str text = STR("the kiosk has no vpn");
	uint64_t bits[1];
	struct prefilter *f = prefilter_new(8);
	size_t before = n_allocations;

	add(f, 0, "kiosk vpn");
	prefilter_build(f);
	CU_ASSERT_TRUE(n_allocations > before); /* the hook does count */
	before = n_allocations;
	for (int i = 0; i < 100; i++)
		prefilter_find(f, &text, 1, bits);
	CU_ASSERT_EQUAL(n_allocations, before);
	prefilter_free(f);
}

UNIT_MAIN("prefilter", { "literals within literals", test_literals_within_literals },
	  { "several texts", test_several_texts },
	  { "one rule in several ways", test_one_rule_in_several_ways },
	  { "no rules", test_no_rules },
	  { "hits are looked at once", test_hits_are_looked_at_once },
	  { "memory is bounded", test_memory_is_bounded },
	  { "random patterns", test_random_patterns }, { "real patterns", test_real_patterns },
	  { "finding allocates nothing", test_finding_allocates_nothing })
