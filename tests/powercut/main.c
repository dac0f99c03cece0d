/* SPDX-License-Identifier: MIT */
/*
 * powercut [COUNT [SEED]]: cuts the power COUNT times, at writes and syncs by lot, under the store of SQLite. What was said to
 * stand must be there afterwards, of what was under way all or nothing, and the file must open without being moved aside.
 * With --relaxed, where a power cut may cost the last moments, it must be seen to: else nothing would be tried here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/metric.h"
#include "lib/memdisk.h"
#include "lib/tmpdir.h"
#include "store/sqlite.h"

enum { CUTS_A_DISK = 20, N_KEYS = 40, VALUE_MAX = 9000, HISTORY_MAX = 4096 };

/* What a table holds under a key, as a number that all of it goes into; 0 = nothing. */
typedef uint64_t row_sum;

struct tally {
	uint64_t cuts, at_opening, at_closing, commits, rows;
	uint64_t took_pending, lost, torn, unopened;
};

struct disk {
	uint64_t random;
	bool is_relaxed, is_verbose;
	struct tmpdir folder;
	struct store *store;
	struct buf why;
	row_sum rows[N_STORE_TABLES][N_KEYS];
	/* The sums of all rows, after each commit since the machine came up; the last one may not have been answered. */
	uint64_t history[HISTORY_MAX];
	size_t n_standing; /* of them, so many were said to stand */
	bool is_pending, stands;
	struct tally *tally;
};

static uint64_t draw(struct disk *d)
{
	d->random ^= d->random << 13;
	d->random ^= d->random >> 7;
	d->random ^= d->random << 17;
	return d->random >> 11;
}

static uint64_t below(struct disk *d, uint64_t n)
{
	return draw(d) % n;
}

/* ---- rows ---- */

static row_sum sum_row(enum store_table table, size_t key, struct str value)
{
	uint64_t sum = UINT64_C(14695981039346656037) + table * 1000 + key;

	for (size_t i = 0; i < value.len; i++)
		sum = (sum ^ (unsigned char)value.p[i]) * UINT64_C(1099511628211);
	return sum | 1;
}

static uint64_t sum_all(const struct disk *d)
{
	uint64_t sum = 0;

	for (size_t t = 0; t < N_STORE_TABLES; t++)
		for (size_t k = 0; k < N_KEYS; k++)
			sum += d->rows[t][k] * (t * N_KEYS + k + 1);
	return sum;
}

static void change_row(struct disk *d, struct batch *batch)
{
	enum store_table table = (enum store_table)below(d, N_STORE_TABLES);
	size_t key = below(d, N_KEYS), len = below(d, below(d, 8) == 0 ? VALUE_MAX : 300);
	char name[16], value[VALUE_MAX];

	snprintf(name, sizeof(name), "%zu", key);
	if (below(d, 4) == 0) {
		batch_drop(batch, table, str_from(name));
		d->rows[table][key] = 0;
		return;
	}
	for (size_t i = 0; i < len; i++)
		value[i] = (char)('a' + below(d, 26));
	batch_put(batch, table, str_from(name), str_make(value, len));
	d->rows[table][key] = sum_row(table, key, str_make(value, len));
}

static void on_committed(void *owner, bool stands)
{
	struct disk *d = owner;

	d->stands = stands;
}

static void commit_some(struct disk *d)
{
	struct batch batch;

	batch_init(&batch);
	for (uint64_t n = 1 + below(d, below(d, 20) == 0 ? 200 : 12); n > 0; n--)
		change_row(d, &batch);
	d->history[d->n_standing] = sum_all(d);
	d->is_pending = true;
	d->store->ops->commit(d->store, STR("T1"), &batch, on_committed, d);
	d->tally->commits++;
	d->tally->rows += batch.n;
	batch_clear(&batch);
	if (d->stands) {
		d->n_standing++;
		d->is_pending = false;
	} else if (!memdisk_is_down()) {
		abort(); /* nothing else can be in its way */
	}
}

/* ---- a machine that runs, goes down, and comes up ---- */

static bool open_store(struct disk *d)
{
	const struct sqlite_setup setup = { .folder = tmpdir_path(&d->folder),
					    .is_relaxed = d->is_relaxed };

	d->store = NULL;
	return sqlite_open(&d->store, &setup, &d->why) == 0;
}

static void close_store(struct disk *d)
{
	if (d->store != NULL)
		d->store->ops->close(TAKE(d->store));
}

/* Few changes, or so many that the journal is written back meanwhile. */
static long choose_moment(struct disk *d)
{
	static const uint64_t widths[] = { 20, 60, 400, 4000 };

	return 1 + (long)below(d, widths[below(d, ARRAY_LEN(widths))]);
}

/* Until the power is cut: within a commit, at the end, or at the next start. */
static void run_until_cut(struct disk *d)
{
	memdisk_go_down_at(choose_moment(d), MEMDISK_POWER_CUT);
	while (!memdisk_is_down()) {
		if (d->store == NULL && !open_store(d)) {
			d->tally->at_opening++;
			break;
		}
		if (below(d, 30) == 0) {
			close_store(d);
			d->tally->at_closing += memdisk_is_down();
		} else if (d->n_standing < HISTORY_MAX - 1) {
			commit_some(d);
		} else {
			memdisk_go_down_at(0, MEMDISK_POWER_CUT);
		}
	}
	d->tally->cuts++;
	close_store(d);
}

