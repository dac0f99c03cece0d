/* SPDX-License-Identifier: MIT */
/* The store that keeps nothing: what the engine knows ends with the program. */
#pragma once

#include "store/store.h"

struct store *memory_open(void);
