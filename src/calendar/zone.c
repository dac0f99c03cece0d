/* SPDX-License-Identifier: MIT */
#include "calendar/zone.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "calendar/tzfile.h"

static const struct zone_type utc_type = { 0, "UTC" };
static const struct zone utc = { .name = "UTC", .n_types = 1, .types = &utc_type };

const struct zone *zone_utc(void)
{
	return &utc;
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

/* ---- what holds when ---- */

/* A type, and the second at which it may end. */
struct span {
	const struct zone_type *type;
	int64_t until;
};

/* The first moment of the day of a turn in this year, on a clock that is never put forward. */
static int64_t turn_day(const struct zone_turn *turn, int64_t year)
{
	struct civil first;
	int64_t day;

	if (turn->kind == TURN_DAY)
		return civil_days(year, 1, 1) + turn->day;
	if (turn->kind == TURN_LEAPLESS) {
		bool is_leap = civil_days(year, 3, 1) - civil_days(year, 2, 1) == 29;

		return civil_days(year, 1, 1) + turn->day - 1 + (is_leap && turn->day >= 60);
	}
	civil_from_days(civil_days(year, turn->month, 1), &first);
	day = 1 + (turn->day - first.weekday + 7) % 7 + 7 * (turn->week - 1);
	day = civil_days(year, turn->month, day);
	return day < civil_days(year, turn->month + 1, 1) ? day : day - 7;
}

/* Each turn is written in the time that it ends. */
static int64_t turn_moment(const struct zone_turn *turn, int64_t year,
			   const struct zone_type *ending)
{
	return turn_day(turn, year) * DAY_S + turn->time_s - ending->offset_s;
}

/* By the rule. A turn's time may lie days off its day, so the years around are asked as well. Where summer time
 * ends and begins in one moment, it goes on: that is how summer time all the year is written. */
static struct span span_by_rule(const struct zone_rule *rule, int64_t at)
{
	struct span span = { &rule->standard, INT64_MAX };
	int64_t since = INT64_MIN;
	struct civil c;

	if (!rule->has_summer)
		return span;
	civil_from_seconds(at, &c);
	for (int64_t year = c.year - 2; year <= c.year + 2; year++) {
		int64_t end = turn_moment(&rule->end, year, &rule->summer);
		int64_t begin = turn_moment(&rule->begin, year, &rule->standard);

		if (end <= at && end > since) {
			since = end;
			span.type = &rule->standard;
		}
		if (begin <= at && begin >= since) {
			since = begin;
			span.type = &rule->summer;
		}
		if (end > at && end < span.until)
			span.until = end;
		if (begin > at && begin < span.until)
			span.until = begin;
	}
	return span;
}

static struct span span_at(const struct zone *z, int64_t at)
{
	size_t low = 0, high = z->n_moments;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->moments[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->n_moments && z->rule.exists)
		return span_by_rule(&z->rule, at);
	return (struct span){
		&z->types[low > 0 ? z->kinds[low - 1] : 0],
		low < z->n_moments ? z->moments[low] : INT64_MAX,
	};
}

/* ---- there and back ---- */

static int64_t seconds_of(struct wall at)
{
	return floor_div(at.ms, 1000);
}

static struct wall wall_of(int64_t seconds)
{
	int64_t ms;

	if (__builtin_mul_overflow(seconds, 1000, &ms))
		ms = seconds < 0 ? INT64_MIN : INT64_MAX;
	return (struct wall){ ms };
}

int zone_offset(const struct zone *z, struct wall at, struct wall *until)
{
	struct span span = span_at(z, seconds_of(at));

	if (until != NULL)
		*until = wall_of(span.until);
	return span.type->offset_s;
}

int64_t zone_local(const struct zone *z, struct wall at)
{
	return seconds_of(at) + span_at(z, seconds_of(at)).type->offset_s;
}

void zone_civil(const struct zone *z, struct wall at, struct civil *out)
{
	const struct zone_type *type = span_at(z, seconds_of(at)).type;

	civil_from_seconds(seconds_of(at) + type->offset_s, out);
	out->offset_s = type->offset_s;
	out->abbreviation = type->abbreviation;
}

/* Begins where no clock on earth shows it yet, and goes from change to change. */
struct wall zone_wall_of_local(const struct zone *z, int64_t local_s)
{
	enum { FARTHEST_EAST = 26 * HOUR_S };
	int64_t at = local_s - FARTHEST_EAST;

	for (;;) {
		struct span span = span_at(z, at);
		int64_t shown = local_s - span.type->offset_s;

		if (shown < span.until)
			return wall_of(shown > at ? shown : at);
		at = span.until;
	}
}

struct wall zone_wall(const struct zone *z, const struct civil *local)
{
	return zone_wall_of_local(z, civil_seconds(local));
}

/* ---- in writing ---- */

static const char *const weekdays[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
					"Thursday", "Friday", "Saturday" };
static const char *const months[] = { "January",   "February", "March",	   "April",
				      "May",	   "June",     "July",	   "August",
				      "September", "October",  "November", "December" };

static int hour_of_12(const struct civil *c)
{
	return (c->hour + 11) % 12 + 1;
}

static void put_offset(int offset_s, struct buf *out)
{
	int minutes = (offset_s < 0 ? -offset_s : offset_s) / MINUTE_S;

	buf_addf(out, "%c%02d%02d", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void put_letter(const struct civil *c, struct wall at, char letter, struct buf *out);

static void put_all(const struct civil *c, struct wall at, const char *letters, char between,
		    struct buf *out)
{
	for (size_t i = 0; letters[i] != '\0'; i++) {
		if (i > 0)
			buf_addc(out, between);
		put_letter(c, at, letters[i], out);
	}
}

/* Letters that stand for one number: with how many digits, filled up by what. */
static bool put_number(const struct civil *c, char letter, struct buf *out)
{
	int year_day = (int)(civil_days(c->year, c->month, c->day) - civil_days(c->year, 1, 1)) + 1;
	const struct {
		int value, width;
		char letter, fill;
	} numbers[] = {
		{ c->day, 2, 'd', '0' },
		{ c->day, 2, 'e', ' ' },
		{ c->hour, 2, 'H', '0' },
		{ hour_of_12(c), 2, 'I', '0' },
		{ year_day, 3, 'j', '0' },
		{ c->month, 2, 'm', '0' },
		{ c->minute, 2, 'M', '0' },
		{ c->second, 2, 'S', '0' },
		{ (c->weekday + 6) % 7 + 1, 1, 'u', '0' },
		{ (c->year % 100 + 100) % 100, 2, 'y', '0' },
		{ c->year, 1, 'Y', '0' },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (numbers[i].letter != letter)
			continue;
		buf_addf(out, numbers[i].fill == ' ' ? "%*d" : "%0*d", numbers[i].width,
			 numbers[i].value);
		return true;
	}
	return false;
}

static void put_letter(const struct civil *c, struct wall at, char letter, struct buf *out)
{
	if (put_number(c, letter, out))
		return;
	if (letter == 'a')
		buf_add(out, str_make(weekdays[c->weekday], 3));
	else if (letter == 'A')
		buf_addz(out, weekdays[c->weekday]);
	else if (letter == 'b')
		buf_add(out, str_make(months[c->month - 1], 3));
	else if (letter == 'B')
		buf_addz(out, months[c->month - 1]);
	else if (letter == 'D')
		put_all(c, at, "mdy", '/', out);
	else if (letter == 'F')
		put_all(c, at, "Ymd", '-', out);
	else if (letter == 'p')
		buf_addz(out, c->hour < 12 ? "AM" : "PM");
	else if (letter == 'R')
		put_all(c, at, "HM", ':', out);
	else if (letter == 's')
		buf_addf(out, "%lld", (long long)seconds_of(at));
	else if (letter == 'T')
		put_all(c, at, "HMS", ':', out);
	else if (letter == 'z')
		put_offset(c->offset_s, out);
	else if (letter == 'Z')
		buf_addz(out, c->abbreviation);
	else
		buf_addc(out, letter);
}

const char *zone_format_check(struct str fmt)
{
	static const char letters[] = "aAbBdDeFHIjmMpRsSTuyYzZ%";

	for (size_t i = 0; i < fmt.len; i++) {
		if (fmt.p[i] != '%')
			continue;
		if (++i == fmt.len)
			return "it ends with a single `%`; a plain percent sign is `%%`";
		if (str_find_char(str_from(letters), fmt.p[i]) == SIZE_MAX)
			return "behind `%` stands one of a A b B d D e F H I j m M p R s S T u y Y z Z, as in `%A %d %B at %H:%M`";
	}
	return NULL;
}

void zone_format(const struct zone *z, struct wall at, struct str fmt, struct buf *out)
{
	struct civil c;

	zone_civil(z, at, &c);
	for (size_t i = 0; i < fmt.len; i++) {
		if (fmt.p[i] == '%' && i + 1 < fmt.len)
			put_letter(&c, at, fmt.p[++i], out);
		else
			buf_addc(out, fmt.p[i]);
	}
}

/* ---- the cache ---- */

struct zones {
	char *folder;
	struct map by_name;
	struct zone *machine;	  /* what /etc/localtime or a path or rule in $TZ says */
	const struct zone *local; /* found out when first asked */
};

static const char not_there[] =
	"there is no such time zone; they are named as `Europe/London`, `America/New_York`, `UTC`";

struct zones *zones_new(void)
{
	struct zones *z = mem_zero(1, sizeof(*z));
	const char *folder = getenv("TZDIR");

	z->folder = mem_strdup(folder != NULL && folder[0] != '\0' ? folder :
								     "/usr/share/zoneinfo");
	map_init(&z->by_name);
	return z;
}

static void free_zone(void *zone)
{
	zonefile_free(zone);
}

void zones_free(struct zones *z)
{
	if (z == NULL)
		return;
	map_deinit(&z->by_name, free_zone);
	zonefile_free(z->machine);
	free(z->folder);
	free(z);
}

/* Segments of letters, digits, `_`, `+`, `-` between slashes: such a path does not leave the folder. */
static bool is_name(struct str name)
{
	enum { NAME_MAX_LEN = 128 };
	static const char signs[] = "_+-0123456789"
				    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char before = '/';

	if (name.len == 0 || name.len > NAME_MAX_LEN || name.p[name.len - 1] == '/')
		return false;
	for (size_t i = 0; i < name.len; before = name.p[i++]) {
		if (name.p[i] == '/' ? before == '/' :
				       str_find_char(str_from(signs), name.p[i]) == SIZE_MAX)
			return false;
	}
	return true;
}

static int load(const char *path, const char *name, struct zone **out, const char **why)
{
	CLEANUP(buf_deinit) struct buf bytes = { 0 };
	const char *refused;

	buf_init(&bytes, ZONEFILE_MAX);
	*why = not_there;
	refused = file_load(path, &bytes);
	if (refused != NULL && errno != EFBIG)
		return ZONE_UNKNOWN;
	*out = zonefile_read(refused != NULL ? STR_EMPTY : buf_str(&bytes), name, why);
	return *out != NULL ? 0 : ZONE_BROKEN;
}

static int load_named(struct zones *z, struct str name, const struct zone **out, const char **why)
{
	CLEANUP(mem_freep) char *key = str_dup(name);
	CLEANUP(buf_deinit) struct buf path = { 0 };
	CLEANUP(mem_freep) char *full = NULL;
	struct zone *zone = NULL;
	int r;

	buf_addf(&path, "%s/%s", z->folder, key);
	full = buf_take(&path);
	r = load(full, key, &zone, why);
	if (r == ZONE_UNKNOWN && access(z->folder, X_OK) != 0)
		*why = "the tables of time zones are not installed (the package tzdata); without them there is only `UTC`";
	if (r != 0)
		return r;
	map_set(&z->by_name, name, zone);
	*out = zone;
	return 0;
}

static int get_named(struct zones *z, struct str name, const struct zone **out, const char **why)
{
	const struct zone *known;

	*why = not_there;
	if (!is_name(name))
		return ZONE_UNKNOWN;
	known = str_is(name, "UTC") ? &utc : map_get(&z->by_name, name);
	if (known == NULL)
		return load_named(z, name, out, why);
	*out = known;
	return 0;
}

/* The name that a link into the tables has at its end. */
static void name_of_link(const char *path, struct buf *name)
{
	static const char folder[] = "/zoneinfo/";
	char target[256];
	ssize_t len = readlink(path, target, sizeof(target));
	struct str rest = str_make(target, len > 0 ? (size_t)len : 0);
	size_t at = str_find(rest, folder);

	if (at != SIZE_MAX)
		rest = str_sub(rest, at + sizeof(folder) - 1, rest.len);
	if (at != SIZE_MAX && is_name(rest))
		buf_add(name, rest);
	else
		buf_addz(name, "local time");
}

static const struct zone *load_path(struct zones *z, const char *path)
{
	CLEANUP(buf_deinit) struct buf name = { 0 };
	CLEANUP(mem_freep) char *text = NULL;
	const char *why;

	name_of_link(path, &name);
	text = buf_take(&name);
	return load(path, text, &z->machine, &why) == 0 ? z->machine : NULL;
}

/* What libc takes in $TZ: a name, a path, a rule; with or without a colon. Empty is UTC there, too. */
static const struct zone *zone_of_environment(struct zones *z)
{
	const char *text = getenv("TZ"), *why;
	const struct zone *found = NULL;

	if (text == NULL)
		return NULL;
	if (text[0] == ':')
		text++;
	if (text[0] == '\0')
		return &utc;
	if (text[0] == '/')
		return load_path(z, text);
	if (get_named(z, str_from(text), &found, &why) == 0)
		return found;
	return z->machine = zonefile_read_rule(str_from(text));
}

int zones_get(struct zones *z, struct str name, const struct zone **out, const char **why)
{
	if (name.len > 0)
		return get_named(z, name, out, why);
	if (z->local == NULL)
		z->local = zone_of_environment(z);
	if (z->local == NULL)
		z->local = load_path(z, "/etc/localtime");
	if (z->local == NULL)
		z->local = &utc;
	*out = z->local;
	return 0;
}

/* ---- a name that is nearly one ---- */

static const char *entry_at(const void *table, size_t i)
{
	return ((char *const *)table)[i];
}

static bool is_plain_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Adds to `path` a slash and what lies there under the nearest name. */
static bool add_nearest(struct buf *path, struct str seen)
{
	enum { ENTRIES_MAX = 1000 };
	CLEANUP(mem_freep) const char **names = mem_zero(ENTRIES_MAX + 1, sizeof(*names));
	CLEANUP(mem_freep) char *folder = str_dup(buf_str(path));
	DIR *dir = opendir(folder);
	struct arena arena = { 0 };
	struct dirent *entry;
	const char *nearest;
	size_t n = 0;

	if (dir == NULL)
		return false;
	while (n < ENTRIES_MAX && (entry = readdir(dir)) != NULL) {
		if (is_name(str_from(entry->d_name)))
			names[n++] = str_keep(&arena, str_from(entry->d_name)).p;
	}
	closedir(dir);
	nearest = str_nearest(seen, entry_at, names);
	if (nearest != NULL)
		buf_addf(path, "/%s", nearest);
	arena_deinit(&arena);
	return nearest != NULL;
}

bool zones_nearest(const struct zones *z, struct str name, struct buf *out)
{
	CLEANUP(buf_deinit) struct buf path = { 0 };
	CLEANUP(mem_freep) char *found = NULL;
	struct str segment;

	if (!is_name(name))
		return false;
	buf_addz(&path, z->folder);
	while (str_cut(&name, '/', &segment)) {
		if (!add_nearest(&path, segment))
			return false;
	}
	found = buf_take(&path);
	if (!is_plain_file(found))
		return false;
	buf_addz(out, found + str_from(z->folder).len + 1);
	return true;
}
