/* SPDX-License-Identifier: MIT */
#include "lib/rules.h"
#include "lib/unit.h"
#include "calendar/hours.h"
#include "template/symbols.h"

/* ---- what is taken ---- */

static void test_sections_of_the_manual(void)
{
	struct ruleset *set = rules_good(
		"[hours support]\n"
		"open   = mon-fri 09:00-17:30\n"
		"    sat 10:00-12:00\n"
		"zone   = Europe/London\n"
		"closed = 2026-12-25, 2026-12-26..2027-01-01\n"
		"[list oncall]\n"
		"people = @ana, @raj\n"
		"channels = #ops\n"
		"[table owners]\n"
		"billing = @ana | #billing\n"
		"log in  = <https://x|a link> | b\n"
		"else    = @duty | #support\n"
		"[rule a]\n"
		"when = not support\n"
		"from = [oncall]\n"
		"say = {owners[billing].1} {support.opens|date %A} {oncall|join  or }\n");
	const struct rule *r = ruleset_rule(set, 0);

	CU_ASSERT_STRING_EQUAL(zone_name(hours_zone(r->when.hours)), "Europe/London");
	CU_ASSERT_EQUAL(r->from.items[0].list->people.n, 2);
	CU_ASSERT_EQUAL(r->from.items[0].list->channels.n, 1);
	ASSERT_STR(r->from.items[0].list->text, "@ana, @raj");
	ASSERT_STR(r->from.items[0].list->items, "@ana\x1F@raj\x1F");
	ruleset_unref(set);
}

static void note(void *owner, char sigil, struct str name, struct place at)
{
	buf_addf(owner, "%c%.*s:%u ", sigil, STR_ARG(name), at.line);
}

static void test_their_names_are_checked_against_slack(void)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	struct ruleset *set = rules_good("[list l]\npeople = @ana, U1\nchannels = #a, #b-*\n"
					 "[table t]\nx = @raj | <#C1|no> | #c\nelse = mail@no.one\n"
					 "[rule r]\nowner = @eve\npost #d = {text}\n");

	ruleset_each_name(set, note, &seen);
	ASSERT_STR(buf_str(&seen), "@eve:8 #d:9 @raj:5 #c:5 #a:3 @ana:2 ");
	ruleset_unref(set);
}

/* All mistakes of all files are told in one go. */
static void test_broadcasts_may_be_allowed(void)
{
	const struct ruleset_options options = { .allow_broadcast = true };
	struct rules r;

	rules_init_with(&r, "[table t]\na = @here\n[rule r]\nsay = {t[a].1}\n", &options);
	ASSERT_STR(buf_str(&r.told), "");
	rules_deinit(&r);
}

static void test_many_rows_and_columns(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct rules r;

	buf_addz(&text, "[rule r]\nsay = {t[k7].1}\n[table t]\n");
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "k%d = x\n", i);
	buf_addz(&text, "K7 = y\nwide = 0");
	for (int i = 1; i < 101; i++)
		buf_addf(&text, " | %d", i);
	buf_addz(&text, "\n");
	buf_addc(&text, '\0');
	rules_init(&r, text.p);
	ASSERT_STR(buf_str(&r.told), "20004: `K7` stands twice; the first is on line 11\n"
				     "20005: a row has at most 100 columns");
	rules_deinit(&r);
}

/* ---- what is not ---- */

static void test_hours_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[hours]\n"
		"open = mon\n"
		"[hours a]\n"
		"[hours b]\n"
		"open = mon\n"
		"opn = x\n"
		"open = tue\n"
		"zone = x\n"
		"closed = y\n"
		"[hours b]\n"
		"open = mon\n"
		"[hours c]\n"
		"open =\n"
		"[hours d]\n"
		"open = xx\n"
		"  yy\n"
		"[hours e]\n"
		"zone = UTC\n"
		"[hours f]\n"
		"opn = mon\n"
		"[hours A]\n"
		"open = mon\n"
		"[rule r]\n"
		"react = eyes\n",
		"1: the hours have no name: write [hours NAME]\n"
		"3: the hours are never open: they need a line such as `open = mon-fri 09:00-17:30`\n"
		"6: unknown key `opn`; did you mean `open`?\n"
		"7: `open` stands twice; the first is on line 5\n"
		"8: `x` is no time zone: there is no such time zone; they are named as `Europe/London`, `America/New_York`, `UTC`\n"
		"9: `y` is no date; it is written as `2026-12-25`\n"
		"10: a second [hours b]; the first is at test.ini:4\n"
		"13: `open` has no value\n"
		"15: `xx` is no day; hours are written as `mon-fri 09:00-17:30`\n"
		"16: `yy` is no day; hours are written as `mon-fri 09:00-17:30`\n"
		"17: the hours are never open: they need a line such as `open = mon-fri 09:00-17:30`\n"
		"20: unknown key `opn`; did you mean `open`?\n"
		"21: `A` is no name for hours: it has up to 64 small letters, digits, `_`, `.` and `-`");
}

