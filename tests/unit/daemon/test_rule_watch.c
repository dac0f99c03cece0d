/* SPDX-License-Identifier: MIT */
/* Files that are saved as editors save them: written in place, written in steps, replaced, removed, linked. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/pump.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"
#include "daemon/rule_watch.h"

struct stand {
	struct loop *loop;
	struct rule_watch *live;
	struct tmpdir dir;
	const char *paths[1];
	bool changed;
	int n_told;
};

static void on_changed(void *owner)
{
	struct stand *s = owner;

	s->changed = true;
	s->n_told++;
	rule_watch_seen(s->live);
}

/* `only`: this file alone, or the folder. */
static void stand_init(struct stand *s, const char *only)
{
	*s = (struct stand){ 0 };
	tmpdir_init(&s->dir);
	tmpdir_write(&s->dir, "a.ini", "[rule a]\nreply = a\n");
	tmpdir_write(&s->dir, "b.ini", "[rule b]\nreply = b\n");
	s->paths[0] = only != NULL ? tmpdir_write(&s->dir, only, "[rule x]\nreply = x\n") :
				     tmpdir_path(&s->dir);
	CU_ASSERT_EQUAL_FATAL(loop_new(&s->loop, NULL), 0);
	s->live = rule_watch_new(s->loop, (struct rule_paths){ s->paths, 1 }, on_changed, s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->live);
}

static void stand_deinit(struct stand *s)
{
	rule_watch_free(s->live);
	loop_turn(s->loop, 0);
	loop_free(s->loop);
	tmpdir_deinit(&s->dir);
}

static void expect_told(struct stand *s)
{
	s->changed = false;
	CU_ASSERT_TRUE(pump_flag(s->loop, &s->changed));
}

/* What is of no interest is known to be so when something of interest, done after it, is told of alone. */
static void expect_told_once(struct stand *s, int before)
{
	expect_told(s);
	CU_ASSERT_EQUAL(s->n_told, before + 1);
}

static void test_a_file_written_in_place(void)
{
	struct stand s;

	stand_init(&s, NULL);
	tmpdir_write(&s.dir, "a.ini", "[rule a]\nreply = other\n");
	expect_told(&s);
	stand_deinit(&s);
}

static void test_a_new_file_a_removed_one_and_a_replaced_one(void)
{
	struct stand s;
	const char *hidden, *path;
	char target[300];

	stand_init(&s, NULL);
	path = tmpdir_write(&s.dir, "c.ini", "[rule c]\nreply = c\n");
	expect_told(&s);
	unlink(path);
	expect_told(&s);
	hidden = tmpdir_write(&s.dir, ".a.ini.new", "[rule a]\nreply = replaced\n");
	snprintf(target, sizeof(target), "%s/a.ini", tmpdir_path(&s.dir));
	CU_ASSERT_EQUAL(rename(hidden, target), 0);
	expect_told(&s);
	stand_deinit(&s);
}

static void test_what_editors_leave_around_is_not_told(void)
{
	struct stand s;

	stand_init(&s, NULL);
	tmpdir_write(&s.dir, ".a.ini.swp", "noise");
	tmpdir_write(&s.dir, "a.ini~", "noise");
	tmpdir_write(&s.dir, "4913", "noise");
	tmpdir_write(&s.dir, "b.ini", "[rule b]\nreply = news\n");
	expect_told_once(&s, 0);
	stand_deinit(&s);
}

static void test_a_file_written_in_steps_is_waited_for(void)
{
	struct stand s;
	FILE *file;
	char path[300];

	stand_init(&s, NULL);
	snprintf(path, sizeof(path), "%s/a.ini", tmpdir_path(&s.dir));
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	for (int i = 0; i < 20; i++) {
		fprintf(file, "[rule a%d]\n", i);
		fflush(file);
		loop_turn(s.loop, 20);
		fprintf(file, "reply = %d\n", i);
		fflush(file);
		CU_ASSERT_FALSE(s.changed); /* nobody has closed it */
	}
	fclose(file);
	expect_told(&s);
	stand_deinit(&s);
}

