/* SPDX-License-Identifier: MIT */
/* What a batch is, and what every store that keeps anything must do; each case runs over every store in the table. */
#include "base/buf.h"
#include "lib/journal.h"
#include "lib/unit.h"
#include "lib/tmpdir.h"
#include "store/memory.h"
#include "store/sqlite.h"

/* A store, and how its commits come to be answered. */
struct backend {
	struct store *(*open)(void);
	bool (*answer)(struct store *s); /* the next one, as far as any is due */
	struct store *(*kill)(
		struct store *s); /* as if the program died; gives what the next one opens */
};

static struct tmpdir dir;

static struct store *open_sqlite(void)
{
	CLEANUP(buf_deinit) struct buf why = { 0 };
	struct sqlite_setup setup = {
		.folder = str_keepf(&dir.arena, "%s/a/store", tmpdir_path(&dir)).p
	};
	struct store *s = NULL;

	if (sqlite_open(&s, &setup, &why) != 0)
		printf("%.*s\n", STR_ARG(buf_str(&why)));
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	return s;
}

static struct store *new_sqlite(void)
{
	if (dir.path != NULL)
		tmpdir_deinit(&dir);
	tmpdir_init(&dir);
	return open_sqlite();
}

static bool answers_at_once(struct store *s)
{
	(void)s;
	return false;
}

static struct store *reopen(struct store *s)
{
	s->ops->close(s);
	return open_sqlite();
}

static struct store *kill_journal(struct store *s)
{
	journal_kill(s);
	return s;
}

static const struct backend backends[] = { { journal_new, journal_answer, kill_journal },
					   { new_sqlite, answers_at_once, reopen } };

/* ---- helpers ---- */

#define NS STR("T1")

static void on_row(void *owner, enum store_table table, struct str key, struct str value)
{
	struct buf *tables = owner;

	buf_addf(&tables[table], "%s %.*s=%.*s|", store_table_name(table), STR_ARG(key),
		 STR_ARG(value));
}

/* The rows of one table after the other. */
static void rows_are(struct store *s, struct str namespace, const char *wanted, unsigned line)
{
	CLEANUP(buf_deinit) struct buf rows = { 0 };
	struct buf tables[N_STORE_TABLES] = { { 0 } };

	CU_ASSERT_EQUAL(s->ops->load(s, namespace, on_row, tables), 0);
	for (size_t i = 0; i < N_STORE_TABLES; i++) {
		buf_add(&rows, buf_str(&tables[i]));
		buf_deinit(&tables[i]);
	}
	unit_str_is(buf_str(&rows), wanted, __FILE__, line);
}

#define ROWS_ARE(namespace, wanted) rows_are(s, namespace, wanted, __LINE__)

static void note_answer(void *owner, bool stands)
{
	buf_addz(owner, stands ? "+" : "-");
}

static void commit_as(const struct backend *b, struct store *s, struct str namespace,
		      struct batch *batch)
{
	CLEANUP(buf_deinit) struct buf told = { 0 };

	s->ops->commit(s, namespace, batch, note_answer, &told);
	while (told.len == 0 && b->answer(s))
		;
	ASSERT_STR(buf_str(&told), "+");
	batch_clear(batch);
}

static void commit(const struct backend *b, struct store *s, struct batch *batch)
{
	commit_as(b, s, NS, batch);
}

static void each_backend(void (*run)(const struct backend *b, struct store *s, struct batch *batch))
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
		struct store *s = backends[i].open();
		struct batch batch;

		CU_ASSERT_TRUE(s->ops->keeps);
		batch_init(&batch);
		run(&backends[i], s, &batch);
		batch_clear(&batch);
		s->ops->close(s);
	}
	tmpdir_deinit(&dir);
	dir.path = NULL;
}

/* ---- what every store does ---- */

static void rows_stand(const struct backend *b, struct store *s, struct batch *batch)
{
	ROWS_ARE(NS, "");
	batch_put(batch, STORE_COUNT, STR("a"), STR("1"));
	batch_put(batch, STORE_RUN, STR("1"), STR("{\"x\":\"\xC3\xA9\"}"));
	commit(b, s, batch);
	ROWS_ARE(NS, "count a=1|run 1={\"x\":\"\xC3\xA9\"}|");
	batch_put(batch, STORE_COUNT, STR("a"), STR("2"));
	batch_drop(batch, STORE_RUN, STR("1"));
	batch_drop(batch, STORE_RUN, STR("7")); /* that was never there */
	commit(b, s, batch);
	ROWS_ARE(NS, "count a=2|");
}

static void test_rows_are_put_and_dropped(void)
{
	each_backend(rows_stand);
}

static void last_wins(const struct backend *b, struct store *s, struct batch *batch)
{
	batch_put(batch, STORE_COUNT, STR("a"), STR("1"));
	batch_put(batch, STORE_COUNT, STR("a"), STR("2"));
	batch_put(batch, STORE_TURN, STR("a"), STR("3")); /* another table */
	batch_put(batch, STORE_SEEN, STR("x"), STR("1"));
	batch_drop(batch, STORE_SEEN, STR("x"));
	batch_drop(batch, STORE_SEEN, STR("y"));
	batch_put(batch, STORE_SEEN, STR("y"), STR("5"));
	commit(b, s, batch);
	ROWS_ARE(NS, "seen y=5|count a=2|turn a=3|");
}

static void test_the_last_change_of_a_row_counts(void)
{
	each_backend(last_wins);
}

