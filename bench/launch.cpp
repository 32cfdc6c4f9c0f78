// SPDX-License-Identifier: Apache-2.0
// otomo-bench-launch OUT COMMAND [ARGUMENT…]: runs one command, its stdout into OUT, and prints
//   seconds, from before the process exists until it is gone; processor seconds, user and system; peak resident memory
//   in bytes.
// The exit code is the command's, 128 + N where signal N ended it.
// The kernel hands the peak of the process (VmHWM) to wait4() as ru_maxrss, but counts there also what the process was
// before exec: a copy of its parent. That is why this is a program of its own: it is 2 MB small, while a Python parent
// would put its own size under every figure.

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstring>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: otomo-bench-launch OUT COMMAND [ARGUMENT...]\n", stderr);
    return 2;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int error = posix_spawnp(&child, argv[2], &actions, nullptr, argv + 2, environ);
  if (error != 0) {
    std::fprintf(stderr, "otomo-bench-launch: %s: %s\n", argv[2], std::strerror(error));
    return 2;
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) return 2;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const auto cpu_us =
      (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  std::printf("%.6f %.6f %ld\n", seconds.count(), static_cast<double>(cpu_us) / 1e6, usage.ru_maxrss * 1024);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
