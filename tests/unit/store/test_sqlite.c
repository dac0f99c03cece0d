/* SPDX-License-Identifier: MIT */
/* What is the file's own: who may open it, what becomes of a damaged one, and a disk that is slow, full or broken. */
#include "store/sqlite.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/metric.h"
#include "lib/logcatch.h"
#include "lib/slowdisk.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

#define NS STR("T1")

/* ---- helpers ---- */

struct house {
	struct tmpdir dir;
	struct loop *loop;
	struct store *store; /* NULL = refused */
	struct buf why;
	char told[64]; /* a sign for each answer */
};

static const char *in(struct house *h, const char *name)
{
	return str_keepf(&h->dir.arena, "%s/%s", tmpdir_path(&h->dir), name).p;
}

static void open_it(struct house *h)
{
	const struct sqlite_setup setup = { .folder = in(h, "store"), .loop = h->loop };

	h->store = NULL;
	sqlite_open(&h->store, &setup, &h->why);
}

static void close_it(struct house *h)
{
	if (h->store != NULL)
		h->store->ops->close(TAKE(h->store));
}

static void begin(struct house *h)
{
	*h = (struct house){ 0 };
	tmpdir_init(&h->dir);
	CU_ASSERT_EQUAL_FATAL(loop_new(&h->loop, NULL), 0);
	open_it(h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h->store);
}

static void end(struct house *h)
{
	close_it(h);
	loop_free(h->loop);
	buf_deinit(&h->why);
	tmpdir_deinit(&h->dir);
}

static void on_committed(void *owner, bool stands)
{
	struct house *h = owner;
	size_t n = strlen(h->told);

	if (n + 1 < sizeof(h->told))
		h->told[n] = stands ? '+' : '-';
}

static void put(struct house *h, struct batch *batch, const char *key, const char *value)
{
	batch_clear(batch);
	batch_put(batch, STORE_COUNT, str_from(key), str_from(value));
	h->store->ops->commit(h->store, NS, batch, on_committed, h);
}

static void put_once(struct house *h, const char *key, const char *value)
{
	struct batch batch;

	batch_init(&batch);
	put(h, &batch, key, value);
	h->store->ops->wait(h->store);
	batch_clear(&batch);
}

static void on_row(void *owner, enum store_table table, struct str key, struct str value)
{
	(void)table;
	buf_addf(owner, "%.*s=%.*s ", STR_ARG(key), STR_ARG(value));
}

static void rows_are(struct house *h, const char *wanted, unsigned line)
{
	CLEANUP(buf_deinit) struct buf rows = { 0 };

	CU_ASSERT_EQUAL(h->store->ops->load(h->store, NS, on_row, &rows), 0);
	unit_str_is(buf_str(&rows), wanted, __FILE__, line);
}

static void overwrite(const char *path, long at, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY);

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(pwrite(fd, bytes, n, at), (ssize_t)n);
	close(fd);
}

static int n_damaged(struct house *h)
{
	DIR *d = opendir(in(h, "store"));
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += strstr(e->d_name, "retort.db.damaged-") != NULL;
	if (d != NULL)
		closedir(d);
	return n;
}

static bool says(const struct house *h, const char *part)
{
	return str_find(buf_str(&h->why), part) < h->why.len;
}

/* ---- who may open it ---- */

static void test_it_is_its_owners_alone(void)
{
	static const char *const files[] = { "store/retort.db", "store/retort.db-wal",
					     "store/lock" };
	struct house h;
	struct stat st;

	begin(&h);
	put_once(&h, "a", "1");
	CU_ASSERT_EQUAL(stat(in(&h, "store"), &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0700);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		CU_ASSERT_EQUAL(stat(in(&h, files[i]), &st), 0);
		CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	}
	end(&h);
}

static void test_a_second_process_is_refused(void)
{
	struct house h;
	struct store *first;
	char pid[32];

	begin(&h);
	put_once(&h, "a", "1");
	first = h.store;
	open_it(&h);
	CU_ASSERT_PTR_NULL(h.store);
	snprintf(pid, sizeof(pid), "process %d", (int)getpid());
	CU_ASSERT_TRUE(says(&h, "another retort") && says(&h, pid) && says(&h, "[store]"));
	first->ops->close(first);
	open_it(&h); /* the lock goes with its holder */
	CU_ASSERT_PTR_NOT_NULL_FATAL(h.store);
	rows_are(&h, "a=1 ", __LINE__);
	end(&h);
}

