/* SPDX-License-Identifier: MIT */
#include "sim/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mem.h"

enum { OUTPUT_MAX = 16 << 20, SMALL_PIPE = 4096, USUAL_PIPE = 65536 };

struct process {
	struct loop *loop;
	pid_t pid;
	bool ended;
	int status;
	struct loop_file file;
	struct buf output;
	FILE *show;
};

static void stop_reading(struct process *p)
{
	int fd = p->file.fd;

	if (fd < 0)
		return;
	loop_file_unwatch(p->loop, &p->file);
	close(fd);
}

static void on_output(void *owner, uint32_t events)
{
	struct process *p = owner;
	char block[8192];
	ssize_t n;

	(void)events;
	while ((n = read(p->file.fd, block, sizeof(block))) > 0) {
		buf_add(&p->output, str_make(block, (size_t)n));
		if (p->show != NULL)
			fwrite(block, 1, (size_t)n, p->show);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		stop_reading(p);
}

static void set_environment(const char *const *environment)
{
	for (; *environment != NULL; environment++) {
		struct str rest = str_from(*environment), name;

		str_cut(&rest, '=', &name);
		if (rest.len == 0) {
			char *plain = str_dup(name);

			unsetenv(plain);
			free(plain);
		} else {
			putenv(mem_strdup(*environment));
		}
	}
}

/* "" = nowhere: it is closed. */
static void write_to(const char *path, int out)
{
	if (path == NULL)
		dup2(out, STDERR_FILENO);
	else if (*path == '\0')
		close(STDERR_FILENO);
	else
		dup2(open(path, O_WRONLY), STDERR_FILENO);
}

static void become(const char *const *argv, const char *const *environment, const char *errors,
		   int out)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(out, 1);
	write_to(errors, out);
	set_environment(environment);
	execvp(argv[0], (char *const *)argv);
	dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

struct process *process_start(struct loop *loop, const char *const *argv,
			      const char *const *environment, const char *errors, FILE *show)
{
	struct process *p;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		log_error("sim", "cannot make a pipe: %s", strerror(errno));
		return NULL;
	}
	p = mem_zero(1, sizeof(*p));
	p->loop = loop;
	p->show = show;
	buf_init(&p->output, OUTPUT_MAX);
	p->pid = fork();
	if (p->pid == 0)
		become(argv, environment, errors, ends[1]);
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	loop_file_init(&p->file, on_output, p);
	loop_file_watch(loop, &p->file, ends[0], EPOLLIN);
	return p;
}

bool process_ended(struct process *p, int *status)
{
	int raw;

	if (!p->ended && waitpid(p->pid, &raw, WNOHANG) == p->pid) {
		p->ended = true;
		p->status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
		on_output(p, 0);
	}
	*status = p->status;
	return p->ended;
}

void process_free(struct process *p)
{
	int raw;

	if (p == NULL)
		return;
	if (!process_ended(p, &raw)) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, &raw, 0);
	}
	stop_reading(p);
	buf_deinit(&p->output);
	free(p);
}

void process_read(struct process *p, bool read)
{
	int fd = p->file.fd;

	if (fd < 0)
		return;
	fcntl(fd, F_SETPIPE_SZ, read ? USUAL_PIPE : SMALL_PIPE);
	loop_file_watch(p->loop, &p->file, fd, read ? EPOLLIN : 0);
}

void process_signal(struct process *p, int signal)
{
	if (!p->ended)
		kill(p->pid, signal);
}

pid_t process_pid(const struct process *p)
{
	return p->pid;
}

long process_memory_kb(const struct process *p, const char *name)
{
	char path[64], line[128];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)process_pid(p));
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	while (kb == 0 && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			kb = strtol(line + strlen(name) + 1, NULL, 10);
	}
	fclose(f);
	return kb;
}

struct str process_output(const struct process *p)
{
	return buf_str(&p->output);
}
