/* SPDX-License-Identifier: MIT */
/* The measure is libc, whose zone a test may set as it likes: it is alone in its process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "calendar/zone.h"
#include "calendar/tzfile.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

static const char *const places[] = {
	"Europe/London",     "Europe/Dublin",	 "Europe/Paris",     "America/New_York",
	"America/Sao_Paulo", "America/St_Johns", "Australia/Sydney", "Australia/Lord_Howe",
	"Asia/Kolkata",	     "Asia/Kathmandu",	 "Pacific/Apia",     "America/Havana",
	"Africa/Casablanca", "America/Godthab",	 "Asia/Gaza",	     "Pacific/Auckland",
	"Africa/Cairo",	     "Antarctica/Troll", "Etc/GMT+5",	     "UTC",
};

/* NULL where the machine has no such zone, which is said. */
static const struct zone *get(struct zones *zones, const char *name)
{
	const struct zone *zone = NULL;
	const char *why;

	if (zones_get(zones, str_from(name), &zone, &why) != 0)
		printf("\n  left out: %s is not installed", name);
	return zone;
}

static void set_libc(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static bool agrees(const struct zone *zone, int64_t at)
{
	time_t seconds = at;
	struct civil c;
	struct tm tm;

	localtime_r(&seconds, &tm);
	zone_civil(zone, (struct wall){ at * 1000 + 999 }, &c);
	if (c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday &&
	    c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec &&
	    c.weekday == tm.tm_wday && c.offset_s == tm.tm_gmtoff &&
	    strcmp(c.abbreviation, tm.tm_zone) == 0)
		return true;
	printf("\n  %s at %lld: %04d-%02d-%02d %02d:%02d:%02d %s, libc: %s", zone_name(zone),
	       (long long)at, c.year, c.month, c.day, c.hour, c.minute, c.second, c.abbreviation,
	       tm.tm_zone);
	return false;
}

enum { YEAR_S = 31556952 };
static const int64_t from_1950 = -20LL * YEAR_S;

/* libc goes by a rule from 1970 on only. */
static const int64_t rules_from = 2LL * YEAR_S;

static int64_t some_time(int64_t from, int years)
{
	return from + (int64_t)(((uint64_t)random() << 31 | (uint64_t)random()) %
				((uint64_t)years * YEAR_S));
}

static bool random_times_agree(const struct zone *zone, int64_t from)
{
	for (int i = 0; i < 3000; i++) {
		if (!agrees(zone, some_time(from, i % 3 > 0 ? 150 : 3000)))
			return false;
	}
	return true;
}

static bool edges_agree(const struct zone *zone, int64_t from)
{
	struct wall at = { from * 1000 }, until;
	int64_t last_s = 230LL * YEAR_S;

	for (;;) {
		zone_offset(zone, at, &until);
		if (until.ms > last_s * 1000)
			return true;
		for (int i = -1; i <= 1; i++) {
			if (!agrees(zone, until.ms / 1000 + i))
				return false;
		}
		at = until;
	}
}

static void test_against_libc(void)
{
	struct zones *zones = zones_new();

	srandom(unit_seed());
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct zone *zone = get(zones, places[i]);

		if (zone == NULL)
			continue;
		set_libc(places[i]);
		CU_ASSERT_TRUE(random_times_agree(zone, from_1950));
		CU_ASSERT_TRUE(edges_agree(zone, from_1950));
	}
	zones_free(zones);
}

/* The rules alone, for years without a table; among them summer time all the year, days without leap days and
 * times days away from their day. */
static void test_rules_against_libc(void)
{
	static const char *const rules[] = {
		"CET-1CEST,M3.5.0,M10.5.0/3",
		"IST-1GMT0,M10.5.0,M3.5.0/1",
		"NZST-12NZDT,M9.5.0,M4.1.0/3",
		"<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
		"EET-2EEST,M3.4.4/50,M10.4.4/50",
		"AAA3BBB,J59/0,J60/24",
		"AAA3BBB,58/0,300/24",
		"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"AAA-5",
		"EST5EDT4,M3.2.0/-30,M11.1.0/100",
	};

	srandom(unit_seed());
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct zone *zone = zonefile_read_rule(str_from(rules[i]));

		CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
		set_libc(rules[i]);
		CU_ASSERT_TRUE(random_times_agree(zone, rules_from));
		CU_ASSERT_TRUE(edges_agree(zone, rules_from));
		zonefile_free(zone);
	}
}

