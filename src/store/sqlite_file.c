/* SPDX-License-Identifier: MIT */
#include "store/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/mem.h"

enum {
	APPLICATION_ID = 0x7265746f, /* "reto", which file(1) can tell */
	BUSY_MS = 20,		     /* somebody looks at the file by hand */
	LOOK_BUSY_MS = 2000,
};

struct sqlite_file {
	sqlite3 *db;
	char *path;
	bool is_relaxed;
	bool is_full;	 /* the last write failed for want of room */
	bool is_suspect; /* the disk failed: it is opened anew before anything is believed */
	sqlite3_stmt *put[N_STORE_TABLES], *drop[N_STORE_TABLES];
	sqlite3_stmt *begin, *commit, *rollback;
};

/* What brings a file from the version of this place to the next one; the last version is ours. A published step is never
 * changed. It is made of each table, whose name stands in between. */
static const struct {
	const char *before, *after;
} steps[] = {
	{ "CREATE TABLE", "(space TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
			  " PRIMARY KEY(space, key)) WITHOUT ROWID" },
	/* Tables that the first version did not have. */
	{ "CREATE TABLE IF NOT EXISTS",
	  "(space TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
	  " PRIMARY KEY(space, key)) WITHOUT ROWID" },
};

/* ---- opening ---- */

static int explain(const struct sqlite_file *f, struct buf *why)
{
	int code = sqlite3_extended_errcode(f->db) & 0xff;

	buf_clear(why);
	buf_addf(why, "%s", sqlite3_errmsg(f->db));
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? SQLITE_FILE_DAMAGED :
								 SQLITE_FILE_REFUSED;
}

