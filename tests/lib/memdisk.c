/* SPDX-License-Identifier: MIT */
#include "lib/memdisk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "base/mem.h"

enum { SECTOR = 512, BLOCK = 4096, N_FATES = 5, SHM_MAX = 64 };

struct content {
	unsigned char *bytes;
	size_t len, cap;
};

/* A write (`bytes` != NULL) or a truncation that is not on the disk for sure. */
struct change {
	size_t at, len;
	unsigned char *bytes;
};

struct inode {
	unsigned refs;	       /* names, now and on the disk, and handles */
	struct content now;    /* as programs see it */
	struct content synced; /* what the disk has for sure */
	struct change *changes;
	size_t n_changes, cap_changes;
	bool is_new_journal; /* its first sync syncs the folder, too */
	void *shm[SHM_MAX];
	int n_shm;
};

struct handle {
	sqlite3_file base;
	struct inode *inode;
	unsigned life; /* of the machine, in which it was opened */
};

static sqlite3_vfs vfs, *real_vfs;
/* struct inode, by path: the folder as programs see it, and as the disk has it for sure. */
static struct map names, synced_names;
static uint64_t random_state;
static unsigned life;
static bool is_down;
static long falls_in; /* 0 = not planned */
static enum memdisk_end falls_by;

static uint64_t draw(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 11;
}

static bool by_lot(void)
{
	return draw() % 2 == 0;
}

/* ---- contents ---- */

/* What comes to lie between the old end and the new one was never written. */
static void content_grow(struct content *c, size_t len, bool with_junk)
{
	if (len > c->cap) {
		c->cap = len * 2 + BLOCK;
		c->bytes = mem_grow(c->bytes, c->cap, 1);
	}
	for (size_t i = c->len; i < len; i++)
		c->bytes[i] = with_junk ? (unsigned char)draw() : 0;
	c->len = len > c->len ? len : c->len;
}

static void content_write(struct content *c, size_t at, const void *bytes, size_t len,
			  bool with_junk)
{
	if (at + len > c->len)
		content_grow(c, at + len, with_junk);
	memcpy(c->bytes + at, bytes, len);
}

static void content_truncate(struct content *c, size_t len)
{
	if (len > c->len)
		content_grow(c, len, false);
	c->len = len;
}

static void content_copy(struct content *to, const struct content *from)
{
	to->len = 0;
	content_write(to, 0, from->len > 0 ? from->bytes : (const unsigned char *)"", from->len,
		      false);
}

static void change_apply(struct content *c, const struct change *change)
{
	if (change->bytes != NULL)
		content_write(c, change->at, change->bytes, change->len, false);
	else
		content_truncate(c, change->at);
}

/* ---- files and names ---- */

static void drop_changes(struct inode *i)
{
	for (size_t k = 0; k < i->n_changes; k++)
		free(i->changes[k].bytes);
	i->n_changes = 0;
}

static void shm_free(struct inode *i)
{
	for (int k = 0; k < i->n_shm; k++)
		free(i->shm[k]);
	i->n_shm = 0;
}

static void inode_unref(void *pointer)
{
	struct inode *i = pointer;

	if (i == NULL || --i->refs > 0)
		return;
	drop_changes(i);
	shm_free(i);
	free(i->changes);
	free(i->now.bytes);
	free(i->synced.bytes);
	free(i);
}

static void set_name(struct map *in, struct str name, struct inode *i)
{
	if (i != NULL)
		i->refs++;
	inode_unref(i != NULL ? map_set(in, name, i) : map_remove(in, name));
}

static void copy_names(struct map *to, const struct map *from)
{
	struct map_entry *at = NULL;
	struct str name;
	void *inode;

	while (map_next(to, &at, &name, &inode))
		if (map_get(from, name) == NULL)
			set_name(to, name, NULL);
	at = NULL;
	while (map_next(from, &at, &name, &inode))
		set_name(to, name, inode);
}

static void note_change(struct inode *i, size_t at, const void *bytes, size_t len)
{
	struct change *change;

	if (i->n_changes == i->cap_changes) {
		i->cap_changes = i->cap_changes * 2 + 64;
		i->changes = mem_grow(i->changes, i->cap_changes, sizeof(*i->changes));
	}
	change = &i->changes[i->n_changes++];
	*change = (struct change){ .at = at, .len = len };
	if (bytes != NULL) {
		change->bytes = mem_alloc(len);
		memcpy(change->bytes, bytes, len);
	}
	change_apply(&i->now, change);
}

/* ---- the end of the machine ---- */

static void shuffle(struct inode *i)
{
	for (size_t k = i->n_changes; k > 1; k--) {
		size_t other = draw() % k;
		struct change swapped = i->changes[other];

		i->changes[other] = i->changes[k - 1];
		i->changes[k - 1] = swapped;
	}
}

