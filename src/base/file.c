/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"

enum {
	CHUNK = 64 << 10,
	/* A pipe, a terminal or a lock of somebody's is not waited for; a terminal does not become ours. */
	HOW = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
};

static const char leads_out[] = "it is a link that leads out of the folder";

static const char *refuse(int code, const char *why)
{
	errno = code;
	return why;
}

static const char *refuse_kind(mode_t mode)
{
	if (S_ISREG(mode))
		return NULL;
	if (S_ISDIR(mode))
		return refuse(EISDIR, strerror(EISDIR));
	if (S_ISFIFO(mode))
		return refuse(EINVAL, "it is a pipe; wanted a plain file");
	if (S_ISSOCK(mode))
		return refuse(EINVAL, "it is a socket; wanted a plain file");
	return S_ISLNK(mode) ? refuse(ELOOP, leads_out) :
			       refuse(EINVAL, "it is a device; wanted a plain file");
}

static const char *refuse_size(size_t max)
{
	static _Thread_local char why[48];

	if (max >= 1 << 20)
		snprintf(why, sizeof(why), "it is over %zu MiB", max >> 20);
	else if (max >= 1 << 10)
		snprintf(why, sizeof(why), "it is over %zu KiB", max >> 10);
	else
		snprintf(why, sizeof(why), "it is over %zu bytes", max);
	return refuse(EFBIG, why);
}

static size_t max_of(const struct buf *out)
{
	return out->max > 0 ? out->max : BUF_MAX_DEFAULT;
}

static const char *read_all(int fd, struct buf *out)
{
	char more;

	for (;;) {
		size_t left = max_of(out) - out->len, want = left < CHUNK ? left : CHUNK;
		ssize_t n = read(fd, want > 0 ? buf_room(out, want) : &more, want > 0 ? want : 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			return NULL;
		if (want == 0)
			return refuse_size(max_of(out));
		out->len += (size_t)n;
	}
}

/* `flags` may add AT_SYMLINK_NOFOLLOW. Looked at before it is opened, because opening a device may do something, and
 * after, because it may be another by then. */
static const char *load_at(int folder, const char *name, int flags, struct buf *out)
{
	const char *why;
	struct stat st;
	int fd, saved;

	if (fstatat(folder, name, &st, flags) != 0)
		return strerror(errno);
	why = refuse_kind(st.st_mode);
	if (why != NULL)
		return why;
	fd = openat(folder, name, HOW | (flags != 0 ? O_NOFOLLOW : 0));
	if (fd < 0)
		return errno == ELOOP && flags != 0 ? leads_out : strerror(errno);
	why = fstat(fd, &st) != 0 ? strerror(errno) : refuse_kind(st.st_mode);
	if (why == NULL && st.st_size > 0 && (size_t)st.st_size > max_of(out) - out->len)
		why = refuse_size(max_of(out));
	if (why == NULL)
		why = read_all(fd, out);
	saved = errno;
	close(fd);
	errno = saved;
	return why;
}

const char *file_load(const char *path, struct buf *out)
{
	return load_at(AT_FDCWD, path, 0, out);
}

/* Without links on the way: whoever puts one there after the path was settled gets nothing by it. */
static const char *load_below(int folder, char *path, struct buf *out)
{
	char *slash = strchr(path, '/');
	const char *why;
	int below;

	if (slash == NULL)
		return load_at(folder, path, AT_SYMLINK_NOFOLLOW, out);
	*slash = '\0';
	below = openat(folder, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return strerror(errno);
	why = load_below(below, slash + 1, out);
	close(below);
	return why;
}

const char *file_load_within(const char *folder, const char *path, struct buf *out)
{
	CLEANUP(mem_freep) char *home = realpath(folder, NULL);
	CLEANUP(mem_freep) char *real = home != NULL ? realpath(path, NULL) : NULL;
	const char *why;
	struct str rest;
	int fd;

	if (real == NULL)
		return strerror(errno);
	if (strcmp(real, home) == 0)
		return refuse_kind(S_IFDIR);
	rest = str_from(real);
	if (!str_skip(&rest, home) || (strcmp(home, "/") != 0 && !str_skip(&rest, "/")))
		return refuse(EXDEV, leads_out);
	fd = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return strerror(errno);
	why = load_below(fd, real + (rest.p - real), out);
	close(fd);
	return why;
}

const char *file_refuse(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? refuse_kind(st.st_mode) : strerror(errno);
}
