/* SPDX-License-Identifier: MIT */
/* Frames of both transports: nothing crashes, and what is to be acknowledged is acknowledged by its id. */
#include <stdlib.h>
#include "transport/socketmode.h"
#include "transport/rtm_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An acknowledgement is a frame itself: reading it gives the id back. */
static void check_ack(struct str id)
{
	struct buf frame = { 0 };
	struct envelope back;
	const char *why;

	envelope_ack(&frame, id);
	if (envelope_parse(&back, buf_str(&frame), &why) != 0 || back.kind == ENVELOPE_GARBLED ||
	    !str_eq(back.id, id))
		abort();
	envelope_deinit(&back);
	buf_deinit(&frame);
}

static void try_envelope(struct str text)
{
	struct envelope e;
	const char *why = NULL;

	if (envelope_parse(&e, text, &why) == 0)
		check_ack(e.id);
	else if (why == NULL)
		abort();
	envelope_deinit(&e);
}

static void try_rtm(struct str text)
{
	struct rtm_frame frame;
	const char *why = NULL;

	if (rtm_frame_parse(&frame, text, &why) != 0 && why == NULL)
		abort();
	rtm_frame_deinit(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);

	try_envelope(text);
	try_rtm(text);
	return 0;
}
