/* SPDX-License-Identifier: MIT */
/* What the engine remembers, how much of it, and that all of it comes back from its rows. */
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "engine/state.h"
#include "lib/unit.h"

static const struct wall NOON = { 1767787200000 };
enum { HOUR = 3600 * 1000 };

static struct wall later(int64_t ms)
{
	return (struct wall){ NOON.ms + ms };
}

/* Each case is played where nothing is noted, and where everything is. */
static void each(void (*play)(struct state *s))
{
	for (int noted = 0; noted < 2; noted++) {
		struct batch batch;
		struct state s;

		batch_init(&batch);
		state_init(&s, noted ? &batch : NULL);
		play(&s);
		state_deinit(&s);
		batch_clear(&batch);
	}
}

static bool claim(struct state *s, const char *key, struct wall at)
{
	return state_claim(s, str_from(key), at);
}

/* ---- claims ---- */

static void claims_once(struct state *s)
{
	CU_ASSERT_TRUE(claim(s, "m:T1:C1:1.0", NOON));
	CU_ASSERT_FALSE(claim(s, "m:T1:C1:1.0", NOON));
	CU_ASSERT_TRUE(claim(s, "m:T1:C1:2.0", NOON));
	CU_ASSERT_FALSE(claim(s, "m:T1:C1:1.0", later(25LL * HOUR)));
	CU_ASSERT_TRUE(claim(s, "m:T1:C1:1.0", later(27LL * HOUR)));
	/* A key with a NUL in it is found again, too, and forgotten. */
	CU_ASSERT_TRUE(state_claim(s, str_make("a\0b", 3), NOON));
	CU_ASSERT_FALSE(state_claim(s, str_make("a\0b", 3), NOON));
	CU_ASSERT_TRUE(state_claim(s, str_make("a\0b", 3), later(365LL * 24 * HOUR)));
}

static void test_claim_is_new_once_a_day(void)
{
	each(claims_once);
}

static void claims_bounded(struct state *s)
{
	char key[32];

	for (int i = 0; i <= STATE_MAX_SEEN; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		CU_ASSERT_TRUE_FATAL(claim(s, key, NOON));
	}
	CU_ASSERT_FALSE(claim(s, key, NOON));
	CU_ASSERT_TRUE(claim(s, "k0", NOON));
}

static void test_claims_forget_the_oldest_when_full(void)
{
	each(claims_bounded);
}

/* ---- limits ---- */

static void window_rolls(struct state *s)
{
	const struct state_limit limit = { STR("l"), 2, 10000 };

	CU_ASSERT_TRUE(state_spend(s, &limit, 1, NOON));
	CU_ASSERT_TRUE(state_spend(s, &limit, 1, later(6000)));
	CU_ASSERT_FALSE(state_spend(s, &limit, 1, later(9999)));
	CU_ASSERT_TRUE(state_spend(s, &limit, 1, later(10000)));
	CU_ASSERT_FALSE(state_spend(s, &limit, 1, later(15999)));
	CU_ASSERT_TRUE(state_spend(s, &limit, 1, later(16000)));
}

static void test_limit_window_rolls(void)
{
	each(window_rolls);
}

static void limit_for_ever(struct state *s)
{
	const struct state_limit limit = { STR("l"), 1, 0 };
	const struct state_limit never = { STR("n"), 0, 0 };

	CU_ASSERT_TRUE(state_spend(s, &limit, 1, NOON));
	CU_ASSERT_FALSE(state_spend(s, &limit, 1, later(400LL * 24 * HOUR)));
	CU_ASSERT_FALSE(state_spend(s, &never, 1, NOON));
}

static void test_limit_without_window_is_for_ever(void)
{
	each(limit_for_ever);
}

static void limits_together(struct state *s)
{
	const struct state_limit wide = { STR("wide"), 2, 0 };
	const struct state_limit both[] = { { STR("wide"), 2, 0 }, { STR("narrow"), 1, 0 } };

	CU_ASSERT_TRUE(state_spend(s, both, 2, NOON));
	CU_ASSERT_FALSE(
		state_spend(s, both, 2, NOON)); /* narrow is used up: wide must not be spent */
	CU_ASSERT_TRUE(state_spend(s, &wide, 1, NOON));
	CU_ASSERT_FALSE(state_spend(s, &wide, 1, NOON));
}

