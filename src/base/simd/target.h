// SPDX-License-Identifier: Apache-2.0
//
// OTOMO_TARGET_BEGIN("…") … OTOMO_TARGET_END: functions between them are compiled for those instruction sets, the rest
// of the program is not. Headers must be included before, or their inline functions would leak into processors that
// cannot run them.
#pragma once

#define OTOMO_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define OTOMO_TARGET_BEGIN(sets) OTOMO_PRAGMA(clang attribute push(__attribute__((target(sets))), apply_to = function))
#define OTOMO_TARGET_END OTOMO_PRAGMA(clang attribute pop)
#else
#define OTOMO_TARGET_BEGIN(sets) OTOMO_PRAGMA(GCC push_options) OTOMO_PRAGMA(GCC target(sets))
#define OTOMO_TARGET_END OTOMO_PRAGMA(GCC pop_options)
#endif
