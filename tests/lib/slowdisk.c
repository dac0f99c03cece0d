/* SPDX-License-Identifier: MIT */
#include "lib/slowdisk.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"

/* A file of ours; the real one follows it in memory. */
struct file {
	sqlite3_file base;
	sqlite3_io_methods methods;
	sqlite3_file *real;
};

static sqlite3_vfs vfs, *real_vfs;
static enum slowdisk_fault fault_now;
static const char *full_with;
static int delay_ms, n_failed;

static int on_write(sqlite3_file *base, const void *bytes, int n, sqlite3_int64 at)
{
	struct file *f = (struct file *)base;

	if (fault_now == SLOWDISK_FULL || (full_with != NULL && access(full_with, F_OK) == 0)) {
		n_failed++;
		return SQLITE_FULL;
	}
	return f->real->pMethods->xWrite(f->real, bytes, n, at);
}

static int on_sync(sqlite3_file *base, int flags)
{
	struct file *f = (struct file *)base;
	struct timespec delay = { 0, delay_ms * 1000000L };

	if (fault_now == SLOWDISK_NO_SYNC) {
		n_failed++;
		return SQLITE_IOERR_FSYNC;
	}
	while (fault_now == SLOWDISK_HANGS)
		pause();
	if (delay_ms > 0)
		nanosleep(&delay, NULL);
	return f->real->pMethods->xSync(f->real, flags);
}

#define REAL(base) (((struct file *)(base))->real)
#define CALL(base, method, ...) REAL(base)->pMethods->method(REAL(base), ##__VA_ARGS__)

static int on_close(sqlite3_file *f)
{
	return CALL(f, xClose);
}
static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return CALL(f, xRead, to, n, at);
}
static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return CALL(f, xTruncate, size);
}
static int on_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return CALL(f, xFileSize, size);
}
static int on_lock(sqlite3_file *f, int level)
{
	return CALL(f, xLock, level);
}
static int on_unlock(sqlite3_file *f, int level)
{
	return CALL(f, xUnlock, level);
}
static int on_check(sqlite3_file *f, int *out)
{
	return CALL(f, xCheckReservedLock, out);
}
static int on_control(sqlite3_file *f, int op, void *arg)
{
	return CALL(f, xFileControl, op, arg);
}
static int on_sector(sqlite3_file *f)
{
	return CALL(f, xSectorSize);
}
static int on_device(sqlite3_file *f)
{
	return CALL(f, xDeviceCharacteristics);
}
static int on_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
	return CALL(f, xShmMap, region, size, extend, out);
}
static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return CALL(f, xShmLock, offset, n, flags);
}
static void on_shm_barrier(sqlite3_file *f)
{
	CALL(f, xShmBarrier);
}
static int on_shm_unmap(sqlite3_file *f, int gone)
{
	return CALL(f, xShmUnmap, gone);
}

static int on_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *base, int flags, int *out)
{
	struct file *f = (struct file *)base;
	int r;

	(void)v;
	memset(f, 0, sizeof(*f));
	f->real = (sqlite3_file *)(f + 1);
	r = real_vfs->xOpen(real_vfs, name, f->real, flags, out);
	if (f->real->pMethods == NULL)
		return r;
	f->methods = (sqlite3_io_methods){
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
	f->base.pMethods = &f->methods;
	return r;
}

void slowdisk_install(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "slowdisk";
	vfs.pNext = NULL;
	vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	vfs.xOpen = on_open;
	fault_now = SLOWDISK_GOOD;
	full_with = NULL;
	delay_ms = n_failed = 0;
	sqlite3_vfs_register(&vfs, 1);
}

void slowdisk_remove(void)
{
	sqlite3_vfs_unregister(&vfs);
	sqlite3_vfs_register(real_vfs, 1);
}

void slowdisk_fail(enum slowdisk_fault fault)
{
	fault_now = fault;
}

void slowdisk_full_with(const char *path)
{
	full_with = path;
}

void slowdisk_delay(int ms)
{
	delay_ms = ms;
}

int slowdisk_n_failed(void)
{
	return n_failed;
}