static void on_row(void *owner, enum store_table table, struct str key, struct str value)
{
	struct disk *d = owner;
	int64_t k;

	if (str_int(key, &k) && k >= 0 && k < N_KEYS)
		d->rows[table][k] = sum_row(table, (size_t)k, value);
}

/* 0 = as it must be; else so many commits that stood are gone; -1 = what is there never was. */
static int compare(const struct disk *d)
{
	uint64_t found = sum_all(d);

	if (d->is_pending && d->history[d->n_standing] == found) {
		d->tally->took_pending++;
		return 0;
	}
	for (size_t i = d->n_standing; i > 0; i--)
		if (d->history[i - 1] == found)
			return (int)(d->n_standing - i);
	return -1;
}

static bool look(struct disk *d, uint64_t seed)
{
	uint64_t n_damaged = metric_counts[METRIC_STORES_DAMAGED];
	int n_lost;

	memdisk_come_up();
	memset(d->rows, 0, sizeof(d->rows));
	if (!open_store(d) || d->store->ops->load(d->store, STR("T1"), on_row, d) != 0) {
		printf("seed %" PRIu64 ": the file does not open: %.*s\n", seed,
		       STR_ARG(buf_str(&d->why)));
		d->tally->unopened++;
		return false;
	}
	if (metric_counts[METRIC_STORES_DAMAGED] != n_damaged) {
		printf("seed %" PRIu64 ": the file was moved aside\n", seed);
		return false;
	}
	n_lost = compare(d);
	if (d->is_verbose)
		printf("%zu commits stood, %d lost\n", d->n_standing - 1, n_lost);
	d->tally->lost += n_lost > 0 ? (uint64_t)n_lost : 0;
	d->tally->torn += n_lost < 0;
	if (n_lost < 0)
		printf("seed %" PRIu64 ": what is there is no state that ever was\n", seed);
	else if (n_lost > 0 && !d->is_relaxed)
		printf("seed %" PRIu64 ": %d of %zu commits that stood are gone\n", seed, n_lost,
		       d->n_standing - 1);
	d->history[0] = sum_all(d);
	d->n_standing = 1;
	d->is_pending = false;
	return n_lost == 0 || (n_lost > 0 && d->is_relaxed);
}

static bool play(uint64_t seed, bool is_relaxed, bool is_verbose, struct tally *tally)
{
	struct disk *d = mem_zero(1, sizeof(*d));
	bool good = true;

	d->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	d->is_relaxed = is_relaxed;
	d->is_verbose = is_verbose;
	d->tally = tally;
	d->n_standing = 1;
	tmpdir_init(&d->folder);
	memdisk_install(seed);
	for (int i = 0; good && i < CUTS_A_DISK; i++) {
		run_until_cut(d);
		good = look(d, seed);
	}
	memdisk_stay_up();
	close_store(d);
	memdisk_remove();
	tmpdir_deinit(&d->folder);
	buf_deinit(&d->why);
	free(d);
	return good;
}

int main(int argc, char **argv)
{
	const char *program = argv[0];
	bool is_relaxed = false, is_verbose = false;
	uint64_t count, seed, n = 0, failed = 0;
	struct tally t = { 0 };

	for (; argc > 1 && argv[1][0] == '-'; argc--, argv++) {
		is_relaxed = is_relaxed || strcmp(argv[1], "--relaxed") == 0;
		is_verbose = is_verbose || strcmp(argv[1], "--verbose") == 0;
	}
	count = argc > 1 ? strtoull(argv[1], NULL, 10) : CUTS_A_DISK;
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	/* The folder holds a lock and nothing else. */
	if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	/* What the store says of so much trouble is of use for one disk alone. */
	if (!is_verbose && freopen("/dev/null", "w", stderr) == NULL)
		return 2;
	for (; t.cuts < count && failed < 20; n++, seed++) {
		if (play(seed, is_relaxed, is_verbose, &t))
			continue;
		failed++;
		printf("again: %s%s --verbose %d %" PRIu64 "\n", program,
		       is_relaxed ? " --relaxed" : "", CUTS_A_DISK, seed);
	}
	if (is_relaxed && t.lost == 0) {
		printf("no power cut cost anything: this disk is too good\n");
		failed++;
	}
	printf("%" PRIu64 " power cuts, %" PRIu64 " at opening, %" PRIu64 " at closing; %" PRIu64
	       " commits of %" PRIu64 " rows: %" PRIu64 " that stood are gone, %" PRIu64
	       " torn, %" PRIu64 " unanswered ones stand; %" PRIu64 " files do not open, %" PRIu64
	       " moved aside\n",
	       t.cuts, t.at_opening, t.at_closing, t.commits, t.rows, t.lost, t.torn,
	       t.took_pending, t.unopened, metric_counts[METRIC_STORES_DAMAGED]);
	printf("%" PRIu64 " passed, %" PRIu64 " failed\n", n - failed, failed);
	return failed > 0;
}
