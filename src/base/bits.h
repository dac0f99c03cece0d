/* SPDX-License-Identifier: MIT */
/* A set of small numbers, a bit each. The words are the caller's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t bits_words(size_t n)
{
	return (n + 63) / 64;
}

static inline void bits_set(uint64_t *bits, size_t i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

static inline void bits_clear(uint64_t *bits, size_t i)
{
	bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* All numbers below n. */
static inline void bits_fill(uint64_t *bits, size_t n)
{
	memset(bits, 0xFF, bits_words(n) * sizeof(bits[0]));
}

static inline bool bits_has(const uint64_t *bits, size_t i)
{
	return (bits[i / 64] >> i % 64 & 1) != 0;
}

/* The first number of the set at or behind `from`; `n` when there is none below `n`. */
static inline size_t bits_next(const uint64_t *bits, size_t n, size_t from)
{
	for (size_t i = from; i < n; i = (i / 64 + 1) * 64) {
		uint64_t rest = bits[i / 64] >> i % 64;

		if (rest != 0) {
			i += (size_t)__builtin_ctzll(rest);
			return i < n ? i : n;
		}
	}
	return n;
}
