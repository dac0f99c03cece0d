/* SPDX-License-Identifier: MIT */
#include "net/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "base/err.h"
#include "base/mem.h"

struct watch {
	struct loop *loop;
	int fd;
	struct loop_file file;
	struct loop_timer quiet;
	int64_t quiet_ms;
	void (*on_change)(void *owner);
	void *owner;
};

/* A file that is being written has not changed yet; its end tells. */
static const uint32_t CHANGES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
				IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/* Which change it was does not matter, nor whether some were lost: all is looked at again. */
static void on_ready(void *owner, uint32_t events)
{
	struct watch *w = owner;
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	(void)events;
	while (read(w->fd, buffer, sizeof(buffer)) > 0)
		;
	watch_poke(w);
}

static void on_quiet(void *owner)
{
	struct watch *w = owner;

	w->on_change(w->owner);
}

void watch_poke(struct watch *w)
{
	loop_timer_start(w->loop, &w->quiet, w->quiet_ms);
}

int watch_new(struct watch **out, struct loop *loop, int64_t quiet_ms,
	      void (*on_change)(void *owner), void *owner)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct watch *w;

	if (fd < 0)
		return WATCH_UNAVAILABLE;
	w = mem_zero(1, sizeof(*w));
	*w = (struct watch){
		.loop = loop,
		.fd = fd,
		.quiet_ms = quiet_ms,
		.on_change = on_change,
		.owner = owner,
	};
	loop_timer_init(&w->quiet, on_quiet, w);
	loop_file_init(&w->file, on_ready, w);
	if (loop_file_watch(loop, &w->file, fd, EPOLLIN) < 0) {
		watch_free(w);
		return ERR_SETUP;
	}
	*out = w;
	return 0;
}

void watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	loop_timer_stop(w->loop, &w->quiet);
	loop_file_unwatch(w->loop, &w->file);
	close(w->fd);
	loop_bury(w->loop, w, free);
}

int watch_folder(struct watch *w, const char *path)
{
	return inotify_add_watch(w->fd, path, CHANGES) < 0 ? WATCH_UNAVAILABLE : 0;
}
