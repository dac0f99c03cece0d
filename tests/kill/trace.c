/* SPDX-License-Identifier: MIT */
#include "kill/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"

static volatile pid_t program;

struct trace {
	long at;
	bool counts;
	long n;
	long call; /* the newest one's number */
};

static const char *call_name(long number)
{
	static const struct {
		long number;
		const char *name;
	} names[] = {
		{ SYS_read, "read" },
		{ SYS_write, "write" },
		{ SYS_pwrite64, "pwrite64" },
		{ SYS_pread64, "pread64" },
		{ SYS_fdatasync, "fdatasync" },
		{ SYS_fsync, "fsync" },
		{ SYS_sendto, "sendto" },
		{ SYS_sendmsg, "sendmsg" },
		{ SYS_recvfrom, "recvfrom" },
		{ SYS_recvmsg, "recvmsg" },
		{ SYS_connect, "connect" },
		{ SYS_socket, "socket" },
		{ SYS_close, "close" },
		{ SYS_openat, "openat" },
		{ SYS_fcntl, "fcntl" },
		{ SYS_mmap, "mmap" },
		{ SYS_futex, "futex" },
		{ SYS_epoll_ctl, "epoll_ctl" },
		{ SYS_newfstatat, "newfstatat" },
		{ SYS_ftruncate, "ftruncate" },
		{ SYS_getrandom, "getrandom" },
		{ SYS_setsockopt, "setsockopt" },
		{ SYS_getsockname, "getsockname" },
		{ SYS_getpeername, "getpeername" },
#ifdef SYS_epoll_wait
		{ SYS_epoll_wait, "epoll_wait" },
		{ SYS_unlink, "unlink" },
		{ SYS_poll, "poll" },
#endif
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].number == number)
			return names[i].name;
	return "?";
}

static bool saw_calls;

static void on_term(int signal)
{
	(void)signal;
	kill(program, SIGKILL);
}

static void tell(const struct trace *t)
{
	dprintf(STDERR_FILENO, "kill: at system call %ld, %s (%ld)\n", t->n, call_name(t->call),
		t->call);
}

/* A call begins; true = it is the one. */
static bool enters(struct trace *t, pid_t thread)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0)
		return false;
	saw_calls = true;
	t->call = (long)info.seccomp.nr;
	t->counts = t->counts || t->call == SYS_flock;
	t->n += t->counts;
	return t->n == t->at && t->at > 0;
}

/* The program itself has ended, with this status. */
static int follow(struct trace *t)
{
	pid_t thread;
	int status;

	for (;;) {
		int stop, signal = 0;

		thread = waitpid(-1, &status, __WALL);
		if (thread < 0 && errno == EINTR)
			continue;
		if (thread < 0)
			return 1;
		if (!WIFSTOPPED(status)) {
			if (thread == program)
				return WIFEXITED(status) ? WEXITSTATUS(status) :
							   128 + WTERMSIG(status);
			continue;
		}
		stop = WSTOPSIG(status);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
			if (enters(t, thread)) {
				kill(program, SIGKILL);
				continue;
			}
		} else if (stop != SIGTRAP && stop != SIGSTOP) {
			signal = stop;
		}
		ptrace(PTRACE_CONT, thread, 0, signal);
	}
}

/* The kernel stops it once for each call; PTRACE_SYSCALL would do it twice. */
static void become_program(char **argv)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE) };
	const struct sock_fprog filter = { .len = 1, .filter = code };

	if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
		_exit(126);
	raise(SIGSTOP);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0)
		execv(argv[0], argv);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int trace_run(long at, char **argv)
{
	const struct sigaction on = { .sa_handler = on_term };
	struct trace t = { .at = at };
	int status;

	program = fork();
	if (program == 0)
		become_program(argv);
	if (program < 0 || waitpid(program, &status, 0) != program || !WIFSTOPPED(status))
		return 1;
	sigaction(SIGTERM, &on, NULL);
	ptrace(PTRACE_SETOPTIONS, program, 0,
	       PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE);
	ptrace(PTRACE_CONT, program, 0, 0);
	status = follow(&t);
	tell(&t);
	return status;
}

bool trace_works(void)
{
	char name[] = "/bin/true", *argv[] = { name, NULL };
	pid_t child = fork();
	int status;

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		_exit(trace_run(0, argv) == 0 && saw_calls ? 0 : 1);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}
