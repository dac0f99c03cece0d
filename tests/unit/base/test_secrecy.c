/* SPDX-License-Identifier: MIT */
#include "base/secrecy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "base/mem.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

/* In a process of its own, which has to end itself well. */
static void check_apart(bool (*is_good)(void))
{
	pid_t pid = fork();
	int status;

	CU_ASSERT_FATAL(pid >= 0);
	if (pid == 0)
		_exit(is_good() ? 0 : 1);
	CU_ASSERT_EQUAL_FATAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool leaves_no_core(void)
{
	struct rlimit core;

	secrecy_begin();
	return prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 &&
	       core.rlim_cur == 0 && core.rlim_max == 0;
}

static void test_no_core(void)
{
	check_apart(leaves_no_core);
}

/* PATH is one that the process was started with, which is what /proc shows. */
static bool wipes(void)
{
	CLEANUP(buf_deinit) struct buf before = { 0 };
	CLEANUP(buf_deinit) struct buf after = { 0 };
	char *value = getenv("PATH"), *copy = mem_strdup(value != NULL ? value : "");
	bool is_good = copy[0] != '\0' && file_load("/proc/self/environ", &before) == NULL;

	buf_addc(&before, '\0');
	is_good = is_good && memmem(before.p, before.len, copy, strlen(copy) + 1) != NULL;
	secrecy_wipe_variable("PATH");
	is_good = is_good && value[0] == '\0' && getenv("PATH") == NULL;
	is_good = is_good && file_load("/proc/self/environ", &after) == NULL;
	is_good = is_good && memmem(after.p, after.len, copy, strlen(copy)) == NULL;
	free(copy);
	return is_good;
}

static void test_variables_are_wiped(void)
{
	check_apart(wipes);
	secrecy_wipe_variable("RETORT_NO_SUCH_VARIABLE");
}

static bool wipes_all_of_a_name(void)
{
	char first[] = "TOKEN=one", second[] = "TOKEN=two", other[] = "TOKENS=three";
	char *entries[] = { first, second, other, NULL };

	environ = entries;
	secrecy_wipe_variable("TOKEN");
	return strcmp(first, "TOKEN=") == 0 && strcmp(second, "TOKEN=") == 0 &&
	       getenv("TOKEN") == NULL && strcmp(getenv("TOKENS"), "three") == 0;
}

static void test_variables_that_stand_twice(void)
{
	check_apart(wipes_all_of_a_name);
}

static void test_files_that_others_may_read(void)
{
	struct tmpdir dir;
	const char *path;

	tmpdir_init(&dir);
	path = tmpdir_write(&dir, "token", "x");
	CU_ASSERT_EQUAL(secrecy_open_to_others(path), 0);
	chmod(path, 0640);
	CU_ASSERT_EQUAL(secrecy_open_to_others(path), 0);
	chmod(path, 0644);
	CU_ASSERT_EQUAL(secrecy_open_to_others(path), 0644);
	CU_ASSERT_EQUAL(secrecy_open_to_others("/no/such/file"), 0);
	tmpdir_deinit(&dir);
}

UNIT_MAIN("secrecy", { "no core", test_no_core },
	  { "variables are wiped", test_variables_are_wiped },
	  { "variables that stand twice", test_variables_that_stand_twice },
	  { "files that others may read", test_files_that_others_may_read })