/* Some of its sectors. */
static void apply_torn(struct content *c, const struct change *change, bool with_junk)
{
	for (size_t done = 0; done < change->len;) {
		size_t n = SECTOR - (change->at + done) % SECTOR;

		n = n < change->len - done ? n : change->len - done;
		if (by_lot())
			content_write(c, change->at + done, change->bytes + done, n, with_junk);
		done += n;
	}
}

static void apply_by_lot(struct content *c, const struct change *change, bool with_junk)
{
	if (by_lot())
		return;
	if (change->bytes == NULL)
		content_truncate(c, change->at);
	else if (by_lot())
		apply_torn(c, change, with_junk);
	else
		content_write(c, change->at, change->bytes, change->len, with_junk);
}

static void lose_power(struct inode *i)
{
	enum { NOTHING, ALL, THE_FIRST, SOME, SOME_IN_DISORDER } fate = draw() % N_FATES;
	size_t n_first = i->n_changes > 0 ? draw() % (i->n_changes + 1) : 0;
	bool with_junk = by_lot();

	if (fate == SOME_IN_DISORDER)
		shuffle(i);
	for (size_t k = 0; k < i->n_changes; k++) {
		if (fate == ALL || (fate == THE_FIRST && k < n_first))
			change_apply(&i->synced, &i->changes[k]);
		else if (fate == SOME || fate == SOME_IN_DISORDER ||
			 (fate == THE_FIRST && k == n_first))
			apply_by_lot(&i->synced, &i->changes[k], with_junk);
	}
	drop_changes(i);
	content_copy(&i->now, &i->synced);
}

static void lose_names(void)
{
	struct map_entry *at = NULL;
	struct str name;
	void *inode;

	/* Of a name that was made, taken away, or given to another file. */
	while (map_next(&names, &at, &name, &inode))
		if (map_get(&synced_names, name) != inode && by_lot())
			set_name(&synced_names, name, inode);
	at = NULL;
	while (map_next(&synced_names, &at, &name, &inode))
		if (map_get(&names, name) == NULL && by_lot())
			set_name(&synced_names, name, NULL);
	copy_names(&names, &synced_names);
}

static void end_now(void)
{
	struct map_entry *at = NULL;
	struct str name;
	void *inode;

	is_down = true;
	falls_in = 0;
	if (falls_by == MEMDISK_POWER_CUT)
		lose_names();
	while (map_next(&names, &at, &name, &inode)) {
		shm_free(inode);
		if (falls_by == MEMDISK_POWER_CUT)
			lose_power(inode);
	}
}

/* Before each change: does it still happen? */
static bool still_up(void)
{
	if (!is_down && falls_in > 0 && --falls_in == 0)
		end_now();
	return !is_down;
}

/* ---- what SQLite asks of a file ---- */

static struct handle *handle_of(sqlite3_file *f)
{
	return (struct handle *)f;
}

static bool is_dead(sqlite3_file *f)
{
	return is_down || handle_of(f)->life != life;
}

static int on_close(sqlite3_file *f)
{
	inode_unref(handle_of(f)->inode);
	f->pMethods = NULL;
	return SQLITE_OK;
}

static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	const struct content *c = &handle_of(f)->inode->now;
	size_t from = (size_t)at < c->len ? (size_t)at : c->len;
	size_t there = c->len - from < (size_t)n ? c->len - from : (size_t)n;

	if (is_dead(f))
		return SQLITE_IOERR_READ;
	if (there > 0)
		memcpy(to, c->bytes + from, there);
	memset((char *)to + there, 0, (size_t)n - there);
	return there == (size_t)n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int on_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	if (is_dead(f) || !still_up())
		return SQLITE_IOERR_WRITE;
	note_change(handle_of(f)->inode, (size_t)at, bytes, (size_t)n);
	return SQLITE_OK;
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (is_dead(f) || !still_up())
		return SQLITE_IOERR_TRUNCATE;
	note_change(handle_of(f)->inode, (size_t)size, NULL, 0);
	return SQLITE_OK;
}

static int on_sync(sqlite3_file *f, int flags)
{
	struct inode *i = handle_of(f)->inode;

	(void)flags;
	if (is_dead(f) || !still_up())
		return SQLITE_IOERR_FSYNC;
	for (size_t k = 0; k < i->n_changes; k++)
		change_apply(&i->synced, &i->changes[k]);
	drop_changes(i);
	if (i->is_new_journal)
		copy_names(&synced_names, &names);
	i->is_new_journal = false;
	return SQLITE_OK;
}

static int on_size(sqlite3_file *f, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)handle_of(f)->inode->now.len;
	return is_dead(f) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

