/* SPDX-License-Identifier: MIT */
#include "base/secrecy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

void secrecy_begin(void)
{
	const struct rlimit none = { 0, 0 };

	/* A core that is piped to a program is written whatever the limit is, but not of what is not dumpable. */
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

void secrecy_wipe_variable(const char *name)
{
	size_t len = strlen(name);

	/* A variable may be there twice; getenv gives the first. */
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
			explicit_bzero(*entry + len + 1, strlen(*entry + len + 1));
	}
	unsetenv(name);
}

mode_t secrecy_open_to_others(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0 ? st.st_mode & 07777 : 0;
}
