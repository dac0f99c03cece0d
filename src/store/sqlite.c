/* SPDX-License-Identifier: MIT */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/telling.h"
#include "store/reserve.h"
#include "store/sqlite_file.h"

enum {
	SLOW_US = 20000,
	SHORT_LOOK_MS = 5000, /* whether there is room again */
	WINDOW = 200,	      /* commits that are looked at together: more than … */
	SLOW_MAX = 2,	      /* … so many slow ones are over one in a hundred */
};

/* A commit that the thread has, or has made. */
struct commit {
	struct list link; // sqlite::asked or ::made
	struct str namespace;
	const struct batch *batch;
	store_committed_fn *on_committed;
	void *owner;
	bool stands, is_short;
	int64_t us;
	struct buf why;
};

struct sqlite {
	struct store store;
	struct sqlite_file *file;
	int lock; /* fd; while it is open no other process has the folder */
	struct loop *loop;
	struct map
		down; /* namespaces whose last commit failed: all share a file, and a line about it */
	struct telling down_told;
	struct loop_timer short_look;
	unsigned n_window, n_slow;
	/* The thread; from its start on the file and the reserve are the lock's. */
	struct reserve reserve;
	bool is_threaded;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct list asked, made; /* struct commit */
	bool is_busy;		 /* the thread is at one that is in neither list */
	bool is_closing;
	struct loop_file made_file; /* an eventfd */
};

static struct sqlite *sqlite_of(struct store *s)
{
	return container_of(s, struct sqlite, store);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* ---- how a commit went ---- */

static void start_thread(struct sqlite *q);

static void look_at_time(struct sqlite *q, int64_t us)
{
	metric_count(METRIC_COMMITS);
	metric_add(METRIC_COMMIT_US, (uint64_t)us);
	if (us > SLOW_US)
		metric_count(METRIC_COMMITS_SLOW);
	q->n_slow += us > SLOW_US;
	if (q->n_slow > SLOW_MAX && !q->is_threaded && q->loop != NULL)
		start_thread(q);
	if (++q->n_window == WINDOW)
		q->n_window = q->n_slow = 0;
}

/* One that fails for itself says nothing of the others, and theirs that stand say nothing of it. */
static void tell_whether_it_stands(struct sqlite *q, const struct commit *c)
{
	if (c->batch->n == 0) /* it only looked whether there is room again */
		return;
	if (!c->stands) {
		map_set(&q->down, c->namespace, q);
		if (telling_is_due(&q->down_told, (struct mono){ now_us() * 1000 }))
			log_error(
				"store",
				"the disk does not take what was decided, which is not acted on and "
				"tried again: %.*s",
				STR_ARG(buf_str(&c->why)));
	} else if (q->down.n > 0) {
		map_remove(&q->down, c->namespace);
		if (q->down.n == 0 && telling_end(&q->down_told))
			log_info("store", "the disk takes what was decided again");
	}
}

static void look_at_room(struct sqlite *q, bool is_short)
{
	if (is_short && !q->store.is_short) {
		metric_count(METRIC_DISKS_FULL);
		log_error(
			"store",
			"the disk is full: what was begun is finished from the reserve, and what is new is "
			"left for Slack to send again; make room folder=%.*s",
			(int)(strrchr(q->reserve.path, '/') - q->reserve.path), q->reserve.path);
	} else if (!is_short && q->store.is_short) {
		log_info("store", "the disk has room again: what is new is taken");
	}
	q->store.is_short = is_short;
	if (is_short && q->loop != NULL && !loop_timer_is_on(&q->short_look))
		loop_timer_start(q->loop, &q->short_look, SHORT_LOOK_MS);
}

static void look_at(struct sqlite *q, const struct commit *c)
{
	tell_whether_it_stands(q, c);
	look_at_room(q, c->is_short);
	look_at_time(q, c->us);
}

/* ---- the thread ---- */

static inline void make(struct sqlite *q, struct commit *c)
{
	int64_t from = now_us();

	if (q->reserve.is_short)
		reserve_renew(&q->reserve, from);
	c->stands = sqlite_file_write(q->file, c->namespace, c->batch, &c->why);
	if (!c->stands && sqlite_file_is_full(q->file) && reserve_spend(&q->reserve, from))
		c->stands = sqlite_file_write(q->file, c->namespace, c->batch, &c->why);
	c->is_short = q->reserve.is_short;
	c->us = now_us() - from;
}

static void *work(void *arg)
{
	struct sqlite *q = arg;

	pthread_mutex_lock(&q->mutex);
	while (!q->is_closing) {
		struct commit *c;

		if (list_is_empty(&q->asked)) {
			pthread_cond_wait(&q->changed, &q->mutex);
			continue;
		}
		c = list_first(&q->asked, struct commit, link);
		list_remove(&c->link);
		q->is_busy = true;
		pthread_mutex_unlock(&q->mutex);
		make(q, c);
		pthread_mutex_lock(&q->mutex);
		q->is_busy = false;
		list_append(&q->made, &c->link);
		eventfd_write(q->made_file.fd, 1);
		pthread_cond_broadcast(&q->changed);
	}
	pthread_mutex_unlock(&q->mutex);
	return NULL;
}

static void commit_free(struct commit *c)
{
	list_remove(&c->link);
	buf_deinit(&c->why);
	free(c);
}

static struct commit *take_made(struct sqlite *q)
{
	struct commit *c = NULL;