static void test_limits_are_spent_together_or_not_at_all(void)
{
	each(limits_together);
}

static void clock_set_back(struct state *s)
{
	const struct state_limit limit = { STR("l"), 1, 10000 };

	CU_ASSERT_TRUE(state_spend(s, &limit, 1, later(HOUR)));
	CU_ASSERT_TRUE(state_spend(s, &limit, 1, NOON));
	CU_ASSERT_FALSE(state_spend(s, &limit, 1, later(5000)));
}

static void test_limit_is_no_longer_than_its_period_when_the_clock_goes_back(void)
{
	each(clock_set_back);
}

static void limits_bounded(struct state *s)
{
	char key[32] = "";
	struct state_limit limit = { .count = 1 };

	for (int i = 0; i <= SPENDINGS_MAX; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		limit.key = str_from(key);
		CU_ASSERT_TRUE_FATAL(state_spend(s, &limit, 1, NOON));
	}
	CU_ASSERT_FALSE(state_spend(s, &limit, 1, NOON));
	limit.key = STR("k0"); /* spent longest ago */
	CU_ASSERT_TRUE(state_spend(s, &limit, 1, NOON));
}

static void test_limits_forget_what_was_spent_longest_ago(void)
{
	each(limits_bounded);
}

/* Rows of the first version do not say how long a limit lasts. */
static void limits_of_old_rows(struct state *s)
{
	struct state_limit limit = { STR("old"), 1, 3000 };
	char key[32];

	CU_ASSERT_TRUE(state_load(s, STORE_LIMIT, STR("old\n0"), STR("[1000,0,1]")));
	state_loaded(s);
	CU_ASSERT_TRUE(state_spend(s, &limit, 1, NOON));
	for (int i = 0; i < 2000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		limit.key = str_from(key);
		CU_ASSERT_TRUE_FATAL(state_spend(s, &limit, 1, later(2 * HOUR)));
	}
	CU_ASSERT_PTR_NULL(map_get(&s->spendings.limits, STR("old")));
}

static void test_limits_of_old_rows_are_forgotten_too(void)
{
	each(limits_of_old_rows);
}

static void limits_over(struct state *s)
{
	const struct state_limit for_ever = { STR("ever"), 1, 0 };
	char key[32] = "";
	struct state_limit limit = { .count = 1, .window_ms = HOUR };

	CU_ASSERT_TRUE(state_spend(s, &for_ever, 1, NOON));
	for (int i = 0; i < 20000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		limit.key = str_from(key);
		CU_ASSERT_TRUE_FATAL(state_spend(s, &limit, 1, later(i * 10000)));
	}
	/* Of the last two hours are 720, and not each spending looks. */
	CU_ASSERT_TRUE(s->spendings.limits.n < 2000);
	CU_ASSERT_FALSE(state_spend(s, &limit, 1, later(20000 * 10000)));
	CU_ASSERT_FALSE(state_spend(s, &for_ever, 1, later(20000 * 10000)));
}

static void test_limits_that_are_over_are_forgotten(void)
{
	each(limits_over);
}

/* ---- variables ---- */

#define VARIABLE_IS(key, wanted)                                                                  \
	do {                                                                                      \
		struct str seen_ = state_variable(s, STR(key));                                   \
		unit_str_is(seen_.p != NULL ? seen_ : STR("(none)"), wanted, __FILE__, __LINE__); \
	} while (0)

static bool set(struct state *s, const char *key, const char *value)
{
	return state_set_variable(s, SHARE_NOBODY, str_from(key), str_from(value));
}

static void variables_kept(struct state *s)
{
	VARIABLE_IS("k", "(none)");
	CU_ASSERT_TRUE(set(s, "k", "one"));
	VARIABLE_IS("k", "one");
	CU_ASSERT_TRUE(set(s, "k", "two"));
	VARIABLE_IS("k", "two");
	CU_ASSERT_TRUE(state_set_variable(s, SHARE_NOBODY, STR("k"),
					  state_variable(s, STR("k")))); /* itself */
	VARIABLE_IS("k", "two");
	VARIABLE_IS("K", "(none)");
	VARIABLE_IS("k2", "(none)");
	CU_ASSERT_TRUE(set(s, "k", ""));
	VARIABLE_IS("k", "(none)");
	CU_ASSERT_TRUE(set(s, "k", "")); /* twice is fine */
	CU_ASSERT_TRUE(set(s, "k", "three"));
	VARIABLE_IS("k", "three");
}