static void test_summer_time_all_the_year(void)
{
	struct zone *zone = zonefile_read_rule(STR("XXX3EDT4,0/0,J365/23"));

	CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
	srandom(unit_seed());
	for (int i = 0; i < 2000; i++)
		CU_ASSERT_EQUAL(
			zone_offset(zone, (struct wall){ some_time(from_1950, 300) * 1000 }, NULL),
			-4 * HOUR_S);
	zonefile_free(zone);
}

/* ---- from local time ---- */

static int64_t libc_local(int64_t at)
{
	time_t seconds = at;
	struct tm tm;

	localtime_r(&seconds, &tm);
	return at + tm.tm_gmtoff;
}

/* The first moment, in steps of five minutes, at which libc shows that or a later time. */
static int64_t first_showing(int64_t local)
{
	int64_t at = local - 27 * HOUR_S;

	while (libc_local(at) < local)
		at += 300;
	return at;
}

static bool wall_agrees(const struct zone *zone, int64_t local)
{
	int64_t wanted = first_showing(local);
	struct wall seen;
	struct civil c;

	civil_from_seconds(local, &c);
	seen = zone_wall(zone, &c);
	if (seen.ms == wanted * 1000)
		return true;
	printf("\n  %s %04d-%02d-%02d %02d:%02d: %lld, not %lld", zone_name(zone), c.year, c.month,
	       c.day, c.hour, c.minute, (long long)seen.ms / 1000, (long long)wanted);
	return false;
}

/* Every quarter of an hour around every change of some years, and times anywhere. */
static bool walls_agree(const struct zone *zone)
{
	struct wall at = { (int64_t)36 * YEAR_S * 1000 }, until;

	for (;;) {
		zone_offset(zone, at, &until);
		if (until.ms > (int64_t)48 * YEAR_S * 1000)
			break;
		for (int i = -10; i <= 10; i++) {
			int64_t local = zone_local(zone, until) + (int64_t)i * 900;

			if (!wall_agrees(zone, local))
				return false;
		}
		at = until;
	}
	for (int i = 0; i < 50; i++) {
		if (!wall_agrees(zone, some_time(0, 100) / 300 * 300))
			return false;
	}
	return true;
}

static void test_local_times_against_libc(void)
{
	struct zones *zones = zones_new();

	srandom(unit_seed());
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const struct zone *zone = get(zones, places[i]);

		if (zone == NULL)
			continue;
		set_libc(places[i]);
		CU_ASSERT_TRUE(walls_agree(zone));
	}
	zones_free(zones);
}

static int64_t wall_of(const struct zone *zone, int month, int day, int hour, int minute)
{
	struct civil c = { 2026, month, day, hour, minute, 0, 3, 77, "??" };

	return zone_wall(zone, &c).ms / 1000;
}

static void test_lost_and_repeated_hours(void)
{
	struct zone *zone = zonefile_read_rule(STR("GMT0BST,M3.5.0/1,M10.5.0"));
	struct civil c;

	/* Put forward on 29 March at 01:00 UTC, back on 25 October at 01:00 UTC. */
	CU_ASSERT_EQUAL(wall_of(zone, 3, 29, 0, 59), 1774745940);
	CU_ASSERT_EQUAL(wall_of(zone, 3, 29, 1, 0), 1774746000);
	CU_ASSERT_EQUAL(wall_of(zone, 3, 29, 1, 30), 1774746000);
	CU_ASSERT_EQUAL(wall_of(zone, 3, 29, 2, 0), 1774746000);
	CU_ASSERT_EQUAL(wall_of(zone, 3, 29, 2, 1), 1774746060);
	CU_ASSERT_EQUAL(wall_of(zone, 10, 25, 1, 0), 1792886400);
	CU_ASSERT_EQUAL(wall_of(zone, 10, 25, 1, 59), 1792889940);
	CU_ASSERT_EQUAL(wall_of(zone, 10, 25, 2, 0), 1792893600);
	CU_ASSERT_EQUAL(wall_of(zone, 10, 24, 25, 30), wall_of(zone, 10, 25, 1, 30));
	CU_ASSERT_EQUAL(wall_of(zone, 14, 1, 0, 0), 1801440000);
	zone_civil(zone, (struct wall){ 1774746000LL * 1000 - 1 }, &c);
	CU_ASSERT_TRUE(c.hour == 0 && c.minute == 59 && c.second == 59 && c.offset_s == 0);
	ASSERT_STR(str_from(c.abbreviation), "GMT");
	zone_civil(zone, (struct wall){ 1774746000LL * 1000 }, &c);
	CU_ASSERT_TRUE(c.hour == 2 && c.minute == 0 && c.offset_s == 3600 && c.weekday == 0);
	ASSERT_STR(str_from(c.abbreviation), "BST");
	zonefile_free(zone);
}

