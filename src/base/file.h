/* SPDX-License-Identifier: MIT */
/*
 * Files that people wrote, read whole: the one place that opens them. Nobody is waited for and nothing but a plain file is
 * opened, for a name in a rule or a configuration may lead to a pipe, a device or a file without end.
 */
#pragma once

#include <stdbool.h>
#include "base/buf.h"

/*
 * All of the file behind what `out` has (no NUL added). NULL = done; else why not, as a clause about it: "it is a pipe;
 * wanted a plain file", "it is over 8 MiB" (which is the most that `out` takes), "No such file or directory"; errno then
 * says the same. The text is valid until the next call.
 */
const char *file_load(const char *path, struct buf *out);
/* The same for a file that lies in a folder, or below. The folder may be a link, and the file and what leads to it may be
 * links to what else is in the folder; one that leads out of it is refused unread, for who may write in a folder must not
 * read by it what the rest of the machine has. */
const char *file_load_within(const char *folder, const char *path, struct buf *out);
/* Is it there, and what could be opened and read? Else errno and, as above, why not. */
const char *file_refuse(const char *path);