static void test_variables_are_kept_and_forgotten(void)
{
	each(variables_kept);
}

static void numbers_added(struct state *s)
{
	CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("n"), 1));
	VARIABLE_IS("n", "1");
	CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("n"), 1));
	VARIABLE_IS("n", "2");
	CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("n"), -5));
	VARIABLE_IS("n", "-3");
	CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("n"), 0.5));
	VARIABLE_IS("n", "-2.5");
	CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("n"), 2.5));
	VARIABLE_IS("n", "0");
	CU_ASSERT_TRUE(set(s, "n", "41"));
	CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("n"), 1));
	VARIABLE_IS("n", "42");
	CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("big"), 123456789012.0));
	VARIABLE_IS("big", "123456789012");
	for (int i = 0; i < 3; i++)
		CU_ASSERT_TRUE(state_add(s, SHARE_NOBODY, STR("tenth"), 0.1));
	VARIABLE_IS("tenth", "0.3");
}

static void test_numbers_are_added(void)
{
	each(numbers_added);
}

static void no_numbers(struct state *s)
{
	static const char *const texts[] = {
		"x", "1x", "x1", "1 2", "nan", "inf", "-inf", "-", "\x01@U1\x01@ana", "1e999"
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CU_ASSERT_TRUE(set(s, "n", texts[i]));
		CU_ASSERT_FALSE(state_add(s, SHARE_NOBODY, STR("n"), 1));
		ASSERT_STR(state_variable(s, STR("n")), texts[i]); /* as it was */
	}
	CU_ASSERT_TRUE(set(s, "n", "1e308"));
	CU_ASSERT_FALSE(state_add(s, SHARE_NOBODY, STR("n"), 1.7e308));
	VARIABLE_IS("n", "1e308");
}

static void test_what_is_no_number_is_not_added_to(void)
{
	each(no_numbers);
}

static void long_values(struct state *s)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	while (text.len < STATE_MAX_VALUE)
		buf_addc(&text, 'x');
	CU_ASSERT_TRUE(state_set_variable(s, SHARE_NOBODY, STR("k"), buf_str(&text)));
	buf_addc(&text, 'x');
	CU_ASSERT_FALSE(state_set_variable(s, SHARE_NOBODY, STR("k"), buf_str(&text)));
	CU_ASSERT_EQUAL(state_variable(s, STR("k")).len, STATE_MAX_VALUE);
	CU_ASSERT_FALSE(state_set_variable(s, SHARE_NOBODY, STR("new"), buf_str(&text)));
	VARIABLE_IS("new", "(none)");
	CU_ASSERT_TRUE(set(s, "k", "short"));
	VARIABLE_IS("k", "short");
}

static void test_values_have_a_longest_length(void)
{
	each(long_values);
}

static void variables_bounded(struct state *s)
{
	char key[32];

	for (int i = 0; i < STATE_MAX_VALUES; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		CU_ASSERT_TRUE_FATAL(set(s, key, "v"));
	}
	CU_ASSERT_FALSE(set(s, "one more", "v"));
	CU_ASSERT_FALSE(state_add(s, SHARE_NOBODY, STR("one more"), 1));
	CU_ASSERT_TRUE(set(s, "k5", "w")); /* those that are there may change */
	VARIABLE_IS("k5", "w");
	state_set_posted(s, SHARE_NOBODY, STR("posted"), STR("[]"), NOON); /* has room of its own */
	ASSERT_STR(state_posted(s, STR("posted"), NOON), "[]");
	CU_ASSERT_TRUE(set(s, "k6", ""));
	CU_ASSERT_TRUE(set(s, "one more", "v"));
}

static void test_variables_are_bounded(void)
{
	struct state s;

	state_init(&s, NULL);
	variables_bounded(&s);
	state_deinit(&s);
}

/* ---- counts and turns ---- */

static void numbers_kept(struct state *s)
{
	CU_ASSERT_EQUAL(state_count(s, STR("a")), 0);
	CU_ASSERT_EQUAL(state_count_up(s, STR("a")), 1);
	CU_ASSERT_EQUAL(state_count_up(s, STR("a")), 2);
	CU_ASSERT_EQUAL(state_count(s, STR("a")), 2);
	CU_ASSERT_EQUAL(state_count(s, STR("b")), 0);
	CU_ASSERT_EQUAL(state_turn(s, STR("a:0")), -1);
	state_set_turn(s, STR("a:0"), 0);
	CU_ASSERT_EQUAL(state_turn(s, STR("a:0")), 0);
	state_set_turn(s, STR("a:0"), 3);
	CU_ASSERT_EQUAL(state_turn(s, STR("a:0")), 3);
	CU_ASSERT_EQUAL(state_turn(s, STR("a:1")), -1);
}

