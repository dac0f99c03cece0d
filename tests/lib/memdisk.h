/* SPDX-License-Identifier: MIT */
/*
 * A disk under SQLite that is nothing but memory, in a machine that can go down at any write or sync. Killed, the program
 * leaves all that it wrote. In a power cut what was written since the last sync is lost, kept, torn at 512 bytes, or
 * reaches the disk in another order, by lot; so is what became of names since their folder was synced.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum memdisk_end { MEMDISK_KILL, MEMDISK_POWER_CUT };

/* All files that SQLite opens from now on, until memdisk_remove, are on it; it is empty. */
void memdisk_install(uint64_t seed);
void memdisk_remove(void);
/* It goes down at the n-th write, truncation, deletion or sync from now on, which does not happen any more; 0 = now. What
 * is open fails from then on. */
void memdisk_go_down_at(long n, enum memdisk_end end);
void memdisk_stay_up(void); /* what was planned does not happen */
bool memdisk_is_down(void);
/* It works again, with what is left. What was open before stays dead. */
void memdisk_come_up(void);