/* One program at a time has the file. */
static int on_lock(sqlite3_file *f, int level)
{
	(void)level;
	return is_dead(f) ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

static int on_unlock(sqlite3_file *f, int level)
{
	(void)f;
	(void)level;
	return SQLITE_OK;
}

static int on_check(sqlite3_file *f, int *out)
{
	*out = 0;
	return is_dead(f) ? SQLITE_IOERR_CHECKRESERVEDLOCK : SQLITE_OK;
}

static int on_control(sqlite3_file *f, int op, void *arg)
{
	(void)f;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int on_sector(sqlite3_file *f)
{
	(void)f;
	return BLOCK;
}

/* As the files of Unix say of themselves. */
static int on_device(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int on_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
	struct inode *i = handle_of(f)->inode;

	*out = NULL;
	if (is_dead(f) || region >= SHM_MAX)
		return SQLITE_IOERR_SHMMAP;
	while (extend && i->n_shm <= region)
		i->shm[i->n_shm++] = mem_zero((size_t)size, 1);
	if (region < i->n_shm)
		*out = i->shm[region];
	return SQLITE_OK;
}

static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	(void)offset;
	(void)n;
	return is_dead(f) && (flags & SQLITE_SHM_LOCK) != 0 ? SQLITE_IOERR_SHMLOCK : SQLITE_OK;
}

static void on_shm_barrier(sqlite3_file *f)
{
	(void)f;
}

static int on_shm_unmap(sqlite3_file *f, int gone)
{
	if (gone && !is_dead(f))
		shm_free(handle_of(f)->inode);
	return SQLITE_OK;
}

/* ---- what it asks of the folder ---- */

static int on_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *base, int flags, int *out)
{
	static const sqlite3_io_methods methods = {
		.iVersion = 2,
		.xClose = on_close,
		.xRead = on_read,
		.xWrite = on_write,
		.xTruncate = on_truncate,
		.xSync = on_sync,
		.xFileSize = on_size,
		.xLock = on_lock,
		.xUnlock = on_unlock,
		.xCheckReservedLock = on_check,
		.xFileControl = on_control,
		.xSectorSize = on_sector,
		.xDeviceCharacteristics = on_device,
		.xShmMap = on_shm_map,
		.xShmLock = on_shm_lock,
		.xShmBarrier = on_shm_barrier,
		.xShmUnmap = on_shm_unmap,
	};
	struct handle *h = handle_of(base);
	struct inode *i = name != NULL ? map_get(&names, str_from(name)) : NULL;

	(void)v;
	*h = (struct handle){ .life = life };
	if (is_down || (i == NULL && !still_up()))
		return SQLITE_CANTOPEN;
	if (i == NULL) {
		i = mem_zero(1, sizeof(*i));
		i->is_new_journal = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
		if (name != NULL)
			set_name(&names, str_from(name), i);
	}
	i->refs++;
	h->inode = i;
	h->base.pMethods = &methods;
	if (out != NULL)
		*out = flags;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
	(void)v;
	if (map_get(&names, str_from(name)) == NULL)
		return SQLITE_IOERR_DELETE_NOENT;
	if (!still_up())
		return SQLITE_IOERR_DELETE;
	set_name(&names, str_from(name), NULL);
	if (sync_folder)
		copy_names(&synced_names, &names);
	return SQLITE_OK;
}

static int on_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	const struct inode *i = map_get(&names, str_from(name));

	(void)v;
	*out = i != NULL && (flags != SQLITE_ACCESS_EXISTS || i->now.len > 0);
	return is_down ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

/* ---- the machine ---- */

void memdisk_install(uint64_t seed)
{
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "memdisk";
	vfs.pNext = NULL;
	vfs.szOsFile = sizeof(struct handle);
	vfs.xOpen = on_open;
	vfs.xDelete = on_delete;
	vfs.xAccess = on_access;
	map_init(&names);
	map_init(&synced_names);
	random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	is_down = false;
	falls_in = 0;
	sqlite3_vfs_register(&vfs, 1);
}

void memdisk_remove(void)
{
	sqlite3_vfs_unregister(&vfs);
	sqlite3_vfs_register(real_vfs, 1);
	map_deinit(&names, inode_unref);
	map_deinit(&synced_names, inode_unref);
}

void memdisk_go_down_at(long n, enum memdisk_end end)
{
	falls_in = n;
	falls_by = end;
	if (n == 0)
		end_now();
}

void memdisk_stay_up(void)
{
	falls_in = 0;
}

bool memdisk_is_down(void)
{
	return is_down;
}

void memdisk_come_up(void)
{
	is_down = false;
	falls_in = 0;
	life++;
}
