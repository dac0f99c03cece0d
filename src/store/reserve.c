/* SPDX-License-Identifier: MIT */
#include "store/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { BYTES = 4 << 20, TRY_EVERY_US = 5000000 };

/* A part of it would only take the last room away. Where a file cannot be given room, there is no reserve. When the disk
 * was full, the room that the last reserve gave back is no sign that it is not: there has to be as much again. */
static void make(struct reserve *r)
{
	const off_t wanted = r->is_short ? 2 * BYTES : BYTES;
	int fd = open(r->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int error = fd >= 0 ? posix_fallocate(fd, 0, wanted) : errno;

	if (error == 0 && wanted > BYTES && ftruncate(fd, BYTES) != 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	r->is_there = error == 0;
	r->is_short = r->is_short ? error != 0 : error == ENOSPC || error == EDQUOT;
	if (error != 0)
		unlink(r->path);
}

void reserve_init(struct reserve *r, const char *folder)
{
	*r = (struct reserve){ .is_there = false };
	snprintf(r->path, sizeof(r->path), "%s/reserve", folder);
	make(r);
}

bool reserve_spend(struct reserve *r, int64_t now_us)
{
	if (!r->is_there)
		return false;
	r->is_there = false;
	r->is_short = true;
	r->try_again_us = now_us + TRY_EVERY_US;
	return unlink(r->path) == 0;
}

void reserve_renew(struct reserve *r, int64_t now_us)
{
	if (now_us < r->try_again_us)
		return;
	r->try_again_us = now_us + TRY_EVERY_US;
	make(r);
}
