/* SPDX-License-Identifier: MIT */
/* The client under test as a child process: started with an environment, its output kept line by line. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include "base/buf.h"
#include "net/loop.h"

struct process;

/* `argv` and `environment` end with NULL; the environment is laid over our own, "NAME=" takes a name away. NULL when it
 * cannot be started (said in the log). Its standard error is the file `errors`, or closed where that is empty; NULL = we
 * read it like the other output. What we read is also passed on to `show` when it is not NULL. */
struct process *process_start(struct loop *loop, const char *const *argv,
			      const char *const *environment, const char *errors, FILE *show);
/* Kills it when it still runs, and waits for its end. */
void process_free(struct process *p);
void process_signal(struct process *p, int signal);
pid_t process_pid(const struct process *p);
/* Of its memory, by the kernel's name: "VmRSS" = now, "VmHWM" = at most so far. In kB; 0 = not known. */
long process_memory_kb(const struct process *p, const char *name);
/* Everything that it wrote so far, on both outputs. */
struct str process_output(const struct process *p);
/* Not read, its output fills a small pipe, and then it has to do without. */
void process_read(struct process *p, bool read);
/* Has it ended? *status: its exit status, or 128 + the signal that ended it. */
bool process_ended(struct process *p, int *status);
