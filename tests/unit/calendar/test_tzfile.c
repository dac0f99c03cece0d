/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "calendar/tzfile.h"
#include "lib/unit.h"

/* ---- files made here ---- */

static void put_int(struct buf *out, int64_t n, int size)
{
	for (int i = size - 1; i >= 0; i--)
		buf_addc(out, (char)(uint8_t)((uint64_t)n >> 8 * i));
}

struct table {
	char version;
	int n_leaps, n_moments, n_types, n_letters; /* as the header says */
	int64_t moments[3];
	uint8_t kinds[3];
	int32_t offsets[2];
	uint8_t letters_at[2];
};

static const struct table good = {
	'2', 0, 3, 2, 8, { -1000, 0, 5000000000 }, { 1, 0, 1 }, { 3600, 7200 }, { 0, 4 },
};

static void put_table(struct buf *out, const struct table *t, int size)
{
	buf_addz(out, "TZif");
	buf_addc(out, t->version);
	buf_add(out, str_make((const char[15]){ 0 }, 15));
	put_int(out, 0, 4);
	put_int(out, 0, 4);
	put_int(out, t->n_leaps, 4);
	put_int(out, t->n_moments, 4);
	put_int(out, t->n_types, 4);
	put_int(out, t->n_letters, 4);
	for (int i = 0; i < 3; i++)
		put_int(out, t->moments[i], size);
	for (int i = 0; i < 3; i++)
		buf_addc(out, (char)t->kinds[i]);
	for (int i = 0; i < 2; i++) {
		put_int(out, t->offsets[i], 4);
		buf_addc(out, i == 1);
		buf_addc(out, (char)t->letters_at[i]);
	}
	buf_add(out, STR("ONE\0TWO\0"));
}

/* The first table is for old readers; here it is nonsense that must not be looked at. */
static void put_file(struct buf *out, const struct table *t, const char *end)
{
	struct table old = *t;

	buf_init(out, 0);
	if (t->version == '\0') {
		put_table(out, t, 4);
		return;
	}
	old = good;
	old.version = t->version;
	old.kinds[0] = 99;
	put_table(out, &old, 4);
	put_table(out, t, 8);
	buf_addz(out, end);
}

static const char *why_not(const struct table *t, const char *end)
{
	CLEANUP(buf_deinit) struct buf file = { 0 };
	const char *why;
	struct zone *z;

	put_file(&file, t, end);
	z = zonefile_read(buf_str(&file), "x", &why);
	CU_ASSERT_TRUE((z == NULL) == (why != NULL));
	zonefile_free(z);
	return why;
}

