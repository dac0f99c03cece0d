/* SPDX-License-Identifier: MIT */
/*
 * Files of time zones, and the rules that $TZ may hold: what is taken has changes that follow each other, offsets that
 * exist on earth, and a way back from each time that a clock shows.
 */
#include <stdlib.h>
#include "base/mem.h"
#include "calendar/tzfile.h"
#include "calendar/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 40, EAST_MAX_S = 26 * HOUR_S, RULE_MAX = 100, STARTS_MAX = 12 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int64_t second_of(struct wall at)
{
	return floor_div(at.ms, 1000);
}

/* The first moment at which a clock shows that time or a later one. */
static void check_way_back(const struct zone *z, struct wall at)
{
	int64_t local = zone_local(z, at);
	struct wall back = zone_wall_of_local(z, local), before = { back.ms - 1000 };

	must(second_of(back) <= second_of(at));
	must(zone_local(z, back) >= local);
	must(zone_local(z, before) < local);
}

static void check_text(const struct zone *z, struct wall at)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	zone_format(z, at, STR("%a %A %b %B %D %e %F %H %I %j %p %R %s %S %T %u %y %Y %z %Z %%"),
		    &out);
	for (size_t i = 0; i < out.len; i++)
		must(out.p[i] >= ' ' && out.p[i] <= '~');
}

/* From change to change. */
static void walk(const struct zone *z, struct wall at)
{
	for (int i = 0; i < STEPS; i++) {
		struct wall until;
		int offset = zone_offset(z, at, &until);

		must(offset >= -EAST_MAX_S && offset <= EAST_MAX_S);
		must(zone_local(z, at) == second_of(at) + offset);
		check_way_back(z, at);
		check_text(z, at);
		must(until.ms > at.ms);
		if (until.ms == INT64_MAX)
			return;
		must(zone_offset(z, (struct wall){ until.ms - 1 }, NULL) == offset);
		at = until;
	}
}

static void check_zone(const struct zone *z)
{
	static const int64_t starts[] = { INT64_MIN / 4,  INT64_MAX / 4, 0,	      1767787200000,
					  -2208988800000, 4102444800000, 951782400000 };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		walk(z, (struct wall){ starts[i] });
	for (size_t i = 0; i < z->n_moments && i < STARTS_MAX; i++) {
		if (z->moments[i] > INT64_MIN / 4000 && z->moments[i] < INT64_MAX / 4000)
			walk(z, (struct wall){ z->moments[i] * 1000 - 1 });
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size);
	const char *why = NULL;
	struct zone *file = zonefile_read(bytes, "Test/Zone", &why);
	struct zone *rule = size <= RULE_MAX ? zonefile_read_rule(bytes) : NULL;

	must((file == NULL) == (why != NULL));
	if (file != NULL)
		check_zone(file);
	if (rule != NULL)
		check_zone(rule);
	zonefile_free(file);
	zonefile_free(rule);
	return 0;
}
