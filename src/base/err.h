/* SPDX-License-Identifier: MIT */
/*
 * How functions fail: one of three ways, which the header of the function names.
 * - What the caller may handle: int. 0 = done; > 0 = an outcome that the header lists and the caller must handle;
 *   < 0 = fatal, one of the codes below, logged once where it was born and passed up unread.
 * - What a person must mend (rules, configuration, options): bool, and a struct diag that has all of it, with file and
 *   line; such headers say "reported in diag".
 * - What the world answered to a request: struct outcome (model/outcome.h).
 * A mistake of the programmer is an assert; memory that is out ends the program (base/mem.h).
 */
#pragma once

enum {
	ERR_SYSTEM = -1,  /* the kernel refused something that cannot be refused in a sane setup */
	ERR_LIBRARY = -2, /* a library could not be initialised */
	ERR_SETUP = -3,	  /* the program was set up wrongly; what is wrong has been said */
};