static void test_the_ends_of_time(void)
{
	struct zone *zone = zonefile_read_rule(STR("GMT0BST,M3.5.0/1,M10.5.0"));
	struct civil far = { INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX, 59, 59, 0, 0, NULL };
	struct civil c;
	struct wall until;

	zone_civil(zone, (struct wall){ INT64_MAX }, &c);
	CU_ASSERT_TRUE(c.year > 290000000);
	zone_civil(zone, (struct wall){ INT64_MIN }, &c);
	CU_ASSERT_TRUE(c.year < -290000000);
	CU_ASSERT_TRUE(zone_wall(zone, &far).ms > 0);
	far.year = INT32_MIN;
	far.month = 1;
	CU_ASSERT_TRUE(zone_wall(zone, &far).ms < 0);
	CU_ASSERT_EQUAL(zone_offset(zone_utc(), (struct wall){ 0 }, &until), 0);
	CU_ASSERT_EQUAL(until.ms, INT64_MAX);
	zonefile_free(zone);
}

/* ---- in writing ---- */

/* Behind a pointer the compiler does not look for formats with two digits of a year. */
static size_t (*const write_time)(char *, size_t, const char *, const struct tm *) = strftime;

static void check_format(const struct zone *zone, int64_t at, const char *fmt)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	time_t seconds = at;
	struct tm tm;
	char wanted[256];

	CU_ASSERT_PTR_NULL(zone_format_check(str_from(fmt)));
	zone_format(zone, (struct wall){ at * 1000 + 1 }, str_from(fmt), &seen);
	localtime_r(&seconds, &tm);
	wanted[write_time(wanted, sizeof(wanted), fmt, &tm)] = '\0';
	ASSERT_STR(buf_str(&seen), wanted);
}

static void test_writing_against_libc(void)
{
	static const char rule[] = "<-0330>3:30NDT,M3.2.0,M11.1.0";
	struct zone *zone = zonefile_read_rule(str_from(rule));
	struct zone *east = zonefile_read_rule(STR("NPT-5:45"));

	srandom(unit_seed());
	set_libc(rule);
	check_format(zone, 1795000000, "");
	check_format(zone, 1795000000, "%A at %H:%M");
	for (int i = 0; i < 1000; i++)
		check_format(
			zone, some_time(rules_from, 500),
			"%a %A %b %B %d %e %H %I %j %m %M %p %S %y %Y %z %Z %F %T %D %R %u %s %%");
	set_libc("NPT-5:45");
	check_format(east, 0, "%F %T %z %Z \xE2\x82\xAC");
	zonefile_free(zone);
	zonefile_free(east);
}

static void test_what_cannot_be_written(void)
{
	static const char known[] = "aAbBdeHIjmMpSyYzZFTDRus%";

	CU_ASSERT_PTR_NOT_NULL(zone_format_check(STR("%")));
	CU_ASSERT_PTR_NOT_NULL(zone_format_check(STR("%H:%M %")));
	CU_ASSERT_PTR_NULL(zone_format_check(STR("%%")));
	CU_ASSERT_PTR_NOT_NULL(zone_format_check(STR("%%%")));
	CU_ASSERT_PTR_NOT_NULL(zone_format_check(STR("%-d")));
	for (int c = 0; c < 256; c++) {
		char fmt[2] = { '%', (char)c };
		bool is_known = c != 0 && strchr(known, c) != NULL;

		CU_ASSERT_EQUAL(zone_format_check(str_make(fmt, 2)) == NULL, is_known);
	}
}

/* ---- the cache ---- */

static int outcome(struct zones *zones, const char *name)
{
	const struct zone *zone = NULL;
	const char *why = NULL;
	int r = zones_get(zones, str_from(name), &zone, &why);

	CU_ASSERT_TRUE(r == 0 ? zone != NULL : why != NULL);
	return r;
}

