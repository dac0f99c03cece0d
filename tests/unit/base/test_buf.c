/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "lib/unit.h"

static void test_pieces_add_up(void)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };

	ASSERT_STR(buf_str(&b), "");
	buf_add(&b, STR("one"));
	buf_addc(&b, ',');
	buf_addz(&b, "two");
	buf_addf(&b, ",%d", 3);
	buf_add(&b, str_make(NULL, 0));
	ASSERT_STR(buf_str(&b), "one,two,3");
	CU_ASSERT_FALSE(b.bad);
}

static void test_zero_bytes_are_kept(void)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };

	buf_add(&b, STR("a\0b"));
	CU_ASSERT_EQUAL(b.len, 3);
	CU_ASSERT_TRUE(str_eq(buf_str(&b), STR("a\0b")));
}

static void test_it_is_full_exactly_at_its_bound(void)
{
	CLEANUP(buf_deinit) struct buf b;

	buf_init(&b, 10);
	buf_addf(&b, "%s", "0123456789");
	CU_ASSERT_FALSE(b.bad);
	buf_addc(&b, 'x');
	CU_ASSERT_TRUE(b.bad);
	ASSERT_STR(buf_str(&b), "0123456789");
}

/* The NUL that formatting writes needs a byte of its own, also where the memory would just do. */
static void test_formatting_at_every_length(void)
{
	char x[300];

	memset(x, 'x', sizeof(x));
	for (int len = 0; len < (int)sizeof(x); len++) {
		CLEANUP(buf_deinit) struct buf b = { 0 };

		buf_addf(&b, "%.*s", len, x);
		CU_ASSERT_EQUAL_FATAL(b.len, (size_t)len);
	}
}

static void test_bad_sticks_until_cleared(void)
{
	CLEANUP(buf_deinit) struct buf b;

	buf_init(&b, 4);
	buf_addz(&b, "too long");
	buf_addz(&b, "ok");
	CU_ASSERT_TRUE(b.bad);
	CU_ASSERT_PTR_NULL(buf_room(&b, 1));
	ASSERT_STR(buf_str(&b), "");
	buf_clear(&b);
	buf_addz(&b, "ok");
	CU_ASSERT_FALSE(b.bad);
	ASSERT_STR(buf_str(&b), "ok");
}

static void test_a_huge_piece_does_not_wrap(void)
{
	CLEANUP(buf_deinit) struct buf b;

	buf_init(&b, 100);
	buf_addc(&b, 'a');
	CU_ASSERT_PTR_NULL(buf_room(&b, SIZE_MAX));
	CU_ASSERT_TRUE(b.bad);
}

static void test_room_is_the_callers_to_fill(void)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };
	char *room;

	buf_addc(&b, '<');
	room = buf_room(&b, 5000);
	CU_ASSERT_PTR_NOT_NULL(room);
	if (room == NULL)
		return;
	memset(room, 'x', 5000);
	CU_ASSERT_EQUAL(b.len, 1);
	b.len += 5000;
	CU_ASSERT_TRUE(str_starts(buf_str(&b), "<xxx"));
	CU_ASSERT_EQUAL(buf_str(&b).len, 5001);
}

static void test_consume_drops_the_front(void)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };

	buf_consume(&b, 3);
	buf_addz(&b, "hello");
	buf_consume(&b, 0);
	buf_consume(&b, 2);
	ASSERT_STR(buf_str(&b), "llo");
	buf_consume(&b, 99);
	ASSERT_STR(buf_str(&b), "");
}

static void test_take_hands_the_text_over(void)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };
	CLEANUP(mem_freep) char *full = NULL;
	CLEANUP(mem_freep) char *empty = NULL;

	empty = buf_take(&b);
	CU_ASSERT_STRING_EQUAL(empty, "");
	buf_addz(&b, "text");
	full = buf_take(&b);
	CU_ASSERT_STRING_EQUAL(full, "text");
	buf_addz(&b, "again");
	ASSERT_STR(buf_str(&b), "again");
}

static void test_deinit_twice_is_fine(void)
{
	struct buf b = { 0 };

	buf_deinit(&b);
	buf_addz(&b, "usable");
	ASSERT_STR(buf_str(&b), "usable");
	buf_deinit(&b);
	buf_deinit(&b);
}

static void check_shown(struct str text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };

	buf_add_shown(&b, text);
	ASSERT_STR(buf_str(&b), wanted);
}

static void test_control_characters_are_shown(void)
{
	check_shown(STR("a\n\x1b[2J\x7f\0z"), "a\\x0A\\x1B[2J\\x7F\\x00z");
	check_shown(STR("\xC2\x9B"
			"31m\xC2\xA0\xC3\xA9"),
		    "\\x9B31m\xC2\xA0\xC3\xA9");
	check_shown(STR("cut \xC2"), "cut \xC2");
	check_shown(STR(""), "");
}

static void percent(struct str text, const char *wanted)
{
	struct buf b = { 0 };

	buf_add_percent(&b, text);
	ASSERT_STR(buf_str(&b), wanted);
	buf_deinit(&b);
}

static void test_parts_of_addresses(void)
{
	percent(STR(""), "");
	percent(STR("azAZ09-._~"), "azAZ09-._~");
	percent(STR("a b/c?d=e&f+%"), "a%20b%2Fc%3Fd%3De%26f%2B%25");
	percent(STR("\u00e9\n"), "%C3%A9%0A");
	percent(STR("\n\0x"), "%0A%00x");
}

UNIT_MAIN("buf", { "pieces add up", test_pieces_add_up },
	  { "zero bytes are kept", test_zero_bytes_are_kept },
	  { "it is full exactly at its bound", test_it_is_full_exactly_at_its_bound },
	  { "formatting at every length", test_formatting_at_every_length },
	  { "bad sticks until cleared", test_bad_sticks_until_cleared },
	  { "a huge piece does not wrap", test_a_huge_piece_does_not_wrap },
	  { "room is the caller's to fill", test_room_is_the_callers_to_fill },
	  { "consume drops the front", test_consume_drops_the_front },
	  { "take hands the text over", test_take_hands_the_text_over },
	  { "deinit twice is fine", test_deinit_twice_is_fine },
	  { "control characters are shown", test_control_characters_are_shown },
	  { "parts of addresses", test_parts_of_addresses })