static void test_counts_and_turns_are_kept(void)
{
	each(numbers_kept);
}

/* ---- what was posted ---- */

static const int64_t WEEK = 7LL * 24 * HOUR;

#define POSTED_IS(key, at, wanted)                                                                \
	do {                                                                                      \
		struct str seen_ = state_posted(s, STR(key), at);                                 \
		unit_str_is(seen_.p != NULL ? seen_ : STR("(none)"), wanted, __FILE__, __LINE__); \
	} while (0)

static void posted_passes(struct state *s)
{
	state_set_posted(s, SHARE_NOBODY, STR("k"), STR("one"), NOON);
	POSTED_IS("k", later(WEEK - 1), "one");
	state_set_posted(s, SHARE_NOBODY, STR("k"), STR("two"), later(WEEK - 1)); /* anew */
	POSTED_IS("k", later(2 * WEEK - 2), "two");
	POSTED_IS("k", later(2 * WEEK - 1), "(none)");
	POSTED_IS("k", NOON, "(none)"); /* gone is gone */
	state_set_posted(s, SHARE_NOBODY, STR("k"), STR("three"), NOON);
	state_set_posted(s, SHARE_NOBODY, STR("k"), STR_EMPTY, NOON);
	POSTED_IS("k", NOON, "(none)");
	state_set_posted(s, SHARE_NOBODY, STR("k"), STR_EMPTY, NOON); /* twice is fine */
}

static void test_what_was_posted_is_kept_for_a_week(void)
{
	each(posted_passes);
}

static void posted_of_a_clock_set_back(struct state *s)
{
	state_set_posted(s, SHARE_NOBODY, STR("k"), STR("one"), later(HOUR));
	POSTED_IS("k", NOON, "one");
	state_set_posted(s, SHARE_NOBODY, STR("k2"), STR("two"), NOON);
	POSTED_IS("k2", later(WEEK), "(none)"); /* an older one in front of it or not */
	POSTED_IS("k", later(HOUR + WEEK), "(none)");
}

static void test_what_was_posted_passes_although_the_clock_goes_back(void)
{
	each(posted_of_a_clock_set_back);
}

static void posted_bounded(struct state *s)
{
	char key[32];

	for (int i = 0; i <= STATE_MAX_POSTED; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		state_set_posted(s, SHARE_NOBODY, str_from(key), STR("v"), NOON);
	}
	POSTED_IS("k0", NOON, "(none)"); /* the one set longest ago */
	POSTED_IS("k1", NOON, "v");
	ASSERT_STR(state_posted(s, str_from(key), NOON), "v");
}

static void test_what_was_posted_is_bounded(void)
{
	each(posted_bounded);
}

/* ---- back from the rows ---- */

/* The rows of all batches, as a store would give them: one a key, in an order of its own. */
struct rows {
	struct map tables[N_STORE_TABLES];
};

static void rows_take(struct rows *r, struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		const struct batch_row *row = &batch->rows[i];
		struct map *table = &r->tables[row->table];

		if (row->value.p != NULL)
			free(map_set(table, row->key, str_dup(row->value)));
		else
			free(map_remove(table, row->key));
	}
	batch_clear(batch);
}

static void rows_give(const struct rows *r, struct state *s)
{
	for (size_t i = 0; i < N_STORE_TABLES; i++) {
		struct map_entry *at = NULL;
		struct str key;
		void *value;

		while (map_next(&r->tables[i], &at, &key, &value)) {
			CU_ASSERT_TRUE(state_load(s, (enum store_table)i, key, str_from(value)));
		}
	}
	state_loaded(s);
}