static void test_a_folder_that_cannot_be_made_is_told(void)
{
	struct house h;

	begin(&h);
	close_it(&h);
	tmpdir_write(&h.dir, "file", "x");
	{
		const struct sqlite_setup setup = { .folder = in(&h, "file/store") };

		CU_ASSERT_EQUAL(sqlite_open(&h.store, &setup, &h.why), SQLITE_REFUSED);
	}
	CU_ASSERT_TRUE(says(&h, "file"));
	CU_ASSERT_TRUE(says(&h, "Not a directory"));
	end(&h);
}

/* ---- other versions, damaged files ---- */

static void set_version(struct house *h, int version)
{
	char sql[64];
	sqlite3 *db;

	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d", version);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(in(h, "store/retort.db"), &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_a_newer_file_is_refused_and_left_alone(void)
{
	struct house h;

	begin(&h);
	put_once(&h, "a", "1");
	close_it(&h);
	set_version(&h, 1000);
	open_it(&h);
	CU_ASSERT_PTR_NULL(h.store);
	CU_ASSERT_TRUE(says(&h, "version 1000") && says(&h, "newer"));
	CU_ASSERT_EQUAL(n_damaged(&h), 0);
	set_version(&h, 1);
	open_it(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h.store);
	rows_are(&h, "a=1 ", __LINE__);
	end(&h);
}

static void damage(struct house *h, long at)
{
	char noise[256];

	memset(noise, 0xA5, sizeof(noise));
	overwrite(in(h, "store/retort.db"), at, noise, sizeof(noise));
}

static void a_damaged_file(long at)
{
	uint64_t before = metric_counts[METRIC_STORES_DAMAGED];
	struct house h;

	begin(&h);
	for (int i = 0; i < 200; i++) {
		char key[32];

		snprintf(key, sizeof(key), "key %d", i);
		put_once(&h, key, "1");
	}
	close_it(&h);
	damage(&h, at);
	open_it(&h);
	CU_ASSERT_PTR_NOT_NULL_FATAL(h.store);
	CU_ASSERT_EQUAL(metric_counts[METRIC_STORES_DAMAGED], before + 1);
	CU_ASSERT_TRUE(n_damaged(&h) > 0);
	rows_are(&h, "", __LINE__);
	put_once(&h, "a", "2");
	rows_are(&h, "a=2 ", __LINE__);
	end(&h);
}

static void test_a_damaged_file_is_moved_aside(void)
{
	a_damaged_file(0);    /* no database at all */
	a_damaged_file(4096); /* a page of a table */
	a_damaged_file(100);  /* the schema */
}

/* ---- the disk ---- */

static void test_a_full_disk_costs_nothing_that_stands(void)
{
	struct house h;

	slowdisk_install();
	begin(&h);
	put_once(&h, "a", "1");
	slowdisk_fail(SLOWDISK_FULL);
	put_once(&h, "a", "2");
	put_once(&h, "b", "2");
	slowdisk_fail(SLOWDISK_GOOD);
	rows_are(&h, "a=1 ", __LINE__);
	put_once(&h, "b", "3");
	CU_ASSERT_STRING_EQUAL(h.told, "+--+");
	rows_are(&h, "a=1 b=3 ", __LINE__);
	end(&h);
	slowdisk_remove();
}

/* Each time something else, or there would be nothing to write. */
static void put_for(struct house *h, const char *namespace)
{
	static unsigned n;
	struct batch batch;
	char value[16];

	batch_init(&batch);
	snprintf(value, sizeof(value), "%u", n++);
	batch_put(&batch, STORE_COUNT, STR("a"), str_from(value));
	h->store->ops->commit(h->store, str_from(namespace), &batch, on_committed, h);
	h->store->ops->wait(h->store);
	batch_clear(&batch);
}

/* Of several workspaces one may be in trouble and the others not: that is one story, and not a new one each second. */
static void test_a_disk_that_fails_is_told_once_for_all(void)
{
	struct house h;

	slowdisk_install();
	begin(&h);
	logcatch_begin();
	for (int i = 0; i < 3; i++) {
		slowdisk_fail(SLOWDISK_NO_SYNC);
		put_for(&h, "T1");
		slowdisk_fail(SLOWDISK_GOOD);
		put_for(&h, "T2");
	}
	slowdisk_fail(SLOWDISK_NO_SYNC);
	put_for(&h, "T2");
	slowdisk_fail(SLOWDISK_GOOD);
	put_for(&h, "T1");
	put_for(&h, "T2");
	logcatch_end();
	CU_ASSERT_STRING_EQUAL(h.told, "-+-+-+-++");
	CU_ASSERT_EQUAL(logcatch_count("the disk does not take"), 1);
	CU_ASSERT_EQUAL(logcatch_count("the disk takes what was decided again"), 1);
	end(&h);
	slowdisk_remove();
}

/* Somebody looks at it by hand, and holds it: what does not stand now is tried again later. */
static void test_a_file_that_is_held_is_no_commit(void)
{
	struct house h;
	sqlite3 *db;

	begin(&h);
	put_once(&h, "a", "1");
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(in(&h, "store/retort.db"), &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	logcatch_begin();
	put_once(&h, "a", "2");
	CU_ASSERT_EQUAL(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	put_once(&h, "a", "3");
	logcatch_end();
	sqlite3_close(db);
	CU_ASSERT_STRING_EQUAL(h.told, "+-+");
	CU_ASSERT_EQUAL(logcatch_count("database is locked"), 1);
	CU_ASSERT_EQUAL(logcatch_count("takes what was decided again"), 1);
	rows_are(&h, "a=3 ", __LINE__);
	end(&h);
}

/* Where the reserve lies the disk has no room; without it, it has a little. */
static void test_a_full_disk_takes_what_was_begun(void)
{
	const struct rlimit small = { 1 << 20, RLIM_INFINITY };
	uint64_t before = metric_counts[METRIC_DISKS_FULL];
	struct rlimit all;
	struct house h;

	getrlimit(RLIMIT_FSIZE, &all);
	signal(SIGXFSZ, SIG_IGN);
	slowdisk_install();
	begin(&h);
	CU_ASSERT_EQUAL(access(in(&h, "store/reserve"), F_OK), 0);
	slowdisk_full_with(in(&h, "store/reserve"));
	setrlimit(RLIMIT_FSIZE, &small); /* so that it cannot be made anew */
	logcatch_begin();
	put_once(&h, "a", "1");
	CU_ASSERT_STRING_EQUAL(h.told, "+");
	CU_ASSERT_TRUE(h.store->is_short);
	CU_ASSERT_NOT_EQUAL(access(in(&h, "store/reserve"), F_OK), 0);
	put_once(&h, "b", "2");
	slowdisk_fail(SLOWDISK_FULL); /* the reserve, too, has an end */
	put_once(&h, "c", "3");
	slowdisk_fail(SLOWDISK_GOOD);
	put_once(&h, "c", "4");
	CU_ASSERT_STRING_EQUAL(h.told, "++-+");
	CU_ASSERT_TRUE(h.store->is_short);
	setrlimit(RLIMIT_FSIZE, &all);
	while (h.store->is_short) /* it is looked for every few seconds */
		loop_turn(h.loop, -1);
	logcatch_end();
	CU_ASSERT_EQUAL(access(in(&h, "store/reserve"), F_OK), 0);
	CU_ASSERT_EQUAL(logcatch_count("the disk is full"), 1);
	CU_ASSERT_EQUAL(logcatch_count("the disk has room again"), 1);
	CU_ASSERT_EQUAL(metric_counts[METRIC_DISKS_FULL], before + 1);
	rows_are(&h, "a=1 b=2 c=4 ", __LINE__);
	end(&h);
	slowdisk_remove();
}

/* After a failed fsync nobody knows what the disk has: the file is opened anew before it is believed. */
static void test_a_failed_fsync_is_no_commit(void)
{
	struct house h;

	slowdisk_install();
	begin(&h);
	put_once(&h, "a", "1");
	slowdisk_fail(SLOWDISK_NO_SYNC);
	put_once(&h, "a", "2");
	slowdisk_fail(SLOWDISK_GOOD);
	put_once(&h, "b", "3");
	CU_ASSERT_STRING_EQUAL(h.told, "+-+");
	CU_ASSERT_TRUE(slowdisk_n_failed() > 0);
	end(&h);
	slowdisk_remove();
}

static void test_a_slow_disk_does_not_hold_up_the_loop(void)
{
	struct house h;
	struct batch batches[8];

	slowdisk_install();
	begin(&h);
	slowdisk_delay(25);
	for (int i = 0; i < 4; i++)
		put_once(&h, "a", "1");
	for (size_t i = 0; i < ARRAY_LEN(batches); i++) {
		char value[8];

		batch_init(&batches[i]);
		snprintf(value, sizeof(value), "%zu", i);
		put(&h, &batches[i], "b", value);
	}
	CU_ASSERT_TRUE(strlen(h.told) < 12); /* they come later … */
	while (strlen(h.told) < 12)
		loop_turn(h.loop, -1);
	CU_ASSERT_STRING_EQUAL(h.told, "++++++++++++");
	rows_are(&h, "a=1 b=7 ", __LINE__); /* … and in their order */
	put(&h, &batches[0], "c", "1");
	h.store->ops->wait(h.store);
	CU_ASSERT_EQUAL(strlen(h.told), 13);
	put(&h, &batches[0], "c", "2");
	close_it(&h); /* with one under way */
	for (size_t i = 0; i < ARRAY_LEN(batches); i++)
		batch_clear(&batches[i]);
	end(&h);
	slowdisk_remove();
}

/* ---- looking without having it ---- */

static void on_peeked(void *owner, struct str namespace, enum store_table table, struct str key,
		      struct str value)
{
	(void)table;
	buf_addf(owner, "%.*s/%.*s=%.*s ", STR_ARG(namespace), STR_ARG(key), STR_ARG(value));
}

static int n_files(struct house *h)
{
	DIR *d = opendir(in(h, "store"));
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	if (d != NULL)
		closedir(d);
	return n;
}

static void put_file(struct house *h, const char *name, const char *text)
{
	FILE *f = fopen(in(h, name), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	fclose(f);
}

static void peek_is(struct house *h, int wanted_r, const char *wanted, unsigned line)
{
	static const enum store_table tables[] = { STORE_COUNT, STORE_JOB };
	CLEANUP(buf_deinit) struct buf rows = { 0 };
	int n = n_files(h);

	buf_clear(&h->why);
	CU_ASSERT_EQUAL(
		sqlite_peek(in(h, "store"), tables, ARRAY_LEN(tables), on_peeked, &rows, &h->why),
		wanted_r);
	unit_str_is(buf_str(&rows), wanted, __FILE__, line);
	CU_ASSERT_EQUAL(n_files(h), n);
}

static void test_who_looks_changes_nothing(void)
{
	struct house h;

	begin(&h);
	put_once(&h, "a", "1");
	peek_is(&h, 0, "T1/a=1 ", __LINE__); /* while it is in use */
	put_once(&h, "b", "2");
	peek_is(&h, 0, "T1/a=1 T1/b=2 ", __LINE__);
	rows_are(&h, "a=1 b=2 ", __LINE__);
	close_it(&h);
	CU_ASSERT_EQUAL(n_files(&h), 3); /* the file, the lock and the reserve */
	peek_is(&h, 0, "T1/a=1 T1/b=2 ", __LINE__);
	open_it(&h);
	rows_are(&h, "a=1 b=2 ", __LINE__);
	end(&h);
}

static void test_who_looks_where_nothing_is(void)
{
	struct house h;

	begin(&h);
	close_it(&h);
	unlink(in(&h, "store/retort.db"));
	peek_is(&h, SQLITE_ABSENT, "", __LINE__);
	put_file(&h, "store/retort.db",
		 "this is no database, but it is long enough to look like one");
	peek_is(&h, SQLITE_REFUSED, "", __LINE__);
	CU_ASSERT_TRUE(h.why.len > 0);
	put_file(&h, "store/retort.db", "");
	peek_is(&h, SQLITE_REFUSED, "", __LINE__);
	CU_ASSERT_NOT_EQUAL(str_find(buf_str(&h.why), "version 0"), SIZE_MAX);
	end(&h);
}

UNIT_MAIN("sqlite", { "who looks changes nothing", test_who_looks_changes_nothing },
	  { "who looks where nothing is", test_who_looks_where_nothing_is },
	  { "it is its owner's alone", test_it_is_its_owners_alone },
	  { "a second process is refused", test_a_second_process_is_refused },
	  { "a folder that cannot be made is told", test_a_folder_that_cannot_be_made_is_told },
	  { "a newer file is refused and left alone", test_a_newer_file_is_refused_and_left_alone },
	  { "a damaged file is moved aside", test_a_damaged_file_is_moved_aside },
	  { "a full disk costs nothing that stands", test_a_full_disk_costs_nothing_that_stands },
	  { "a disk that fails is told once for all", test_a_disk_that_fails_is_told_once_for_all },
	  { "a file that is held is no commit", test_a_file_that_is_held_is_no_commit },
	  { "a full disk takes what was begun", test_a_full_disk_takes_what_was_begun },
	  { "a failed fsync is no commit", test_a_failed_fsync_is_no_commit },
	  { "a slow disk does not hold up the loop", test_a_slow_disk_does_not_hold_up_the_loop })