	pthread_mutex_lock(&q->mutex);
	if (!list_is_empty(&q->made)) {
		c = list_first(&q->made, struct commit, link);
		list_remove(&c->link);
	}
	pthread_mutex_unlock(&q->mutex);
	return c;
}

static void answer_made(struct sqlite *q)
{
	struct commit *c;

	while ((c = take_made(q)) != NULL) {
		store_committed_fn *on_committed = c->on_committed;
		void *owner = c->owner;
		bool stands = c->stands;

		look_at(q, c);
		commit_free(c);
		on_committed(owner, stands);
	}
}

static void on_made(void *owner, uint32_t events)
{
	struct sqlite *q = owner;
	eventfd_t n;

	(void)events;
	eventfd_read(q->made_file.fd, &n);
	answer_made(q);
}

static void start_thread(struct sqlite *q)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	loop_file_init(&q->made_file, on_made, q);
	if (fd < 0 || loop_file_watch(q->loop, &q->made_file, fd, EPOLLIN) != 0)
		return;
	if (pthread_create(&q->thread, NULL, work, q) != 0) {
		loop_file_unwatch(q->loop, &q->made_file);
		close(fd);
		return;
	}
	q->is_threaded = true;
	log_info("store", "the disk is slow: commits are made beside the loop from now on");
}

/* ---- what a store does ---- */

static void sqlite_commit(struct store *s, struct str namespace, const struct batch *batch,
			  store_committed_fn *on_committed, void *owner)
{
	struct sqlite *q = sqlite_of(s);
	struct commit *c;

	if (!q->is_threaded) {
		struct commit now = { .namespace = namespace, .batch = batch };

		make(q, &now);
		look_at(q, &now);
		buf_deinit(&now.why);
		on_committed(owner, now.stands);
		return;
	}
	c = mem_zero(1, sizeof(*c));
	*c = (struct commit){
		.namespace = namespace, .batch = batch, .on_committed = on_committed, .owner = owner
	};
	list_init(&c->link);
	pthread_mutex_lock(&q->mutex);
	list_append(&q->asked, &c->link);
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->mutex);
}

static void on_nothing(void *owner, bool stands)
{
	(void)owner;
	(void)stands;
}

/* Where nothing new is begun, nothing may be left to commit: then the reserve would never be made anew. */
static void on_short_look(void *owner)
{
	static const struct batch nothing;
	struct sqlite *q = owner;

	sqlite_commit(&q->store, STR_EMPTY, &nothing, on_nothing, NULL);
}

/* Until the thread has nothing to do; the mutex is held. */
static void await_thread(struct sqlite *q)
{
	while (q->is_busy || !list_is_empty(&q->asked))
		pthread_cond_wait(&q->changed, &q->mutex);
}

static int sqlite_load(struct store *s, struct str namespace, store_row_fn *on_row, void *owner)
{
	CLEANUP(buf_deinit) struct buf why = { 0 };
	struct sqlite *q = sqlite_of(s);
	bool good;

	pthread_mutex_lock(&q->mutex);
	await_thread(q);
	good = sqlite_file_load(q->file, namespace, on_row, owner, &why);
	pthread_mutex_unlock(&q->mutex);
	if (!good)
		log_error("store", "it cannot be read: %.*s", STR_ARG(buf_str(&why)));
	return good ? 0 : ERR_SYSTEM;
}

static void sqlite_wait(struct store *s)
{
	struct sqlite *q = sqlite_of(s);

	pthread_mutex_lock(&q->mutex);
	await_thread(q);
	pthread_mutex_unlock(&q->mutex);
	answer_made(q);
}

static void stop_thread(struct sqlite *q)
{
	pthread_mutex_lock(&q->mutex);
	q->is_closing = true;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->mutex);
	pthread_join(q->thread, NULL);
	close(q->made_file.fd);
	loop_file_unwatch(q->loop, &q->made_file);
}

