/* SPDX-License-Identifier: MIT */
/*
 * Certificates for tests' own servers, made anew each time. testcert_write puts into a folder
 *
 *   ca.pem                        the authority that a test client should trust
 *   good.pem     good.key         for localhost, 127.0.0.1 and ::1
 *   expired.pem  expired.key      the same names, ended yesterday
 *   early.pem    early.key        the same names, begins tomorrow
 *   wrong.pem    wrong.key        for somewhere-else.example only
 *   stranger.pem stranger.key     the same names as good, by an authority that nobody knows
 */
#pragma once

/* 0, or -1 with a line on standard error. */
int testcert_write(const char *folder);