/* One change, chosen by the number; gives what it answered. */
static int64_t change(struct state *s, unsigned r, struct wall now)
{
	char key[16];
	struct str k;
	struct state_limit limits[2];
	bool is_new;

	snprintf(key, sizeof(key), "k%u\n%u", r / 8 % 5, r / 40 % 3);
	k = str_from(key);
	limits[0] = (struct state_limit){ k, 1 + r / 8 % 5, 3000 };
	limits[1] = (struct state_limit){ STR("all"), 7, 5000 };
	switch (r % 8) {
	case 0:
		is_new = state_claim(s, k, now);
		state_note_claim(s, k);
		return is_new;
	case 1:
	case 2:
		return state_spend(s, limits, 1 + r / 120 % 2, now);
	case 3:
		return state_set_variable(s, SHARE_NOBODY, k,
					  r / 120 % 3 == 0 ? STR_EMPTY : STR("a \"\x01\xC3\xA9"));
	case 4:
		return state_add(s, SHARE_NOBODY, k, r / 120 % 7);
	case 5:
		return state_count_up(s, k);
	case 6:
		state_set_turn(s, k, state_turn(s, k) + 1);
		return state_turn(s, k);
	default:
		state_set_posted(s, SHARE_NOBODY, k,
				 r / 120 % 3 == 0 ? STR_EMPTY : STR("[{\"a\":\"b\"}]"), now);
		return (int64_t)state_posted(s, k, now).len;
	}
}

/* A state that is loaded from rows at any point goes on like the one that never ended. */
static void test_a_state_comes_back_from_its_rows(void)
{
	unsigned seed = unit_seed();

	for (unsigned round = 0; round < 100; round++) {
		struct rows rows = { 0 };
		struct batch batch;
		struct state one, other;
		struct wall now = NOON;

		srand(seed + round);
		batch_init(&batch);
		state_init(&one, NULL);
		state_init(&other, &batch);
		for (int i = 0; i < 400; i++) {
			unsigned r = (unsigned)rand();

			now.ms += r / 1024 % 900;
			if (r / 1024 % 97 == 0)
				now.ms -= 2500;
			CU_ASSERT_EQUAL_FATAL(change(&one, r, now), change(&other, r, now));
			rows_take(&rows, &batch);
			if (r / 1024 % 31 != 0)
				continue;
			state_deinit(&other);
			state_init(&other, NULL);
			rows_give(&rows, &other);
			other.batch = &batch;
		}
		state_deinit(&one);
		state_deinit(&other);
		batch_clear(&batch);
		for (size_t i = 0; i < N_STORE_TABLES; i++)
			map_deinit(&rows.tables[i], free);
	}
}

/* What is forgotten for want of room leaves no row behind. */
static void test_what_is_forgotten_is_dropped(void)
{
	struct batch batch;
	struct state s;
	struct state_limit limit = { STR("l"), 3, 0 };

	batch_init(&batch);
	state_init(&s, &batch);
	claim(&s, "nothing came of it", NOON);
	CU_ASSERT_EQUAL(batch.n, 0);
	claim(&s, "old", NOON);
	state_note_claim(&s, STR("old"));
	state_note_claim(&s, STR("old")); /* once */
	state_note_claim(&s, STR("unheard of"));
	state_spend(&s, &limit, 1, NOON);
	state_spend(&s, &limit, 1, NOON);
	CU_ASSERT_EQUAL(batch.n, 3); /* a row a spending */
	batch_clear(&batch);
	claim(&s, "new", later(27LL * HOUR));
	CU_ASSERT_EQUAL_FATAL(batch.n, 1);
	CU_ASSERT_PTR_NULL(batch.rows[0].value.p);
	ASSERT_STR(batch.rows[0].key, "old");
	batch_clear(&batch);
	state_deinit(&s);
	batch_clear(&batch);
}