static void any_text(const struct backend *b, struct store *s, struct batch *batch)
{
	batch_put(batch, STORE_LIMIT, STR("a\nb'\"\\%_\x01"), STR("[1]"));
	batch_put(batch, STORE_VARIABLE, STR(""), STR("\"x\""));
	commit(b, s, batch);
	ROWS_ARE(NS, "limit a\nb'\"\\%_\x01=[1]|variable =\"x\"|");
}

static void test_keys_are_any_text(void)
{
	each_backend(any_text);
}

static void namespaces(const struct backend *b, struct store *s, struct batch *batch)
{
	batch_put(batch, STORE_COUNT, STR("a"), STR("1"));
	commit(b, s, batch);
	batch_put(batch, STORE_COUNT, STR("a"), STR("9"));
	commit_as(b, s, STR("T2"), batch);
	ROWS_ARE(NS, "count a=1|");
	ROWS_ARE(STR("T2"), "count a=9|");
	ROWS_ARE(STR("T"), "");
}

static void test_workspaces_are_kept_apart(void)
{
	each_backend(namespaces);
}

static void in_order(const struct backend *b, struct store *s, struct batch *batch)
{
	CLEANUP(buf_deinit) struct buf told = { 0 };
	struct batch second;

	batch_init(&second);
	batch_put(batch, STORE_COUNT, STR("a"), STR("1"));
	batch_put(&second, STORE_COUNT, STR("a"), STR("2"));
	s->ops->commit(s, NS, batch, note_answer, &told);
	s->ops->commit(s, NS, &second, note_answer, &told);
	while (told.len < 2 && b->answer(s))
		;
	ASSERT_STR(buf_str(&told), "++");
	ROWS_ARE(NS, "count a=2|");
	batch_clear(&second);
}

static void test_commits_stand_in_their_order(void)
{
	each_backend(in_order);
}

static void killed(const struct backend *b)
{
	CLEANUP(buf_deinit) struct buf told = { 0 };
	struct store *s = b->open();
	struct batch batch;

	batch_init(&batch);
	batch_put(&batch, STORE_COUNT, STR("a"), STR("1"));
	batch_put(&batch, STORE_COUNT, STR("b"), STR("1"));
	commit(b, s, &batch);
	batch_put(&batch, STORE_COUNT, STR("a"), STR("2"));
	batch_put(&batch, STORE_COUNT, STR("b"), STR("2"));
	s->ops->commit(s, NS, &batch, note_answer, &told);
	s = b->kill(s);
	/* All of it or nothing; and what was answered, for sure. */
	ROWS_ARE(NS, told.len > 0 ? "count a=2|count b=2|" : "count a=1|count b=1|");
	batch_clear(&batch);
	s->ops->close(s);
}

static void test_what_stood_is_there_after_a_crash(void)
{
	for (size_t i = 0; i < ARRAY_LEN(backends); i++)
		killed(&backends[i]);
	tmpdir_deinit(&dir);
	dir.path = NULL;
}

/* ---- batches ---- */

static void test_a_batch_takes_another_one(void)
{
	struct batch a, b;
	char key[] = "k";

	batch_init(&a);
	batch_init(&b);
	batch_put(&a, STORE_SEEN, str_from(key), STR("1"));
	batch_put(&b, STORE_RUN, str_from(key), STR("2"));
	batch_drop(&b, STORE_JOB, str_from(key));
	key[0] = '?'; /* they have copies */
	batch_append(&a, &b);
	CU_ASSERT_EQUAL(b.n, 0);
	CU_ASSERT_EQUAL_FATAL(a.n, 3);
	ASSERT_STR(a.rows[0].key, "k");
	CU_ASSERT_EQUAL(a.rows[1].table, STORE_RUN);
	ASSERT_STR(a.rows[1].value, "2");
	CU_ASSERT_EQUAL(a.rows[2].table, STORE_JOB);
	CU_ASSERT_PTR_NULL(a.rows[2].value.p);
	batch_clear(&a);
	CU_ASSERT_EQUAL(a.n, 0);
	batch_clear(&a);
	batch_clear(&a);
	batch_clear(&b);
}

static void test_tables_have_names(void)
{
	enum store_table table;

	for (int i = 0; i < N_STORE_TABLES; i++) {
		CU_ASSERT_TRUE_FATAL(
			store_table_named(str_from(store_table_name((enum store_table)i)), &table));
		CU_ASSERT_EQUAL((int)table, i);
	}
	CU_ASSERT_FALSE(store_table_named(STR("nothing"), &table));
}

/* ---- the store that forgets ---- */

static void test_memory_keeps_nothing(void)
{
	struct store *s = memory_open();
	CLEANUP(buf_deinit) struct buf told = { 0 };
	struct batch batch;

	batch_init(&batch);
	batch_put(&batch, STORE_COUNT, STR("a"), STR("1"));
	CU_ASSERT_FALSE(s->ops->keeps);
	s->ops->commit(s, NS, &batch, note_answer, &told);
	ASSERT_STR(buf_str(&told), "+"); /* at once */
	ROWS_ARE(NS, "");
	batch_clear(&batch);
	s->ops->close(s);
}

UNIT_MAIN("store", { "rows are put and dropped", test_rows_are_put_and_dropped },
	  { "the last change of a row counts", test_the_last_change_of_a_row_counts },
	  { "keys are any text", test_keys_are_any_text },
	  { "workspaces are kept apart", test_workspaces_are_kept_apart },
	  { "commits stand in their order", test_commits_stand_in_their_order },
	  { "what stood is there after a crash", test_what_stood_is_there_after_a_crash },
	  { "a batch takes another one", test_a_batch_takes_another_one },
	  { "tables have names", test_tables_have_names },
	  { "memory keeps nothing", test_memory_keeps_nothing })
