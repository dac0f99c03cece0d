/* SPDX-License-Identifier: MIT */
/* Frames that are no JSON. What they say may be what people wrote: of it nothing is logged or kept. */
#include "base/metric.h"
#include "transport/session.h"

void session_garbled(const struct transport_setup *setup, struct session_socket *socket,
		     struct str id, size_t size, const char *why)
{
	struct telling *telling = session_garbled_telling(socket);

	metric_count(METRIC_FRAMES_GARBLED);
	if (telling_is_due(telling, loop_now(setup->loop))) {
		log_warn("slack", "a frame is no JSON object: %s envelope=%.*s bytes=%zu more=%llu",
			 why, STR_ARG(id), size, (unsigned long long)telling->n_untold);
		telling->n_untold = 0;
	}
	if (id.len > 0)
		session_ack(socket, id); /* or Slack would send it again and again */
	else
		session_break(socket, BACKOFF_SOON, "Slack sent something that is no JSON");
}
