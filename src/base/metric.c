/* SPDX-License-Identifier: MIT */
#include "base/metric.h"

uint64_t metric_counts[N_METRICS];

static const struct {
	const char *name, *sentence;
} rows[N_METRICS] = {
#define METRIC_ROW(name, text, sentence) { text, sentence },
	METRICS(METRIC_ROW)
#undef METRIC_ROW
};

const char *metric_name(enum metric metric)
{
	return rows[metric].name;
}

const char *metric_sentence(enum metric metric)
{
	return rows[metric].sentence;
}

void metric_print(struct buf *out)
{
	for (size_t i = 0; i < N_METRICS; i++)
		buf_addf(out, "%-18s %8llu  %s\n", rows[i].name,
			 (unsigned long long)metric_counts[i], rows[i].sentence);
}
