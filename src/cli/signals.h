// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C and its kin, taken by a thread of their own. The first asks the running work to stop; the second, or one that
// finds no work, cleans up and ends the program.
#pragma once

#include <functional>

namespace otomo::cli {

// Call first in main, before any other thread exists.
void take_signals();

// While one of these lives, a signal calls `stop`; if that does not end the program in time or a second signal comes,
// `clean_up` is called and the program ends.
class OnSignal {
 public:
  OnSignal(std::function<void()> stop, std::function<void()> clean_up);
  ~OnSignal();
  OnSignal(const OnSignal&) = delete;
  OnSignal& operator=(const OnSignal&) = delete;
};

// The exit code of the signal that was taken (130 for Ctrl-C, 143 for SIGTERM), or 0.
int signal_exit_code();

}  // namespace otomo::cli
