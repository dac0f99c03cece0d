/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <unistd.h>

void mem_is_out(void)
{
	static const char line[] = "retort: out of memory\n";

	(void)!write(STDERR_FILENO, line, sizeof(line) - 1);
	_exit(70);
}

void mem_freep(void *pointer_to_pointer)
{
	void **p = pointer_to_pointer;

	free(*p);
	*p = NULL;
}