static void test_rows_of_another_kind_are_refused(void)
{
	static const struct {
		enum store_table table;
		const char *key, *value;
	} rows[] = {
		{ STORE_SEEN, "k", "x" },
		{ STORE_SEEN, "k", "" },
		{ STORE_COUNT, "k", "\"1\"" },
		{ STORE_TURN, "k", "{}" },
		{ STORE_VARIABLE, "k", "x" },
		{ STORE_VARIABLE, "k", "7" },
		{ STORE_POSTED, "k", "[]" },
		{ STORE_POSTED, "k", "{\"at\":1}" },
		{ STORE_LIMIT, "k", "[1,0,1]" },
		{ STORE_LIMIT, "k\n", "[1,0,1]" },
		{ STORE_LIMIT, "k\n5", "[1,0,1]" },
		{ STORE_LIMIT, "k\n-1", "[1,0,1]" },
		{ STORE_LIMIT, "k\n0", "[1,0,0]" },
		{ STORE_LIMIT, "k\n0", "[1,1,2]" },
		{ STORE_LIMIT, "k\n0", "x" },
		{ STORE_RUN, "1", "{}" },
		{ STORE_JOB, "1", "{}" },
		/* Times that nobody can reckon with, and more than any rule may say. */
		{ STORE_SEEN, "k", "-9223372036854775808" },
		{ STORE_SEEN, "k", "9223372036854775807" },
		{ STORE_POSTED, "k", "{\"text\":\"x\",\"at\":-9223372036854775808}" },
		{ STORE_LIMIT, "k\n0", "[-9223372036854775808,0,1]" },
		{ STORE_LIMIT, "k\n0", "[1,0,1,9223372036854775807]" },
		{ STORE_LIMIT, "k\n4000000000", "[1,4000000000,4000000001]" },
	};
	struct state s;

	state_init(&s, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CU_ASSERT_FALSE(state_load(&s, rows[i].table, str_from(rows[i].key),
					   str_from(rows[i].value)));
	CU_ASSERT_TRUE(state_load(&s, STORE_SEEN, STR("k"), STR("1")));
	CU_ASSERT_FALSE(state_load(&s, STORE_SEEN, STR("k"), STR("1"))); /* each row once */
	state_loaded(&s);
	state_deinit(&s);
}

/* What was answered is known for as long as it may come again, however much else is heard. */
static void test_what_is_only_heard_pushes_out_nothing_done(void)
{
	struct state s;
	struct wall now = { 1000 };
	char key[32];

	state_init(&s, NULL);
	CU_ASSERT_TRUE(state_claim(&s, STR("answered"), now));
	state_note_claim(&s, STR("answered"));
	CU_ASSERT_TRUE(state_claim(&s, STR("heard"), now));
	for (int i = 0; i < STATE_MAX_SEEN + 10; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		state_claim(&s, str_from(key), now);
	}
	CU_ASSERT_FALSE(state_claim(&s, STR("answered"), now));
	CU_ASSERT_TRUE(state_claim(&s, STR("heard"), now));
	CU_ASSERT_TRUE(s.seen.n <= STATE_MAX_SEEN + 1);
	now.ms += 27LL * 3600 * 1000;
	CU_ASSERT_TRUE(state_claim(&s, STR("answered"), now));
	state_deinit(&s);
}

UNIT_MAIN("state",
	  { "limits of old rows are forgotten too", test_limits_of_old_rows_are_forgotten_too },
	  { "claim is new once a day", test_claim_is_new_once_a_day },
	  { "claims forget the oldest when full", test_claims_forget_the_oldest_when_full },
	  { "limit window rolls", test_limit_window_rolls },
	  { "limit without window is for ever", test_limit_without_window_is_for_ever },
	  { "limits are spent together or not at all",
	    test_limits_are_spent_together_or_not_at_all },
	  { "limit is no longer than its period when the clock goes back",
	    test_limit_is_no_longer_than_its_period_when_the_clock_goes_back },
	  { "limits forget what was spent longest ago",
	    test_limits_forget_what_was_spent_longest_ago },
	  { "limits that are over are forgotten", test_limits_that_are_over_are_forgotten },
	  { "variables are kept and forgotten", test_variables_are_kept_and_forgotten },
	  { "numbers are added", test_numbers_are_added },
	  { "what is no number is not added to", test_what_is_no_number_is_not_added_to },
	  { "values have a longest length", test_values_have_a_longest_length },
	  { "variables are bounded", test_variables_are_bounded },
	  { "counts and turns are kept", test_counts_and_turns_are_kept },
	  { "what was posted is kept for a week", test_what_was_posted_is_kept_for_a_week },
	  { "what was posted passes although the clock goes back",
	    test_what_was_posted_passes_although_the_clock_goes_back },
	  { "what was posted is bounded", test_what_was_posted_is_bounded },
	  { "a state comes back from its rows", test_a_state_comes_back_from_its_rows },
	  { "what is forgotten is dropped", test_what_is_forgotten_is_dropped },
	  { "rows of another kind are refused", test_rows_of_another_kind_are_refused },
	  { "what is only heard pushes out nothing done",
	    test_what_is_only_heard_pushes_out_nothing_done })
