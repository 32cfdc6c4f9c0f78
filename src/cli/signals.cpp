// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <mutex>
#include <thread>

namespace otomo::cli {

namespace {

std::mutex mutex;
std::function<void()> stop_work;
std::function<void()> clean_up_work;
std::atomic<int> taken{0};

sigset_t wanted_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

[[noreturn]] void end_now(int signal) {
  {
    const std::lock_guard lock(mutex);
    if (clean_up_work) clean_up_work();
  }
  ::_exit(128 + signal);
}

void watch() {
  const sigset_t set = wanted_signals();
  int signal = 0;
  if (sigwait(&set, &signal) != 0) return;
  taken = signal;
  bool has_work = false;
  {
    const std::lock_guard lock(mutex);
    has_work = static_cast<bool>(stop_work);
    if (has_work) stop_work();
  }
  if (!has_work) end_now(signal);
  // The work stops within a block's time; a hanging network file system may not.
  constexpr timespec kPatience{2, 0};
  int second = sigtimedwait(&set, nullptr, &kPatience);
  end_now(second > 0 ? second : signal);
}

}  // namespace

void take_signals() {
  const sigset_t set = wanted_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an EPIPE of write(), see printing/output.h
  std::thread(watch).detach();
}

OnSignal::OnSignal(std::function<void()> stop, std::function<void()> clean_up) {
  const std::lock_guard lock(mutex);
  stop_work = std::move(stop);
  clean_up_work = std::move(clean_up);
}

OnSignal::~OnSignal() {
  const std::lock_guard lock(mutex);
  stop_work = nullptr;
  clean_up_work = nullptr;
}

int signal_exit_code() { return taken == 0 ? 0 : 128 + taken; }

}  // namespace otomo::cli