static void sqlite_close(struct store *s)
{
	struct sqlite *q = sqlite_of(s);

	if (q->is_threaded)
		stop_thread(q);
	if (q->loop != NULL)
		loop_timer_stop(q->loop, &q->short_look);
	list_each (link, &q->asked)
		commit_free(list_entry(link, struct commit, link));
	list_each (link, &q->made)
		commit_free(list_entry(link, struct commit, link));
	sqlite_file_close(q->file);
	if (q->lock >= 0)
		close(q->lock);
	pthread_mutex_destroy(&q->mutex);
	pthread_cond_destroy(&q->changed);
	map_deinit(&q->down, NULL);
	free(q);
}

/* ---- opening ---- */

static bool make_folder(const char *folder, struct buf *why)
{
	CLEANUP(mem_freep) char *path = mem_strdup(folder);

	for (char *slash = path; slash != NULL;) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST && errno != EROFS &&
		    errno != EACCES) {
			buf_addf(why, "the folder of the store cannot be made: %s (%s)", path,
				 strerror(errno));
			return false;
		}
		if (slash != NULL)
			*slash = '/';
	}
	return true;
}

static bool lock_folder(struct sqlite *q, const char *folder, struct buf *why)
{
	char path[4096], pid[32];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/lock", folder);
	q->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (q->lock < 0) {
		buf_addf(why, "the folder of the store cannot be used: %s (%s)", folder,
			 strerror(errno));
		return false;
	}
	if (flock(q->lock, LOCK_EX | LOCK_NB) != 0) {
		n = read(q->lock, pid, sizeof(pid) - 1);
		pid[n > 0 ? n : 0] = '\0';
		buf_addf(
			why,
			"another retort (process %s) uses the store in %s; each needs a folder of its "
			"own, see `path` in [store]",
			n > 0 ? pid : "?", folder);
		return false;
	}
	n = snprintf(pid, sizeof(pid), "%d", (int)getpid());
	return ftruncate(q->lock, 0) == 0 && pwrite(q->lock, pid, (size_t)n, 0) == n;
}

/* It stays to be looked at; what waits in its journal goes with it. */
static bool move_aside(const char *path, struct str why)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char from[4200], to[4300];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(from, sizeof(from), "%s%s", path, ends[i]);
		snprintf(to, sizeof(to), "%s.damaged-%lld%s", path, (long long)time(NULL), ends[i]);
		if (rename(from, to) != 0 && errno != ENOENT)
			return false;
	}
	log_error(
		"store",
		"the file is damaged (%.*s): it was moved aside to %s.damaged-..., and a new one is begun; "
		"what was remembered is lost",
		STR_ARG(why), path);
	metric_count(METRIC_STORES_DAMAGED);
	return true;
}

static int open_file(struct sqlite *q, const struct sqlite_setup *setup, struct buf *why)
{
	char path[4150];
	int r;

	snprintf(path, sizeof(path), "%s/retort.db", setup->folder);
	r = sqlite_file_open(&q->file, path, setup->is_relaxed, why);
	if (r == SQLITE_FILE_DAMAGED && move_aside(path, buf_str(why)))
		r = sqlite_file_open(&q->file, path, setup->is_relaxed, why);
	if (r == 0)
		return 0;
	buf_addf(why, " (%s)", path);
	return SQLITE_REFUSED;
}

int sqlite_open(struct store **out, const struct sqlite_setup *setup, struct buf *why)
{
	static const struct store_ops ops = {
		.name = "sqlite",
		.keeps = true,
		.load = sqlite_load,
		.commit = sqlite_commit,
		.wait = sqlite_wait,
		.close = sqlite_close,
	};
	struct sqlite *q = mem_zero(1, sizeof(*q));

	q->store.ops = &ops;
	q->loop = setup->loop;
	q->lock = -1;
	list_init(&q->asked);
	list_init(&q->made);
	map_init(&q->down);
	loop_timer_init(&q->short_look, on_short_look, q);
	pthread_mutex_init(&q->mutex, NULL);
	pthread_cond_init(&q->changed, NULL);
	buf_clear(why);
	if (!make_folder(setup->folder, why) || !lock_folder(q, setup->folder, why) ||
	    open_file(q, setup, why) != 0) {
		sqlite_close(&q->store);
		return SQLITE_REFUSED;
	}
	reserve_init(&q->reserve, setup->folder);
	look_at_room(q, q->reserve.is_short);
	*out = &q->store;
	return 0;
}

int sqlite_peek(const char *folder, const enum store_table *tables, size_t n, sqlite_row_fn *on_row,
		void *owner, struct buf *why)
{
	char path[4150];

	snprintf(path, sizeof(path), "%s/retort.db", folder);
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return SQLITE_ABSENT;
	if (sqlite_file_peek(path, tables, n, on_row, owner, why))
		return 0;
	buf_addf(why, " (%s)", path);
	return SQLITE_REFUSED;
}
