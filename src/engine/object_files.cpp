// SPDX-License-Identifier: Apache-2.0
#include "engine/object_files.h"

#include <fmt/format.h>

#include <charconv>

#include "io/byte_source.h"

namespace otomo::engine {

namespace {

using duckdb::FileHandle;
using duckdb::idx_t;

class Handle final : public FileHandle {
 public:
  Handle(duckdb::FileSystem& system, const std::string& name, duckdb::FileOpenFlags how,
         std::unique_ptr<io::RandomAccess> opened, std::uint64_t bytes)
      : FileHandle(system, name, how), file(std::move(opened)), size_bytes(bytes) {}
  void Close() override { file.reset(); }

  std::unique_ptr<io::RandomAccess> file;
  std::uint64_t size_bytes;
  idx_t at = 0;
};

class ObjectFiles final : public duckdb::FileSystem {
 public:
  explicit ObjectFiles(std::shared_ptr<const Session> session) : session_(std::move(session)) {}

  std::string GetName() const override { return "ObjectFiles"; }
  bool CanHandleFile(const std::string& name) override { return name.starts_with(kObjectFiles); }

  duckdb::unique_ptr<FileHandle> OpenFile(const std::string& name, duckdb::FileOpenFlags flags,
                                          duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    const io::Object* object = find(name);
    if (object == nullptr || flags.OpenForWriting()) throw duckdb::PermissionException("%s: not for this", name);
    const std::string path = session_->inputs.listing.path(*object);
    if (object->is_stdin) throw duckdb::IOException("standard input cannot be read as this: save it to a file first");
    auto opened = io::open_file_at(path);
    if (!opened) throw duckdb::IOException(opened.error().message);
    return duckdb::make_uniq<Handle>(*this, name, flags, std::move(*opened), object->size_bytes);
  }

  void Read(FileHandle& handle, void* buffer, std::int64_t size, idx_t location) override {
    auto& mine = handle.Cast<Handle>();
    if (read_at(mine, buffer, size, location) != size) {
      throw duckdb::IOException("reading %s: it is shorter than it was when it was listed", path_of(handle.path));
    }
  }

  std::int64_t Read(FileHandle& handle, void* buffer, std::int64_t size) override {
    auto& mine = handle.Cast<Handle>();
    const std::int64_t count = read_at(mine, buffer, size, mine.at);
    mine.at += static_cast<idx_t>(count);
    return count;
  }

  std::int64_t GetFileSize(FileHandle& handle) override {
    return static_cast<std::int64_t>(handle.Cast<Handle>().size_bytes);
  }
  duckdb::timestamp_t GetLastModifiedTime(FileHandle& handle) override {
    const io::Object* object = find(handle.path);
    return duckdb::timestamp_t(object == nullptr ? 0 : object->modified_us.value_or(0));
  }
  duckdb::FileType GetFileType(FileHandle& /*handle*/) override { return duckdb::FileType::FILE_TYPE_REGULAR; }
  void Seek(FileHandle& handle, idx_t location) override { handle.Cast<Handle>().at = location; }
  void Reset(FileHandle& handle) override { handle.Cast<Handle>().at = 0; }
  idx_t SeekPosition(FileHandle& handle) override { return handle.Cast<Handle>().at; }
  bool CanSeek() override { return true; }
  bool OnDiskFile(FileHandle& /*handle*/) override { return true; }
  bool FileExists(const std::string& name, duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    return find(name) != nullptr;
  }
  bool IsPipe(const std::string& /*name*/, duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    return false;
  }
  duckdb::vector<duckdb::OpenFileInfo> Glob(const std::string& name, duckdb::FileOpener* /*opener*/) override {
    duckdb::vector<duckdb::OpenFileInfo> found;
    if (find(name) != nullptr) found.emplace_back(name);
    return found;
  }

 private:
  const io::Object* find(std::string_view name) const {
    const auto object = object_of_file(name);
    const auto& objects = session_->inputs.listing.objects;
    return object && *object < objects.size() ? &objects[*object] : nullptr;
  }

  std::string path_of(std::string_view name) const {
    const io::Object* object = find(name);
    return object == nullptr ? std::string(name) : session_->inputs.listing.path(*object);
  }

  static std::int64_t read_at(Handle& handle, void* buffer, std::int64_t size, idx_t location) {
    const auto count = handle.file->read_at(location, {static_cast<char*>(buffer), static_cast<std::size_t>(size)});
    if (!count) throw duckdb::IOException(count.error().message);
    return static_cast<std::int64_t>(*count);
  }

  std::shared_ptr<const Session> session_;
};

}  // namespace

std::string object_file_name(std::uint32_t object, std::string_view ending) {
  return fmt::format("{}{}/object.{}", kObjectFiles, object, ending);
}

std::optional<std::uint32_t> object_of_file(std::string_view name) {
  const std::string_view prefix = kObjectFiles;
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  std::uint32_t object = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), object);
  if (error != std::errc() || end == name.data() + name.size() || *end != '/') return {};
  return object;
}

duckdb::unique_ptr<duckdb::FileSystem> make_object_files(std::shared_ptr<const Session> session) {
  return duckdb::make_uniq<ObjectFiles>(std::move(session));
}

}  // namespace otomo::engine
