/* SPDX-License-Identifier: MIT */
/* A disk under SQLite that is slow, full, broken, or never answers when the test says so; below it is the real one. */
#pragma once

enum slowdisk_fault { SLOWDISK_GOOD, SLOWDISK_FULL, SLOWDISK_NO_SYNC, SLOWDISK_HANGS };

/* All files that SQLite opens from now on, until slowdisk_remove, are on it. */
void slowdisk_install(void);
void slowdisk_remove(void);
void slowdisk_fail(enum slowdisk_fault fault);
void slowdisk_full_with(const char *path); /* full as long as this file is there; kept as it is */
void slowdisk_delay(int ms);		   /* of every fsync */
int slowdisk_n_failed(void);		   /* writes and fsyncs, since slowdisk_install */
