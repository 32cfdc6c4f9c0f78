// SPDX-License-Identifier: Apache-2.0
#include "app/temp_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace otomo::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "otomo-";
constexpr const char* kLockName = "owner.lock";

fs::path parent() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

void sweep() {
  std::error_code ignored;
  for (fs::directory_iterator entry(parent(), ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (!entry->path().filename().string().starts_with(kPrefix)) continue;
    const int lock = ::open((entry->path() / kLockName).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (lock < 0) continue;  // another user's, or just being made
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) {
      std::error_code failed;
      fs::remove_all(entry->path(), failed);
    }
    ::close(lock);
  }
}

}  // namespace

Result<std::unique_ptr<TempFolder>> TempFolder::make() {
  sweep();
  std::string pattern = (parent() / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return world_error(
        "making a private folder in " + parent().string() + ": " + std::generic_category().message(errno),
        "set TMPDIR to a folder that you may write to");
  }
  const int lock = ::open((pattern + "/" + kLockName).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (lock >= 0) ::flock(lock, LOCK_EX | LOCK_NB);
  return std::unique_ptr<TempFolder>(new TempFolder(std::move(pattern), lock));
}

void TempFolder::remove() {
  std::error_code failed;
  fs::remove_all(path_, failed);
}

TempFolder::~TempFolder() {
  remove();
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace otomo::app
