/* SPDX-License-Identifier: MIT */
/* Yes, no, cannot tell: a name not resolved yet, a pattern over its budget. Travels to the top; policy decides there. */
#pragma once

enum tristate { TRISTATE_NO, TRISTATE_YES, TRISTATE_UNKNOWN };