static bool run(const struct sqlite_file *f, const char *sql)
{
	return sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* One row, one column. */
static bool ask(const struct sqlite_file *f, const char *sql, struct buf *answer)
{
	sqlite3_stmt *stmt;
	bool is_there = sqlite3_prepare_v2(f->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
			sqlite3_step(stmt) == SQLITE_ROW;

	buf_clear(answer);
	if (is_there)
		buf_addf(answer, "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return is_there;
}

static bool step_up(const struct sqlite_file *f, int64_t version)
{
	char sql[300];

	for (size_t i = 0; i < N_STORE_TABLES; i++) {
		snprintf(sql, sizeof(sql), "%s \"%s\" %s", steps[version].before,
			 store_table_name((enum store_table)i), steps[version].after);
		if (!run(f, sql))
			return false;
	}
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %lld", (long long)version + 1);
	return run(f, sql);
}

static int migrate(const struct sqlite_file *f, struct buf *why)
{
	const int newest = (int)ARRAY_LEN(steps);
	int64_t version;

	if (!ask(f, "PRAGMA user_version", why) || !str_int(buf_str(why), &version))
		return explain(f, why);
	if (version > newest) {
		buf_clear(why);
		buf_addf(
			why,
			"it is of version %lld, and this retort knows up to %d: a newer one made it",
			(long long)version, newest);
		return SQLITE_FILE_REFUSED;
	}
	if (version == newest)
		return 0;
	if (!run(f, "BEGIN IMMEDIATE"))
		return explain(f, why);
	for (; version < newest; version++) {
		if (!step_up(f, version)) {
			int r = explain(f, why);

			run(f, "ROLLBACK");
			return r;
		}
	}
	return run(f, "COMMIT") ? 0 : explain(f, why);
}

static bool prepare(const struct sqlite_file *f, sqlite3_stmt **out, const char *sql)
{
	return sqlite3_prepare_v3(f->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) ==
	       SQLITE_OK;
}

/* The same, with the name of the table in between. */
static bool prepare_for(const struct sqlite_file *f, sqlite3_stmt **out, const char *before,
			enum store_table table, const char *after)
{
	char sql[300];

	snprintf(sql, sizeof(sql), "%s \"%s\" %s", before, store_table_name(table), after);
	return prepare(f, out, sql);
}

static bool prepare_all(struct sqlite_file *f)
{
	bool good = prepare(f, &f->begin, "BEGIN IMMEDIATE") && prepare(f, &f->commit, "COMMIT") &&
		    prepare(f, &f->rollback, "ROLLBACK");

	for (enum store_table i = 0; good && i < N_STORE_TABLES; i++)
		good = prepare_for(f, &f->put[i], "INSERT INTO", i,
				   "VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET value ="
				   " excluded.value") &&
		       prepare_for(f, &f->drop[i], "DELETE FROM", i,
				   "WHERE space = ?1 AND key = ?2");
	return good;
}

/* Nobody else may read it; SQLite gives its other files the rights of this one. */
static bool make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd >= 0 && close(fd) == 0 && file_refuse(path) == NULL;
}

static int settle_in(struct sqlite_file *f, struct buf *why)
{
	sqlite3_db_config(f->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(f->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_busy_timeout(f->db, BUSY_MS);
	if (!run(f, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
		    "PRAGMA journal_size_limit = 4194304") ||
	    !run(f, f->is_relaxed ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL"))
		return explain(f, why);
	if (!ask(f, "PRAGMA quick_check(1)", why))
		return explain(f, why);
	return str_is(buf_str(why), "ok") ? 0 : SQLITE_FILE_DAMAGED;
}

static int open_db(struct sqlite_file *f, struct buf *why)
{
	char sql[64];
	int r;

	if (!make_private(f->path) ||
	    sqlite3_open_v2(f->path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		    SQLITE_OK) {
		buf_clear(why);
		buf_addf(why, "%s", f->db != NULL ? sqlite3_errmsg(f->db) : strerror(errno));
		return SQLITE_FILE_REFUSED;
	}
	r = settle_in(f, why);
	if (r == 0)
		r = migrate(f, why);
	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", APPLICATION_ID);
	if (r == 0 && (!run(f, sql) || !prepare_all(f)))
		r = explain(f, why);
	return r;
}

static void close_db(struct sqlite_file *f)
{
	for (size_t i = 0; i < N_STORE_TABLES; i++) {
		sqlite3_finalize(TAKE(f->put[i]));
		sqlite3_finalize(TAKE(f->drop[i]));
	}
	sqlite3_finalize(TAKE(f->begin));
	sqlite3_finalize(TAKE(f->commit));
	sqlite3_finalize(TAKE(f->rollback));
	sqlite3_close(TAKE(f->db));
}

int sqlite_file_open(struct sqlite_file **out, const char *path, bool is_relaxed, struct buf *why)
{
	struct sqlite_file *f = mem_zero(1, sizeof(*f));
	int r;

	f->path = mem_strdup(path);
	f->is_relaxed = is_relaxed;
	r = open_db(f, why);
	if (r != 0) {
		sqlite_file_close(f);
		return r;
	}
	*out = f;
	return 0;
}

void sqlite_file_close(struct sqlite_file *f)
{
	if (f == NULL)
		return;
	close_db(f);
	free(f->path);
	free(f);
}

/* ---- rows ---- */

static struct str column(sqlite3_stmt *stmt, int i)
{
	const void *bytes = sqlite3_column_blob(stmt, i);

	return str_make(bytes, bytes != NULL ? (size_t)sqlite3_column_bytes(stmt, i) : 0);
}

bool sqlite_file_load(struct sqlite_file *f, struct str namespace, store_row_fn *on_row,
		      void *owner, struct buf *why)
{
	bool good = true;

	for (size_t i = 0; good && i < N_STORE_TABLES; i++) {
		sqlite3_stmt *stmt = NULL;

		good = prepare_for(f, &stmt, "SELECT key, value FROM", (enum store_table)i,
				   "WHERE space = ?1") &&
		       sqlite3_bind_text(stmt, 1, namespace.p, (int)namespace.len, SQLITE_STATIC) ==
			       SQLITE_OK;
		while (good && sqlite3_step(stmt) == SQLITE_ROW)
			on_row(owner, (enum store_table)i, column(stmt, 0), column(stmt, 1));
		good = good && sqlite3_reset(stmt) == SQLITE_OK;
		sqlite3_finalize(stmt);
	}
	if (!good)
		explain(f, why);
	return good;
}

static bool do_step(sqlite3_stmt *stmt)
{
	sqlite3_step(stmt);
	return sqlite3_reset(stmt) == SQLITE_OK;
}

static bool write_row(const struct sqlite_file *f, struct str namespace,
		      const struct batch_row *row)
{
	bool is_put = row->value.p != NULL;
	sqlite3_stmt *stmt = is_put ? f->put[row->table] : f->drop[row->table];

	return sqlite3_bind_text(stmt, 1, namespace.p, (int)namespace.len, SQLITE_STATIC) ==
		       SQLITE_OK &&
	       sqlite3_bind_blob(stmt, 2, row->key.len > 0 ? row->key.p : "", (int)row->key.len,
				 SQLITE_STATIC) == SQLITE_OK &&
	       (!is_put || sqlite3_bind_blob(stmt, 3, row->value.p, (int)row->value.len,
					     SQLITE_STATIC) == SQLITE_OK) &&
	       do_step(stmt);
}

/* What SQLite still holds in memory after a failed write may not be what the disk holds. */
static bool is_trusted_again(struct sqlite_file *f, struct buf *why)
{
	if (!f->is_suspect)
		return true;
	close_db(f);
	f->is_suspect = open_db(f, why) != 0;
	f->is_full = f->is_suspect && sqlite3_errcode(f->db) == SQLITE_FULL;
	return !f->is_suspect;
}

bool sqlite_file_write(struct sqlite_file *f, struct str namespace, const struct batch *batch,
		       struct buf *why)
{
	bool good;

	f->is_full = false;
	if (!is_trusted_again(f, why))
		return false;
	good = do_step(f->begin);
	for (size_t i = 0; good && i < batch->n; i++)
		good = write_row(f, namespace, &batch->rows[i]);
	if (good && do_step(f->commit))
		return true;
	explain(f, why);
	f->is_full = (sqlite3_extended_errcode(f->db) & 0xff) == SQLITE_FULL;
	f->is_suspect = (sqlite3_extended_errcode(f->db) & 0xff) != SQLITE_BUSY;
	if (!sqlite3_get_autocommit(f->db))
		do_step(f->rollback);
	return false;
}

bool sqlite_file_is_full(const struct sqlite_file *f)
{
	return f->is_full;
}

/* ---- looking ---- */

/* A file that nobody has open, and whose journal is empty, is read as if nobody could write to it: otherwise SQLite would
 * make the files that it shares with others. */
static bool has_journal(const char *path)
{
	char wal[4200];
	struct stat st;

	snprintf(wal, sizeof(wal), "%s-wal", path);
	return stat(wal, &st) == 0 && st.st_size > 0;
}

static bool open_to_look(struct sqlite_file *f, const char *path, struct buf *why)
{
	CLEANUP(buf_deinit) struct buf uri = { 0 };
	const char *refused = file_refuse(path);
	int64_t version;

	if (refused != NULL) { /* SQLite would wait for whoever writes into a pipe */
		buf_clear(why);
		buf_addz(why, refused);
		return false;
	}
	buf_addz(&uri, "file:");
	buf_add_percent(&uri, str_from(path));
	buf_addz(&uri, has_journal(path) ? "?mode=ro" : "?mode=ro&immutable=1");
	buf_addc(&uri, '\0');
	if (sqlite3_open_v2(uri.p, &f->db,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(f->db, LOOK_BUSY_MS) != SQLITE_OK ||
	    !ask(f, "PRAGMA user_version", why) || !str_int(buf_str(why), &version)) {
		explain(f, why);
		return false;
	}
	if (version == (int64_t)ARRAY_LEN(steps))
		return true;
	buf_clear(why);
	buf_addf(why, "it is of version %lld, and this retort reads version %zu",
		 (long long)version, ARRAY_LEN(steps));
	return false;
}

static bool look_at(const struct sqlite_file *f, enum store_table table, sqlite_row_fn *on_row,
		    void *owner)
{
	sqlite3_stmt *stmt = NULL;
	bool good = prepare_for(f, &stmt, "SELECT space, key, value FROM", table, "");

	while (good && sqlite3_step(stmt) == SQLITE_ROW)
		on_row(owner, column(stmt, 0), table, column(stmt, 1), column(stmt, 2));
	good = good && sqlite3_reset(stmt) == SQLITE_OK;
	sqlite3_finalize(stmt);
	return good;
}

bool sqlite_file_peek(const char *path, const enum store_table *tables, size_t n,
		      sqlite_row_fn *on_row, void *owner, struct buf *why)
{
	struct sqlite_file f = { 0 };
	bool good = open_to_look(&f, path, why);

	if (good) {
		good = run(&f, "BEGIN"); /* one moment for all tables */
		for (size_t i = 0; good && i < n; i++)
			good = look_at(&f, tables[i], on_row, owner);
		if (!good)
			explain(&f, why);
	}
	sqlite3_close(f.db);
	return good;
}
