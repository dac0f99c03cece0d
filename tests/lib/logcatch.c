/* SPDX-License-Identifier: MIT */
#include "lib/logcatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int saved = -1;
static FILE *file;

void logcatch_begin(void)
{
	fflush(stderr);
	if (file != NULL)
		fclose(file);
	saved = dup(STDERR_FILENO);
	file = tmpfile();
	if (saved < 0 || file == NULL)
		abort();
	dup2(fileno(file), STDERR_FILENO);
}

void logcatch_end(void)
{
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
}

size_t logcatch_count(const char *text)
{
	char line[1024];
	size_t n = 0;

	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, text) != NULL;
	return n;
}