static void test_names(void)
{
	static const char *const bad[] = {
		"/etc/localtime",
		"../etc/passwd",
		"Europe/../UTC",
		"Europe//London",
		"Europe/",
		"/",
		".",
		"./UTC",
		"Europe/London ",
		"tzdata.zi",
		"Europe\\London",
		"Europe",
		"Nowhere/Never",
		"mon-fri",
		"Eur\xC3\xB6pe",
	};
	CLEANUP(mem_freep) char *endless = mem_zero(5001, 1);
	struct zones *zones = zones_new();
	const struct zone *a, *b;
	const char *why;

	CU_ASSERT_EQUAL(outcome(zones, "UTC"), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CU_ASSERT_EQUAL(outcome(zones, bad[i]), ZONE_UNKNOWN);
	CU_ASSERT_EQUAL(zones_get(zones, str_make("UTC\0x", 5), &a, &why), ZONE_UNKNOWN);
	memset(endless, 'a', 5000);
	CU_ASSERT_EQUAL(outcome(zones, endless), ZONE_UNKNOWN);
	if (get(zones, "Europe/Paris") != NULL) {
		CU_ASSERT_EQUAL(zones_get(zones, STR("Europe/Paris"), &a, &why), 0);
		CU_ASSERT_EQUAL(zones_get(zones, STR("Europe/Paris"), &b, &why), 0);
		CU_ASSERT_PTR_EQUAL(a, b);
		ASSERT_STR(str_from(zone_name(a)), "Europe/Paris");
	}
	zones_free(zones);
	zones_free(NULL);
}

static const char *machine(struct zones **zones, const char *tz)
{
	const struct zone *zone = NULL;
	const char *why;

	if (tz != NULL)
		setenv("TZ", tz, 1);
	else
		unsetenv("TZ");
	zones_free(*zones);
	*zones = zones_new();
	CU_ASSERT_EQUAL(zones_get(*zones, STR(""), &zone, &why), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(zone);
	return zone_name(zone);
}

static void test_the_machines_own_zone(void)
{
	struct zones *zones = zones_new();
	CLEANUP(mem_freep) char *own = mem_strdup(machine(&zones, NULL));

	ASSERT_STR(str_from(machine(&zones, "")), "UTC");
	ASSERT_STR(str_from(machine(&zones, ":UTC")), "UTC");
	ASSERT_STR(str_from(machine(&zones, "CET-1CEST,M3.5.0,M10.5.0/3")),
		   "CET-1CEST,M3.5.0,M10.5.0/3");
	ASSERT_STR(str_from(machine(&zones, "../../etc/passwd")), own);
	ASSERT_STR(str_from(machine(&zones, "/etc/passwd")), own);
	ASSERT_STR(str_from(machine(&zones, "/nowhere")), own);
	if (get(zones, "Europe/Dublin") != NULL) {
		ASSERT_STR(str_from(machine(&zones, "Europe/Dublin")), "Europe/Dublin");
		ASSERT_STR(str_from(machine(&zones, ":Europe/Dublin")), "Europe/Dublin");
	}
	zones_free(zones);
}

static void nearest_is(const struct zones *zones, const char *name, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };

	CU_ASSERT_EQUAL(zones_nearest(zones, str_from(name), &seen), wanted[0] != '\0');
	ASSERT_STR(buf_str(&seen), wanted);
}

static void test_the_nearest_name(void)
{
	struct tmpdir dir;
	struct zones *zones;

	tmpdir_init(&dir);
	CU_ASSERT_EQUAL(mkdir(str_keepf(&dir.arena, "%s/Europe", tmpdir_path(&dir)).p, 0700), 0);
	tmpdir_write(&dir, "Europe/London", "");
	tmpdir_write(&dir, "Europe/Paris", "");
	tmpdir_write(&dir, "CET", "");
	tmpdir_write(&dir, "odd.name", "");
	setenv("TZDIR", tmpdir_path(&dir), 1);
	zones = zones_new();
	nearest_is(zones, "Europe/Londn", "Europe/London");
	nearest_is(zones, "eurpe/paris", "Europe/Paris");
	nearest_is(zones, "cet", "CET");
	nearest_is(zones, "Europa", "");
	nearest_is(zones, "Europe/Nowhere", "");
	nearest_is(zones, "Europe/London/Soho", "");
	nearest_is(zones, "../Europe/London", "");
	nearest_is(zones, "odd-name", "");
	nearest_is(zones, "", "");
	zones_free(zones);
	unsetenv("TZDIR");
	tmpdir_deinit(&dir);
}

/* A real file with bytes changed, asked all that can be asked: nothing may break or go on for ever. */
static void test_damaged_tables_are_harmless(void)
{
	CLEANUP(mem_freep) char *bytes = mem_zero(16384, 1);
	FILE *file = fopen("/usr/share/zoneinfo/Europe/Dublin", "rb");
	size_t len = file != NULL ? fread(bytes, 1, 16384, file) : 0;

	if (file != NULL)
		fclose(file);
	else
		printf("\n  left out: Europe/Dublin is not installed");
	srandom(unit_seed());
	for (size_t i = 0; i < 4000 && len > 0; i++) {
		size_t at = (size_t)random() % len;
		char old = bytes[at];
		struct civil c = { 0 };
		struct wall until = { (int64_t)random() * 1000000 };
		const char *why;
		struct zone *zone;

		bytes[at] = (char)random();
		zone = zonefile_read(str_make(bytes, len), "x", &why);
		bytes[at] = old;
		for (int j = 0; zone != NULL && j < 20; j++) {
			CU_ASSERT_TRUE(zone_offset(zone, until, NULL) <= 26 * HOUR_S);
			zone_civil(zone, until, &c);
			until = zone_wall(zone, &c);
			zone_offset(zone, until, &until);
		}
		zonefile_free(zone);
	}
}

static void test_odd_files(void)
{
	CLEANUP(mem_freep) char *long_text = mem_zero(ZONEFILE_MAX + 2, 1);
	struct tmpdir dir;
	struct zones *zones;
	const struct zone *zone;
	const char *why = NULL;

	tmpdir_init(&dir);
	memset(long_text, 'T', ZONEFILE_MAX + 1);
	tmpdir_write(&dir, "Empty", "");
	tmpdir_write(&dir, "Text", "TZiX is no table");
	tmpdir_write(&dir, "Cut", "TZif2");
	tmpdir_write(&dir, "Long", long_text);
	setenv("TZDIR", tmpdir_path(&dir), 1);
	zones = zones_new();
	CU_ASSERT_EQUAL(mkfifo(str_keepf(&dir.arena, "%s/Pipe", tmpdir_path(&dir)).p, 0600), 0);
	CU_ASSERT_EQUAL(outcome(zones, "Empty"), ZONE_BROKEN);
	CU_ASSERT_EQUAL(outcome(zones, "Text"), ZONE_BROKEN);
	CU_ASSERT_EQUAL(outcome(zones, "Cut"), ZONE_BROKEN);
	CU_ASSERT_EQUAL(outcome(zones, "Long"), ZONE_BROKEN);
	CU_ASSERT_EQUAL(outcome(zones, "Pipe"), ZONE_UNKNOWN);
	CU_ASSERT_EQUAL(outcome(zones, "Europe/London"), ZONE_UNKNOWN);
	CU_ASSERT_EQUAL(outcome(zones, "UTC"), 0);
	zones_free(zones);
	setenv("TZDIR", "/nowhere/at/all", 1);
	zones = zones_new();
	CU_ASSERT_EQUAL(zones_get(zones, STR("Europe/London"), &zone, &why), ZONE_UNKNOWN);
	CU_ASSERT_TRUE(str_find(str_from(why), "tzdata") != SIZE_MAX);
	CU_ASSERT_EQUAL(outcome(zones, "UTC"), 0);
	CU_ASSERT_EQUAL(outcome(zones, ""), 0);
	zones_free(zones);
	unsetenv("TZDIR");
	tmpdir_deinit(&dir);
}

UNIT_MAIN("zone", { "against libc", test_against_libc },
	  { "rules against libc", test_rules_against_libc },
	  { "summer time all the year", test_summer_time_all_the_year },
	  { "local times against libc", test_local_times_against_libc },
	  { "lost and repeated hours", test_lost_and_repeated_hours },
	  { "the ends of time", test_the_ends_of_time },
	  { "writing against libc", test_writing_against_libc },
	  { "what cannot be written", test_what_cannot_be_written }, { "names", test_names },
	  { "the machine's own zone", test_the_machines_own_zone },
	  { "the nearest name", test_the_nearest_name },
	  { "damaged tables are harmless", test_damaged_tables_are_harmless },
	  { "odd files", test_odd_files })