static void test_a_file_is_read(void)
{
	CLEANUP(buf_deinit) struct buf file = { 0 };
	const char *why;
	struct zone *z;

	put_file(&file, &good, "\nONE-1TWO,M3.5.0,M10.5.0/3\n");
	z = zonefile_read(buf_str(&file), "Here/There", &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(z);
	ASSERT_STR(str_from(z->name), "Here/There");
	CU_ASSERT_EQUAL(z->n_moments, 3);
	CU_ASSERT_EQUAL(z->moments[0], -1000);
	CU_ASSERT_EQUAL(z->moments[2], 5000000000);
	CU_ASSERT_EQUAL(z->kinds[2], 1);
	CU_ASSERT_EQUAL(z->types[1].offset_s, 7200);
	ASSERT_STR(str_from(z->types[1].abbreviation), "TWO");
	CU_ASSERT_TRUE(z->rule.exists && z->rule.has_summer);
	CU_ASSERT_EQUAL(z->rule.summer.offset_s, 7200);
	CU_ASSERT_EQUAL(z->rule.begin.time_s, 7200);
	CU_ASSERT_EQUAL(z->rule.end.time_s, 10800);
	zonefile_free(z);
}

static void test_the_first_version_and_no_rule(void)
{
	CLEANUP(buf_deinit) struct buf file = { 0 };
	struct table old = good;
	const char *why;
	struct zone *z;

	old.version = '\0';
	old.moments[2] = 2000000000;
	put_file(&file, &old, "");
	z = zonefile_read(buf_str(&file), "x", &why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(z);
	CU_ASSERT_EQUAL(z->moments[0], -1000);
	CU_ASSERT_EQUAL(z->moments[2], 2000000000);
	CU_ASSERT_FALSE(z->rule.exists);
	zonefile_free(z);
	CU_ASSERT_PTR_NULL(why_not(&good, "\n\n"));
}

static void test_what_is_refused(void)
{
	static const struct {
		size_t at; /* of an int in the table */
		int value;
	} lies[] = {
		{ offsetof(struct table, n_leaps), 1 },
		{ offsetof(struct table, n_leaps), -1 },
		{ offsetof(struct table, n_moments), 4 },
		{ offsetof(struct table, n_moments), -1 },
		{ offsetof(struct table, n_moments), 1 },
		{ offsetof(struct table, n_types), 0 },
		{ offsetof(struct table, n_types), 257 },
		{ offsetof(struct table, n_types), -1 },
		{ offsetof(struct table, n_types), 1 },
		{ offsetof(struct table, n_letters), 0 },
		{ offsetof(struct table, n_letters), 1 << 30 },
		{ offsetof(struct table, n_letters), -1 },
		{ offsetof(struct table, offsets), 27 * 3600 },
		{ offsetof(struct table, offsets), INT32_MIN },
	};
	struct table t = good;

	CU_ASSERT_PTR_NULL(why_not(&good, "\nONE-1\n"));
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		t = good;
		memcpy((char *)&t + lies[i].at, &lies[i].value, sizeof(int));
		if (why_not(&t, "\nONE-1\n") == NULL)
			printf("\n  taken: lie %zu", i);
		CU_ASSERT_PTR_NOT_NULL(why_not(&t, "\nONE-1\n"));
	}
	t = good;
	t.kinds[1] = 2;
	CU_ASSERT_PTR_NOT_NULL(why_not(&t, "\nONE-1\n"));
	t = good;
	t.letters_at[1] = 8;
	CU_ASSERT_PTR_NOT_NULL(why_not(&t, "\nONE-1\n"));
	t = good;
	t.moments[1] = t.moments[0];
	CU_ASSERT_PTR_NOT_NULL(why_not(&t, "\nONE-1\n"));
	t = good;
	t.moments[1] = INT64_MIN;
	CU_ASSERT_PTR_NOT_NULL(why_not(&t, "\nONE-1\n"));
	CU_ASSERT_PTR_NOT_NULL(why_not(&good, ""));
	CU_ASSERT_PTR_NOT_NULL(why_not(&good, "\n"));
	CU_ASSERT_PTR_NOT_NULL(why_not(&good, "\nONE-1"));
	CU_ASSERT_PTR_NOT_NULL(why_not(&good, "ONE-1\n"));
	CU_ASSERT_PTR_NOT_NULL(why_not(&good, "\nONE\n"));
}

/* ---- rules ---- */

static void test_rules(void)
{
	static const char *const fine[] = {
		"UTC0",
		"CET-1CEST,M3.5.0,M10.5.0/3",
		"<+0330>-3:30",
		"<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
		"IST-1GMT0,M10.5.0,M3.5.0/1",
		"XXX3EDT4,0/0,J365/23",
		"AAA-24:59:59",
		"ABCDEFGH+5",
		"NZST-12NZDT,M9.5.0,M4.1.0/3",
		"EST5EDT,J60/+167:59:59,365/-167",
	};
	static const char *const bad[] = {
		"",
		"UT0",
		"UTC",
		"UTC+",
		"UTC--1",
		"UTC27",
		"UTC0x",
		"UTC1:60",
		"UTC1:00:60",
		"UTC 0",
		"<+1>-1",
		"<+01-1",
		"<UTC0",
		"CET-1CEST",
		"CET-1CEST,M3.5.0",
		"CET-1CEST,M3.5.0,",
		"CET-1CEST,M3.5.0,M10.5.0/3 ",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M0.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.0.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,M3.5,M10.5.0",
		"CET-1CEST,J0,J365",
		"CET-1CEST,J1,J366",
		"CET-1CEST,0,366",
		"CET-1CEST,M3.5.0/168,M10.5.0",
		"CET-1CEST,M3.5.0/,M10.5.0",
		"CET-1C3ST,M3.5.0,M10.5.0",
		"CET-1CEST,M3.5.0,M10.5.0,M1.1.1",
		"ABCDEFGHIJKLMNOPQ0",
		"CET-99999999999999999999",
		"\xC3\xA4\xC3\xB6\xC3\xBC-1",
	};

	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		struct zone *z = zonefile_read_rule(str_from(fine[i]));

		if (z == NULL)
			printf("\n  refused: %s", fine[i]);
		CU_ASSERT_PTR_NOT_NULL(z);
		zonefile_free(z);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct zone *z = zonefile_read_rule(str_from(bad[i]));

		if (z != NULL)
			printf("\n  taken: %s", bad[i]);
		CU_ASSERT_PTR_NULL(z);
		zonefile_free(z);
	}
}

