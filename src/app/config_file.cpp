// SPDX-License-Identifier: Apache-2.0
#include "app/config_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

extern char** environ;

namespace otomo::app {

namespace {

namespace fs = std::filesystem;

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

bool is_there(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

// The first otomo.toml from the working folder upwards.
std::optional<ConfigFile> look_upwards() {
  std::error_code failed;
  fs::path folder = fs::current_path(failed);
  struct stat status{};
  if (failed || ::stat(folder.c_str(), &status) != 0) return {};
  const dev_t file_system = status.st_dev;
  for (bool here = true;; here = false) {
    const std::string path = here ? kConfigName : (folder / kConfigName).string();
    if (is_there(path)) return ConfigFile{ConfigOrigin::kFound, path, folder_of(path), ""};
    if (folder == folder.parent_path()) return {};
    folder = folder.parent_path();
    if (::stat(folder.c_str(), &status) != 0 || status.st_dev != file_system) return {};
  }
}

// The user of whom a file is no surprise: oneself, root, and whoever called sudo.
bool is_trusted(uid_t owner) {
  const uid_t self = ::geteuid();
  if (owner == self || owner == 0) return true;
  const char* caller = self == 0 ? std::getenv("SUDO_UID") : nullptr;
  uid_t sudo_uid = 0;
  if (caller == nullptr) return false;
  const std::string_view text = caller;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sudo_uid);
  return error == std::errc() && end == text.data() + text.size() && owner == sudo_uid;
}

// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

ConfigFile find_config_file(const std::string& named, const Environment& environment) {
  const std::string path = named.empty() ? value_of(environment, "OTOMO_CONFIG") : named;
  if (!path.empty()) return {ConfigOrigin::kNamed, path, folder_of(path), ""};
  if (auto found = look_upwards()) return *found;
  // The XDG base directory specification: a relative path is as none.
  std::string home = value_of(environment, "XDG_CONFIG_HOME");
  if (!home.starts_with('/')) {
    home = value_of(environment, "HOME");
    if (home.empty()) return {};
    home += "/.config";
  }
  const std::string own = home + "/otomo/" + kConfigName;
  if (!is_there(own)) return {};
  return {ConfigOrigin::kOwn, own, folder_of(own), ""};
}

Result<std::string> read_config_file(ConfigFile& file) {
  const auto wrong = [&](const std::string& what, const std::string& hint = "") {
    return usage_error(file.path + ": " + what, hint);
  };
  const auto system_says = [&] { return wrong(std::generic_category().message(errno), "check the path"); };
  struct stat status{};
  // Asked before it is opened: opening a pipe that nobody writes to would wait for ever.
  if (::stat(file.path.c_str(), &status) != 0) return system_says();
  if (S_ISDIR(status.st_mode)) return wrong("a folder, not a file", "name the file in it");
  if (file.origin != ConfigOrigin::kNamed && !S_ISREG(status.st_mode)) return wrong("no regular file");
  const Descriptor descriptor(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.number() < 0 || ::fstat(descriptor.number(), &status) != 0) return system_says();
  if (file.origin == ConfigOrigin::kFound) {
    if (!is_trusted(status.st_uid)) {
      file.caution = fmt::format("it belongs to another user (uid {})", status.st_uid);
    } else if ((status.st_mode & S_IWOTH) != 0) {
      file.caution = "every user may write to it";
    }
  }
  std::string text;
  while (true) {
    constexpr std::size_t kAtOnce = 65536;
    const std::size_t before = text.size();
    text.resize(before + kAtOnce);
    const ssize_t count = ::read(descriptor.number(), text.data() + before, kAtOnce);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_says();
    if (text.size() > kConfigBytesMax) {
      return wrong(fmt::format("longer than {} bytes", kConfigBytesMax), "is it an otomo.toml?");
    }
    if (count == 0) return text;
  }
}

}  // namespace otomo::app
