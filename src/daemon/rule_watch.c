/* SPDX-License-Identifier: MIT */
#include "daemon/rule_watch.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

enum {
	QUIET_MS = 250,
	UNFINISHED_MS = 10000, /* who writes this slowly is given up */
};

struct rule_watch {
	struct watch *watch;
	struct rule_paths paths;
	struct buf seen; /* what the files looked like when they were read */
	struct buf last; /* … when they were looked at last */
	void (*on_changed)(void *owner);
	void *owner;
};

/* ---- what the files look like ---- */

/* A write changes the time or the size, a replacement the number. */
static void add_file(struct buf *look, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		buf_addf(look, "%s gone\n", path);
		return;
	}
	buf_addf(look, "%s %llu %lld %lld.%09ld\n", path, (unsigned long long)st.st_ino,
		 (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* The rules, and the JSON that they may name. */
static bool is_rules(const char *name)
{
	struct str text = str_from(name);

	return name[0] != '.' && (str_ends(text, ".ini") || str_ends(text, ".json"));
}

static int is_of_interest(const struct dirent *entry)
{
	return is_rules(entry->d_name);
}

static void add_folder(struct buf *look, const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_of_interest, alphasort);

	buf_addf(look, "%s %d\n", folder, n);
	for (int i = 0; i < n; i++) {
		struct buf path = { 0 };

		buf_addf(&path, "%s/%s", folder, entries[i]->d_name);
		buf_addc(&path, '\0');
		add_file(look, path.p);
		buf_deinit(&path);
		free(entries[i]);
	}
	free(entries);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void look_at_files(const struct rule_watch *live, struct buf *look)
{
	buf_clear(look);
	for (size_t i = 0; i < live->paths.n; i++)
		(is_folder(live->paths.paths[i]) ? add_folder : add_file)(look,
									  live->paths.paths[i]);
}

static bool is_same(const struct buf *a, const struct buf *b)
{
	return str_eq(buf_str(a), buf_str(b));
}

/* ---- watching ---- */

/* A file is replaced more often than written: its folder tells. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (is_folder(path))
		return mem_strdup(path);
	if (slash == NULL)
		return mem_strdup(".");
	return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

/* Adding one a second time changes nothing; one that was replaced is found again. */
static int watch_all(const struct rule_watch *live)
{
	int worst = 0;

	for (size_t i = 0; i < live->paths.n; i++) {
		CLEANUP(mem_freep) char *folder = folder_of(live->paths.paths[i]);

		if (watch_folder(live->watch, folder) != 0)
			worst = WATCH_UNAVAILABLE;
	}
	return worst;
}

/* A file that was named may be called anything. */
static bool concerns(void *owner, const char *name)
{
	const struct rule_watch *live = owner;

	for (size_t i = 0; i < live->paths.n; i++) {
		const char *slash = strrchr(live->paths.paths[i], '/');

		if (strcmp(name, slash != NULL ? slash + 1 : live->paths.paths[i]) == 0)
			return true;
	}
	return is_rules(name);
}

/* Told only when they look the same twice, a while apart. */
static void on_quiet(void *owner)
{
	struct rule_watch *live = owner;
	CLEANUP(buf_deinit) struct buf now = { 0 };
	bool is_at_rest;

	watch_all(live);
	look_at_files(live, &now);
	is_at_rest = is_same(&now, &live->last);
	buf_clear(&live->last);
	buf_add(&live->last, buf_str(&now));
	if (is_same(&now, &live->seen))
		return;
	if (is_at_rest)
		live->on_changed(live->owner);
	else
		watch_poke(live->watch);
}

void rule_watch_seen(struct rule_watch *live)
{
	if (live != NULL)
		look_at_files(live, &live->seen);
}

/* ---- life ---- */

struct rule_watch *rule_watch_new(struct loop *loop, struct rule_paths paths,
				  void (*on_changed)(void *owner), void *owner)
{
	struct rule_watch *live = mem_zero(1, sizeof(*live));
	const struct watch_ways ways = { .quiet_ms = QUIET_MS,
					 .unfinished_ms = UNFINISHED_MS,
					 .concerns = concerns,
					 .on_change = on_quiet,
					 .owner = live };

	live->paths = paths;
	live->on_changed = on_changed;
	live->owner = owner;
	buf_init(&live->seen, 0);
	buf_init(&live->last, 0);
	if (watch_new(&live->watch, loop, &ways) != 0 || watch_all(live) != 0) {
		log_warn(
			"rules",
			"the rules cannot be watched (%s): after a change they are read again on SIGHUP",
			strerror(errno));
		rule_watch_free(live);
		return NULL;
	}
	rule_watch_seen(live);
	return live;
}

void rule_watch_free(struct rule_watch *live)
{
	if (live == NULL)
		return;
	watch_free(live->watch);
	buf_deinit(&live->seen);
	buf_deinit(&live->last);
	free(live);
}
