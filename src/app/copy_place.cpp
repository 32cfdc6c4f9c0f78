// SPDX-License-Identifier: Apache-2.0
#include "app/copy_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <utility>

namespace otomo::app {

namespace {

constexpr int kFolder = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kFolderMode = 0777;  // less the umask

Error error_of(const std::string& doing) {
  const bool in_the_way = errno == ENOTDIR || errno == ELOOP;
  return {
      ErrorKind::kWorld,
      doing + ": " + std::generic_category().message(errno),
      in_the_way ? "a file or a symbolic link lies where a folder should: move it away, or give another folder" : "",
      {}};
}

}  // namespace

Result<CopyPlace> CopyPlace::make(const std::string& folder, const std::string& path) {
  int at = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  std::size_t begin = 0;
  for (std::size_t end = path.find('/'); at >= 0 && end != std::string::npos; end = path.find('/', begin)) {
    const std::string name = path.substr(begin, end - begin);
    int next = ::openat(at, name.c_str(), kFolder);
    if (next < 0 && errno == ENOENT && (::mkdirat(at, name.c_str(), kFolderMode) == 0 || errno == EEXIST)) {
      next = ::openat(at, name.c_str(), kFolder);
    }
    const int wrong = errno;
    ::close(at);
    errno = wrong;
    at = next;
    begin = end + 1;
  }
  if (at < 0) return std::unexpected(error_of("making the folder of " + folder + path));
  return CopyPlace(at, folder + path, path.substr(begin));
}

CopyPlace::CopyPlace(CopyPlace&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      whole_(std::move(other.whole_)),
      name_(std::move(other.name_)) {}

CopyPlace::~CopyPlace() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool CopyPlace::is_taken() const {
  struct stat status{};
  return ::fstatat(descriptor_, name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<void> CopyPlace::take(const std::string& partial, Replaced replaced) const {
  const unsigned flags = replaced == Replaced::kNothing ? RENAME_NOREPLACE : 0;
  int failed = ::renameat2(AT_FDCWD, partial.c_str(), descriptor_, name_.c_str(), flags);
  // Not every file system knows the flag.
  if (failed != 0 && flags != 0 && (errno == EINVAL || errno == ENOSYS) && !is_taken()) {
    failed = ::renameat(AT_FDCWD, partial.c_str(), descriptor_, name_.c_str());
  }
  if (failed == 0) return {};
  return std::unexpected(errno == EEXIST ? taken_error() : error_of("writing " + whole_));
}

Error CopyPlace::taken_error() const {
  return {ErrorKind::kWorld,
          whole_ + " is there already, and no copy of a fetch",
          "move it away, or give another folder",
          {}};
}

}  // namespace otomo::app
