/* SPDX-License-Identifier: MIT */
#include "lib/feed.h"

#include "base/buf.h"
#include "base/mem.h"
#include "lib/unit.h"

static void check(struct feed *feed, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct str piece;

	while (feed_next(feed, &piece))
		buf_addf(&seen, "(%.*s)", STR_ARG(piece));
	ASSERT_STR(buf_str(&seen), wanted);
	feed_deinit(feed);
}

static void test_the_script_decides_the_pieces(void)
{
	static const size_t sizes[] = { 2, 0, 5 };
	struct feed feed;

	feed_init_odd(&feed, STR("abcdefgh"));
	check(&feed, "(a)(bcd)(ef)(g)(h)");
	feed_init(&feed, STR("abcdefghijk"), sizes, ARRAY_LEN(sizes));
	check(&feed, "(ab)()(cdefg)(hi)()(jk)");
	feed_init_odd(&feed, STR(""));
	check(&feed, "");
}

static void test_one_cut_gives_two_pieces(void)
{
	struct feed feed;

	feed_init_cut(&feed, STR("abcd"), 3);
	check(&feed, "(abc)(d)");
	feed_init_cut(&feed, STR("abcd"), 0);
	check(&feed, "()(abcd)");
	feed_init_cut(&feed, STR("abcd"), 4);
	check(&feed, "(abcd)");
}

UNIT_MAIN("feed", { "the script decides the pieces", test_the_script_decides_the_pieces },
	  { "one cut gives two pieces", test_one_cut_gives_two_pieces })
