/* SPDX-License-Identifier: MIT */
/*
 * How functions fail. Those that can fail return int: 0 = done; > 0 = an outcome that the function's
 * own header names and the caller must handle; < 0 = fatal, one of the codes below, logged once where
 * it was born and passed up unread.
 */
#pragma once

enum {
	ERR_SYSTEM = -1,  /* the kernel refused something that cannot be refused in a sane setup */
	ERR_LIBRARY = -2, /* a library could not be initialised */
	ERR_SETUP = -3,	  /* the program was set up wrongly; what is wrong has been said */
};
