/* SPDX-License-Identifier: MIT */
#include "lib/feed.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

void feed_init(struct feed *feed, struct str text, const size_t *sizes, size_t n_sizes)
{
	*feed = (struct feed){ .rest = text, .sizes = sizes, .n_sizes = n_sizes };
}

void feed_init_odd(struct feed *feed, struct str text)
{
	static const size_t sizes[] = { 1, 3, 2 };

	feed_init(feed, text, sizes, ARRAY_LEN(sizes));
}

void feed_init_cut(struct feed *feed, struct str text, size_t cut)
{
	feed_init(feed, text, feed->cut, ARRAY_LEN(feed->cut));
	feed->cut[0] = cut;
	feed->cut[1] = text.len;
}

void feed_deinit(struct feed *feed)
{
	free(feed->piece);
	feed->piece = NULL;
}

bool feed_next(struct feed *feed, struct str *piece)
{
	size_t n;

	if (feed->rest.len == 0)
		return false;
	n = feed->sizes[feed->at++ % feed->n_sizes];
	if (n > feed->rest.len)
		n = feed->rest.len;
	free(feed->piece);
	feed->piece = mem_alloc(n);
	memcpy(feed->piece, feed->rest.p, n);
	feed->rest = str_sub(feed->rest, n, feed->rest.len);
	*piece = str_make(feed->piece, n);
	return true;
}
