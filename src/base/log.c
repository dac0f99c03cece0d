/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/metric.h"

static const char *const level_names[] = { "error", "warn", "info", "debug" };

enum log_level log_level = LOG_INFO;
const char *log_line_end = NULL;
static uint64_t n_dropped; /* lines since the last that could be written */

void log_set_level(enum log_level level)
{
	log_level = level;
}

/* What a secret begins with; it ends at the first byte that none of them holds. */
static const char *const secret_marks[] = {
	"xoxb-", "xoxp-", "xoxa-", "xoxc-", "xoxd-", "xoxe-",	"xoxe.",
	"xoxo-", "xoxr-", "xoxs-", "xapp-", "xwfp-", "ticket=",
};

static bool is_secret_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("-_.%+/=~", c) != NULL);
}

/* Takes a secret off the rest and writes its mark; false when there is none here. */
static bool redact_one(struct str *rest, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(secret_marks); i++) {
		if (!str_skip(rest, secret_marks[i]))
			continue;
		buf_addz(out, secret_marks[i]);
		buf_addz(out, "…");
		while (rest->len > 0 && is_secret_byte(rest->p[0]))
			*rest = str_sub(*rest, 1, rest->len);
		return true;
	}
	return false;
}

void log_redact(struct str text, struct buf *out)
{
	CLEANUP(buf_deinit) struct buf open = { 0 };

	while (text.len > 0) {
		if ((text.p[0] == 'x' || text.p[0] == 't') && redact_one(&text, &open))
			continue;
		buf_addc(&open, text.p[0]);
		text = str_sub(text, 1, text.len);
	}
	buf_add_shown(out, buf_str(&open));
}

/* ---- writing, but never waiting for whoever should read it ---- */

/* No more than a pipe takes at once, or the rest of a line would have to be waited for. */
enum { LINE_MAX_BYTES = PIPE_BUF };

/* Behind what was lost before it, as soon as somebody takes lines again. */
static void write_line(const char *stamp, struct buf *line)
{
	char lost[120] = "";
	struct str texts[2];

	if (line->len > LINE_MAX_BYTES) {
		line->len = LINE_MAX_BYTES - 4; /* whatever letter it cuts, the rest is not read */
		buf_addz(line, "…\n");
	}
	if (n_dropped > 0)
		snprintf(lost, sizeof(lost),
			 "%s warn log: nobody took what was written here lost=%llu\n", stamp,
			 (unsigned long long)n_dropped);
	texts[0] = str_from(lost);
	texts[1] = buf_str(line);
	for (size_t i = lost[0] != '\0' ? 0 : 1; i < ARRAY_LEN(texts); i++) {
		struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
		ssize_t n = -1;

		if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0) {
			n = send(STDERR_FILENO, texts[i].p, texts[i].len,
				 MSG_DONTWAIT | MSG_NOSIGNAL);
			if (n < 0 && errno == ENOTSOCK)
				n = write(STDERR_FILENO, texts[i].p, texts[i].len);
		}
		if (n <= 0) {
			n_dropped++;
			metric_count(METRIC_LOG_LINES_LOST);
			return;
		}
	}
	n_dropped = 0;
}

void log_line(enum log_level level, const char *area, const char *fmt, ...)
{
	CLEANUP(buf_deinit) struct buf message = { 0 };
	CLEANUP(buf_deinit) struct buf line = { 0 };
	const int saved = errno;
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;
	va_list args;

	if (!log_is_on(level))
		return;
	va_start(args, fmt);
	buf_addv(&message, fmt, args);
	va_end(args);
	buf_addz(&message, log_line_end != NULL ? log_line_end : "");
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	buf_addf(&line, "%s %s %s: ", stamp, level_names[level], area);
	log_redact(buf_str(&message), &line);
	buf_addc(&line, '\n');
	/* One write a line, so that lines of several processes do not mix. */
	write_line(stamp, &line);
	errno = saved; /* a complaint on the way must not change what the caller is about to ask */
}

void log_plain(struct str text)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };

	buf_add(&line, text);
	buf_addc(&line, '\n');
	write_line("-", &line);
}

void secret_set(struct secret *s, struct str value)
{
	secret_deinit(s);
	s->value = str_dup(value);
}

void secret_deinit(struct secret *s)
{
	if (s->value != NULL)
		explicit_bzero(s->value, strlen(s->value));
	free(s->value);
	s->value = NULL;
}