/* ---- enemies ---- */

/* In memory of just that size, so that a step too far is seen. */
static struct zone *read_exactly(const char *bytes, size_t len)
{
	CLEANUP(mem_freep) char *copy = mem_alloc(len);
	const char *why;

	if (len > 0)
		memcpy(copy, bytes, len);
	return zonefile_read(str_make(copy, len), "x", &why);
}

static void test_cut_at_every_byte(void)
{
	CLEANUP(buf_deinit) struct buf file = { 0 };
	size_t taken = 0;

	put_file(&file, &good, "\nONE-1TWO,M3.5.0,M10.5.0/3\n");
	for (size_t len = 0; len <= file.len; len++) {
		struct zone *z = read_exactly(file.p, len);

		taken += z != NULL;
		zonefile_free(z);
	}
	CU_ASSERT_EQUAL(taken, 1);
}

/* Walks over all that was read. */
static size_t sum(const struct zone *z)
{
	size_t n = strlen(z->name);

	for (size_t i = 0; i < z->n_moments; i++)
		n += (size_t)z->types[z->kinds[i]].offset_s;
	for (size_t i = 0; i < z->n_types; i++)
		n += strlen(z->types[i].abbreviation);
	return n + (z->rule.exists ? strlen(z->rule.standard.abbreviation) : 0) +
	       (z->rule.has_summer ? strlen(z->rule.summer.abbreviation) : 0);
}

static void test_flipped_bytes(void)
{
	CLEANUP(buf_deinit) struct buf file = { 0 };
	size_t walked = 0, taken = 0;

	srandom(unit_seed());
	put_file(&file, &good, "\nONE-1TWO,M3.5.0,M10.5.0/3\n");
	for (size_t i = 0; i < file.len * 200; i++) {
		size_t at = i % file.len, other = (size_t)random() % file.len;
		char old = file.p[at], old_other;
		struct zone *z;

		file.p[at] = (char)random();
		old_other = file.p[other];
		if (i >= file.len * 100)
			file.p[other] = (char)(random() % 4 - 2);
		z = read_exactly(file.p, file.len);
		if (z != NULL) {
			walked += sum(z);
			taken++;
		}
		zonefile_free(z);
		file.p[other] = old_other;
		file.p[at] = old;
	}
	CU_ASSERT_TRUE(walked > 0 && taken > 0 && taken < file.len * 200);
}

UNIT_MAIN("zonefile", { "a file is read", test_a_file_is_read },
	  { "the first version and no rule", test_the_first_version_and_no_rule },
	  { "what is refused", test_what_is_refused }, { "rules", test_rules },
	  { "cut at every byte", test_cut_at_every_byte }, { "flipped bytes", test_flipped_bytes })
