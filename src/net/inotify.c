/* SPDX-License-Identifier: MIT */
#include "net/inotify.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"

struct watch {
	struct loop *loop;
	int fd;
	struct loop_file file;
	struct loop_timer quiet;
	struct watch_ways ways;
	struct map
		unfinished; /* files that are being written, by folder and name; the values mean nothing */
};

static const uint32_t CHANGES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
				IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
/* A file that is being written has not changed yet; its end tells. */
static const uint32_t ENDS = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;

static void note_event(struct watch *w, const struct inotify_event *event)
{
	char key[sizeof(((struct dirent *)NULL)->d_name) + 16];
	int len;

	if (event->len == 0 || !w->ways.concerns(w->ways.owner, event->name))
		return;
	len = snprintf(key, sizeof(key), "%d/%s", event->wd, event->name);
	if (event->mask & IN_MODIFY)
		map_set(&w->unfinished, str_make(key, (size_t)len), w);
	else if (event->mask & ENDS)
		map_remove(&w->unfinished, str_make(key, (size_t)len));
}

static bool is_change(const struct watch *w, const struct inotify_event *event)
{
	return !(event->mask & IN_MODIFY) ||
	       (event->len > 0 && w->ways.concerns(w->ways.owner, event->name));
}

/* Which change it was does not matter, nor whether some were lost: all is looked at again. */
static void on_ready(void *owner, uint32_t events)
{
	struct watch *w = owner;
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	(void)events;
	while ((n = read(w->fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(buffer + at);

			note_event(w, event);
			changed |= is_change(w, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	if (changed)
		watch_poke(w);
}

/* Also when a file was left open, or its end was lost: it is not waited for twice. */
static void on_quiet(void *owner)
{
	struct watch *w = owner;

	map_deinit(&w->unfinished, NULL);
	map_init(&w->unfinished);
	w->ways.on_change(w->ways.owner);
}

void watch_poke(struct watch *w)
{
	loop_timer_start(w->loop, &w->quiet,
			 w->unfinished.n > 0 ? w->ways.unfinished_ms : w->ways.quiet_ms);
}

int watch_new(struct watch **out, struct loop *loop, const struct watch_ways *ways)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct watch *w;

	if (fd < 0)
		return WATCH_UNAVAILABLE;
	w = mem_zero(1, sizeof(*w));
	*w = (struct watch){ .loop = loop, .fd = fd, .ways = *ways };
	map_init(&w->unfinished);
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
	map_deinit(&w->unfinished, NULL);
	loop_bury(w->loop, w, free);
}

int watch_folder(struct watch *w, const char *path)
{
	return inotify_add_watch(w->fd, path, CHANGES | IN_MODIFY) < 0 ? WATCH_UNAVAILABLE : 0;
}