/* Another file's change must not bring the first half of this one into service. */
static void test_a_file_that_is_open_is_waited_for(void)
{
	struct stand s;
	FILE *file;
	char path[300];
	struct mono began;

	stand_init(&s, NULL);
	snprintf(path, sizeof(path), "%s/a.ini", tmpdir_path(&s.dir));
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("[rule a]\nreply = half\n", file);
	fflush(file);
	tmpdir_write(&s.dir, "b.ini", "[rule b]\nreply = news\n");
	began = clock_mono(loop_clock(s.loop));
	while (mono_ms_between(began, clock_mono(loop_clock(s.loop))) < 1500)
		loop_turn(s.loop, 50);
	CU_ASSERT_FALSE(s.changed);
	fputs("in = #private\n", file);
	fclose(file);
	expect_told_once(&s, 0);
	stand_deinit(&s);
}

static void test_a_single_file_is_watched_by_its_folder(void)
{
	struct stand s;

	stand_init(&s, "only.ini");
	tmpdir_write(&s.dir, "a.ini", "[rule a]\nreply = nobody's business\n");
	tmpdir_write(&s.dir, "only.ini", "[rule x]\nreply = news\n");
	expect_told_once(&s, 0);
	stand_deinit(&s);
}

static void test_blocks_of_their_own_file_count(void)
{
	struct stand s;

	stand_init(&s, NULL);
	tmpdir_write(&s.dir, "layout.json", "[]");
	expect_told(&s);
	stand_deinit(&s);
}

static void test_a_folder_that_cannot_be_watched(void)
{
	struct loop *loop;
	const char *paths[] = { "/nowhere/at/all/rules" };
	struct stand s = { 0 };

	CU_ASSERT_EQUAL_FATAL(loop_new(&loop, NULL), 0);
	CU_ASSERT_PTR_NULL(rule_watch_new(loop, (struct rule_paths){ paths, 1 }, on_changed, &s));
	rule_watch_seen(NULL);
	rule_watch_free(NULL);
	loop_turn(loop, 0);
	loop_free(loop);
}

/* As Kubernetes replaces a ConfigMap: the files are links by way of one that is swapped. */
static void test_a_set_replaced_as_a_whole(void)
{
	struct stand s;
	char path[300], other[300];

	stand_init(&s, NULL);
	for (int i = 1; i <= 2; i++) {
		snprintf(path, sizeof(path), "%s/..%d", tmpdir_path(&s.dir), i);
		CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
		tmpdir_write(&s.dir, i == 1 ? "..1/c.ini" : "..2/c.ini",
			     i == 1 ? "[rule c]\nreply = 1\n" : "[rule c]\nreply = two\n");
	}
	snprintf(path, sizeof(path), "%s/..data", tmpdir_path(&s.dir));
	snprintf(other, sizeof(other), "%s/..data_tmp", tmpdir_path(&s.dir));
	CU_ASSERT_EQUAL(symlink("..1", path), 0);
	CU_ASSERT_EQUAL(symlink("..2", other), 0);
	snprintf(path, sizeof(path), "%s/c.ini", tmpdir_path(&s.dir));
	CU_ASSERT_EQUAL(symlink("..data/c.ini", path), 0);
	expect_told(&s);
	snprintf(path, sizeof(path), "%s/..data", tmpdir_path(&s.dir));
	CU_ASSERT_EQUAL(rename(other, path), 0);
	expect_told(&s);
	stand_deinit(&s);
}

UNIT_MAIN("live", { "a file written in place", test_a_file_written_in_place },
	  { "a new file, a removed one and a replaced one",
	    test_a_new_file_a_removed_one_and_a_replaced_one },
	  { "what editors leave around is not told", test_what_editors_leave_around_is_not_told },
	  { "a file written in steps is waited for", test_a_file_written_in_steps_is_waited_for },
	  { "a file that is open is waited for", test_a_file_that_is_open_is_waited_for },
	  { "a single file is watched by its folder", test_a_single_file_is_watched_by_its_folder },
	  { "blocks of their own file count", test_blocks_of_their_own_file_count },
	  { "a set replaced as a whole", test_a_set_replaced_as_a_whole },
	  { "a folder that cannot be watched", test_a_folder_that_cannot_be_watched })
