/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/unit.h"

static void test_nothing_is_still_something(void)
{
	CLEANUP(mem_freep) void *a = mem_alloc(0);
	CLEANUP(mem_freep) void *b = mem_zero(0, 8);
	CLEANUP(mem_freep) void *c = mem_grow(NULL, 0, 8);

	CU_ASSERT_PTR_NOT_NULL(a);
	CU_ASSERT_PTR_NOT_NULL(b);
	CU_ASSERT_PTR_NOT_NULL(c);
}

static void test_copies_end_in_nul(void)
{
	CLEANUP(mem_freep) char *whole = mem_strdup("hello");
	CLEANUP(mem_freep) char *part = mem_strndup("hello", 2);
	CLEANUP(mem_freep) char *none = mem_strndup(NULL, 0);

	CU_ASSERT_STRING_EQUAL(whole, "hello");
	CU_ASSERT_STRING_EQUAL(part, "he");
	CU_ASSERT_STRING_EQUAL(none, "");
}

static void test_take_leaves_null_behind(void)
{
	CLEANUP(mem_freep) char *first = mem_strdup("x");
	CLEANUP(mem_freep) char *second = TAKE(first);

	CU_ASSERT_PTR_NULL(first);
	CU_ASSERT_STRING_EQUAL(second, "x");
}

static void test_container_of_finds_the_owner(void)
{
	struct owner {
		int a;
		int b;
	} owner;

	CU_ASSERT_PTR_EQUAL(container_of(&owner.b, struct owner, b), &owner);
}

/* So that the sanitizer's allocator gives NULL as any other does, instead of ending the program by itself. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* What `too_much` does in a child: *said is what it writes to standard error. 0 = it went on, else the exit status. */
static int status_of(void (*too_much)(void), char said[static 64])
{
	int status = 0, ends[2];
	ssize_t n;
	pid_t child;

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		too_much();
		_exit(0);
	}
	close(ends[1]);
	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
	n = read(ends[0], said, 63);
	said[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void grow_past_the_end_of_numbers(void)
{
	volatile size_t too_many = SIZE_MAX / 2;

	free(mem_grow(NULL, too_many, 4));
}

static void test_out_of_memory_is_one_line_and_70(void)
{
	char said[64];

	CU_ASSERT_EQUAL(status_of(mem_is_out, said), 70);
	CU_ASSERT_STRING_EQUAL(said, "retort: out of memory\n");
	CU_ASSERT_EQUAL(status_of(grow_past_the_end_of_numbers, said), 70);
}

UNIT_MAIN("mem", { "nothing is still something", test_nothing_is_still_something },
	  { "copies end in nul", test_copies_end_in_nul },
	  { "take leaves null behind", test_take_leaves_null_behind },
	  { "container_of finds the owner", test_container_of_finds_the_owner },
	  { "out of memory is one line and 70", test_out_of_memory_is_one_line_and_70 })
