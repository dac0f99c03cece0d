/* SPDX-License-Identifier: MIT */
/* A listening socket on 127.0.0.1. */
#pragma once

int listen_on(
	int port); /* 0 = any free one; -1 with errno. The fd is the caller's, non-blocking. */
int listen_port(int fd);
