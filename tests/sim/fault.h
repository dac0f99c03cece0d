/* SPDX-License-Identifier: MIT */
/* What shall go wrong with the next calls of the Web API, in the order in which it was asked for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/list.h"
#include "base/str.h"

enum fault_kind {
	FAULT_LIMITED, /* 429, `number` = Retry-After in seconds; negative = without the header */
	FAULT_STATUS,  /* HTTP status `number` with an empty body */
	FAULT_HTML,    /* status `number` with a page for people */
	FAULT_ERROR,   /* ok:false with `word` */
	FAULT_SILENT,  /* nothing happens and no answer ever comes */
	FAULT_RESET,   /* nothing happens, the connection is reset */
	FAULT_SILENT_AFTER, /* it happens, and no answer ever comes */
	FAULT_RESET_AFTER,  /* it happens, and the connection is reset */
	FAULT_STATUS_AFTER, /* it happens, and the answer says HTTP status `number` */
	FAULT_ERROR_AFTER,  /* it happens, and the answer says ok:false with `word` */
	FAULT_DELAY,	    /* it happens, the answer leaves `number` milliseconds later */
	FAULT_DRIBBLE,	    /* it happens, the answer leaves byte by byte */
	FAULT_CUT,	    /* it happens, the answer breaks off after `number` bytes */
};

struct fault {
	struct list link; // sim::faults
	char *method;	  /* NULL = any call */
	int64_t times;	  /* how often still; 0 = for ever */
	enum fault_kind kind;
	int64_t number;
	char *word;
};

void fault_add(struct list *faults, struct str method, int64_t times, enum fault_kind kind,
	       int64_t number, struct str word);
/* Uses up one that fits the method and copies it; `word` stays borrowed until faults_clear or the next
 * fault_take. False = nothing goes wrong. */
bool fault_take(struct list *faults, const char *method, struct fault *out);
void faults_clear(struct list *faults);
/* Does the call happen, whatever its answer? */
bool fault_lets_happen(enum fault_kind kind);