static void test_lists_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[list]\n"
		"people = @a\n"
		"[list]\n"
		"people = @b\n"
		"[list a]\n"
		"[list b]\n"
		"people = ana, !@x, [c], @c\n"
		"chanels = #x\n"
		"channels = x, dm\n"
		"people = @d\n"
		"[list c]\n"
		"people = @x\n"
		"[list c]\n"
		"people = @y\n"
		"[list d]\n"
		"people =\n"
		"[list e]\n"
		"people = @here\n"
		"[rule r]\n"
		"react = eyes\n",
		"1: the list has no name: write [list NAME]\n"
		"3: the list has no name: write [list NAME]\n"
		"5: the list is empty: it needs a line such as `people = @ana, @raj`\n"
		"7: `ana` is no person; a person is written `@name`\n"
		"7: a list only names, it does not hold another list\n"
		"7: a list only names, it does not deny\n"
		"8: unknown key `chanels`; did you mean `channels`?\n"
		"9: `x` is no channel; a channel is written `#name`\n"
		"10: `people` stands twice; the first is on line 7\n"
		"13: a second [list c]; the first is at test.ini:11\n"
		"16: `people` has no value\n"
		"18: `@here` notifies everyone; the configuration must allow it with `allow broadcast = yes`, and `\\@` is a plain sign");
}

static void test_tables_that_are_none(void)
{
	ASSERT_COMPLAINTS(
		"[table]\n"
		"a = b\n"
		"[table]\n"
		"a = b\n"
		"[table a]\n"
		"[table b]\n"
		"x = y\n"
		"X = z\n"
		"y =\n"
		"else = @here\n"
		"Else = y\n"
		"[table B]\n"
		"a = b\n"
		"[table b]\n"
		"a = @ana\n"
		"[table c]\n"
		"y =\n"
		"[rule r]\n"
		"react = eyes\n",
		"1: the table has no name: write [table NAME]\n"
		"3: the table has no name: write [table NAME]\n"
		"5: the table is empty: it needs rows such as `billing = @ana | #billing`\n"
		"8: `X` stands twice; the first is on line 7\n"
		"9: `y` has no value\n"
		"10: `@here` notifies everyone; the configuration must allow it with `allow broadcast = yes`, and `\\@` is a plain sign\n"
		"11: `Else` stands twice; the first is on line 10\n"
		"12: `B` is no name for a table: it has up to 64 small letters, digits, `_`, `.` and `-`\n"
		"14: a second [table b]; the first is at test.ini:6\n"
		"17: `y` has no value");
}

static void test_one_name_for_several_things(void)
{
	ASSERT_COMPLAINTS(
		"[list x]\n"
		"people = @a\n"
		"[table x]\n"
		"a = b\n"
		"[hours x]\n"
		"open = mon\n"
		"[rule x]\n"
		"match = (?<x>a)\n"
		"when = x\n"
		"from = [x]\n"
		"reply = {x} {x.name}\n"
		"[rule y]\n"
		"reply = {x[a].1} {x} {x|join} {x.opens} {x.open}\n"
		"[rule z]\n"
		"reply = {x.name} {x.1} {x[a].b}\n",
		"15: `x` has no field `name`\n"
		"15: unknown field `1`\n"
		"15: {x[a].b}: behind the brackets stands the number of a column, as in {owners[login].1}");
}

static void test_names_that_no_section_has(void)
{
	ASSERT_COMPLAINTS(
		"[hours h]\n"
		"open = mon\n"
		"[list l]\n"
		"people = @a\n"
		"[table t.u]\n"
		"a = 1 | 2\n"
		"[table t]\n"
		"a = 1\n"
		"[rule r]\n"
		"set v = x\n"
		"reply = {h} {h.name} {h[a]} {l.name} {l[1]} {hh.opens} {ll}\n"
		"  {t} {t[a].0} {t[a].101} {t[a].x} {t[a]x} {t.x} {t.u} {tt[a].1} {vv} {v.opens}\n"
		"  {t.u[a].2} {t[{v}].1} {l} {l|join  or } {h.open} {h.opens|date %A} {v} {v.name} {v[a].id}\n",
		"11: {h}: hours have the fields opens, closes and open, as in {support.opens}\n"
		"11: `h` has no field `name`\n"
		"11: {h[a]}: only tables and stored values take brackets\n"
		"11: `l` has no field `name`\n"
		"11: {l[1]}: only tables and stored values take brackets\n"
		"11: unknown insert `hh`; did you mean `h`?\n"
		"11: unknown insert `ll`; did you mean `l`?\n"
		"12: {t}: a table is asked for a row, as in {owners[billing].1}\n"
		"12: {t[a].0}: behind the brackets stands the number of a column, as in {owners[login].1}\n"
		"12: {t[a].101}: behind the brackets stands the number of a column, as in {owners[login].1}\n"
		"12: {t[a].x}: behind the brackets stands the number of a column, as in {owners[login].1}\n"
		"12: {t[a]x}: behind the brackets stands the number of a column, as in {owners[login].1}\n"
		"12: {t.x}: a table is asked for a row, as in {owners[billing].1}\n"
		"12: {t.u}: a table is asked for a row, as in {owners[billing].1}\n"
		"12: {tt[a].1}: there is no table `tt`, and no rule stores it with `set` or `add`; did you mean `ts`?\n"
		"12: unknown insert `vv`; did you mean `v`?\n"
		"12: `v` has no field `opens`");
}

UNIT_MAIN("read_shared", { "sections of the manual", test_sections_of_the_manual },
	  { "their names are checked against slack", test_their_names_are_checked_against_slack },
	  { "broadcasts may be allowed", test_broadcasts_may_be_allowed },
	  { "many rows and columns", test_many_rows_and_columns },
	  { "hours that are none", test_hours_that_are_none },
	  { "lists that are none", test_lists_that_are_none },
	  { "tables that are none", test_tables_that_are_none },
	  { "one name for several things", test_one_name_for_several_things },
	  { "names that no section has", test_names_that_no_section_has })
