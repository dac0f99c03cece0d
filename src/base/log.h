/* SPDX-License-Identifier: MIT */
/*
 * Log lines on standard error: `2026-11-23T20:33:56Z info area: sentence key=value`.
 * Nobody waits for whoever reads them: a line that a full pipe, a stopped terminal or a full disk does not take is
 * dropped, and how many were is said by the next that gets through.
 * One event, one line; a line that an operator cannot act on is debug. Control characters are escaped,
 * and whatever looks like a token or a socket ticket (xoxb-, xoxp-, xoxe-, xapp-, ticket=) is cut to
 * its prefix: the last fence, not the first; tokens live in struct secret, which is never formatted.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level); /* default LOG_INFO */
/* The only globals of the program: which lines are written, and how they end, are properties of standard error, not of
 * a room. Written by the functions here alone. */
extern enum log_level log_level;
extern const char *log_line_end;

static inline bool log_is_on(enum log_level level)
{
	return level <= log_level;
}

/* What the lines from now on are about: ` workspace=acme` for all of them to end in, borrowed; NULL = nothing of that
 * kind. Gives what it was before. The loop calls back under what was in force when a file, timer or call was armed, so
 * that rooms need not hand down whom they work for. */
static inline const char *log_about(const char *line_end)
{
	const char *before = log_line_end;

	log_line_end = line_end;
	return before;
}
static inline const char *log_subject(void)
{
	return log_line_end;
}

void log_line(enum log_level level, const char *area, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define log_error(area, ...) log_line(LOG_ERROR, area, __VA_ARGS__)
#define log_warn(area, ...) log_line(LOG_WARN, area, __VA_ARGS__)
#define log_info(area, ...) log_line(LOG_INFO, area, __VA_ARGS__)
#define log_debug(area, ...)                                    \
	do {                                                    \
		if (log_is_on(LOG_DEBUG))                       \
			log_line(LOG_DEBUG, area, __VA_ARGS__); \
	} while (0)

/* A line that is none of the log's, without its end: what was asked for by a signal. */
void log_plain(struct str line);

/* What log_line does to a text, for tests and for error texts that come from outside. */
void log_redact(struct str text, struct buf *out);

/* A token. Nothing prints one. */
struct secret {
	char *value; /* NULL = not set */
};

void secret_set(struct secret *s, struct str value);
void secret_deinit(struct secret *s); /* wipes before freeing */
