// SPDX-License-Identifier: Apache-2.0
#include "engine/object_files.h"

#include <fmt/format.h>

#include <charconv>

#include "io/byte_source.h"
#include "io/decoded_source.h"
#include "io/s3_objects.h"

namespace otomo::engine {

namespace {

using duckdb::FileHandle;
using duckdb::idx_t;

constexpr std::string_view word_of(FileForm form) { return form == FileForm::kStored ? "object" : "decoded"; }

class StoredHandle final : public FileHandle {
 public:
  StoredHandle(duckdb::FileSystem& system, const std::string& name, duckdb::FileOpenFlags how,
               std::unique_ptr<io::RandomAccess> opened)
      : FileHandle(system, name, how), file(std::move(opened)) {}
  void Close() override { file.reset(); }

  std::unique_ptr<io::RandomAccess> file;
  idx_t at = 0;
};

class DecodedHandle final : public FileHandle {
 public:
  DecodedHandle(duckdb::FileSystem& system, const std::string& name, duckdb::FileOpenFlags how)
      : FileHandle(system, name, how) {}
  void Close() override { source.reset(); }

  std::unique_ptr<io::DecodedSource> source;
  idx_t at = 0;
};

// What both forms share.
class ObjectFiles : public duckdb::FileSystem {
 public:
  ObjectFiles(std::shared_ptr<const Session> session, FileForm form) : session_(std::move(session)), form_(form) {}

  std::string GetName() const override { return "otomo." + std::string(word_of(form_)); }
  bool CanHandleFile(const std::string& name) override {
    if (!name.starts_with(kObjectFiles)) return false;
    const std::size_t slash = name.find('/', std::string_view(kObjectFiles).size());
    const bool decoded = slash != std::string::npos && name.substr(slash + 1).starts_with(word_of(FileForm::kDecoded));
    return decoded == (form_ == FileForm::kDecoded);
  }
  // As it is stored: of a decoded file nobody knows.
  std::int64_t GetFileSize(FileHandle& handle) override { return static_cast<std::int64_t>(object(handle).size_bytes); }
  duckdb::timestamp_t GetLastModifiedTime(FileHandle& handle) override {
    return duckdb::timestamp_t(object(handle).modified_us.value_or(0));
  }
  duckdb::FileType GetFileType(FileHandle& /*handle*/) override { return duckdb::FileType::FILE_TYPE_REGULAR; }
  bool FileExists(const std::string& name, duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    return find(name).has_value();
  }
  bool IsPipe(const std::string& /*name*/, duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    return false;
  }
  duckdb::vector<duckdb::OpenFileInfo> Glob(const std::string& name, duckdb::FileOpener* /*opener*/) override {
    duckdb::vector<duckdb::OpenFileInfo> found;
    if (find(name)) found.emplace_back(name);
    return found;
  }

 protected:
  // The object that is to be opened; throws where there is none, or not for that.
  io::Object to_open(const std::string& name, duckdb::FileOpenFlags flags) const {
    auto object = find(name);
    if (!object || flags.OpenForWriting()) throw duckdb::PermissionException("%s: not for this", name);
    if (object->is_stdin) throw duckdb::IOException("standard input cannot be read as this: save it to a file first");
    return std::move(*object);
  }
  io::Object object(const FileHandle& handle) const { return *find(handle.path); }
  const io::Listing& listing() const { return session_->inputs.listing; }

 private:
  std::optional<io::Object> find(std::string_view name) const {
    const auto number = object_of_file(name);
    if (!number || *number >= listing().objects.size()) return {};
    return listing().objects.at(*number);
  }

  std::shared_ptr<const Session> session_;
  FileForm form_;
};

class StoredFiles final : public ObjectFiles {
 public:
  explicit StoredFiles(std::shared_ptr<const Session> session) : ObjectFiles(std::move(session), FileForm::kStored) {}

  duckdb::unique_ptr<FileHandle> OpenFile(const std::string& name, duckdb::FileOpenFlags flags,
                                          duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    auto opened = io::open_object_at(listing(), to_open(name, flags));
    if (!opened) throw duckdb::IOException(opened.error().message);
    return duckdb::make_uniq<StoredHandle>(*this, name, flags, std::move(*opened));
  }

  void Read(FileHandle& handle, void* buffer, std::int64_t size, idx_t location) override {
    if (read_at(handle.Cast<StoredHandle>(), buffer, size, location) != size) {
      throw duckdb::IOException("reading %s: it is shorter than it was when it was listed", object(handle).path);
    }
  }

  std::int64_t Read(FileHandle& handle, void* buffer, std::int64_t size) override {
    auto& mine = handle.Cast<StoredHandle>();
    const std::int64_t count = read_at(mine, buffer, size, mine.at);
    mine.at += static_cast<idx_t>(count);
    return count;
  }

  void Seek(FileHandle& handle, idx_t location) override { handle.Cast<StoredHandle>().at = location; }
  void Reset(FileHandle& handle) override { handle.Cast<StoredHandle>().at = 0; }
  idx_t SeekPosition(FileHandle& handle) override { return handle.Cast<StoredHandle>().at; }
  bool CanSeek() override { return true; }
  bool OnDiskFile(FileHandle& /*handle*/) override { return true; }

 private:
  static std::int64_t read_at(StoredHandle& handle, void* buffer, std::int64_t size, idx_t location) {
    const auto count = handle.file->read_at(location, {static_cast<char*>(buffer), static_cast<std::size_t>(size)});
    if (!count) throw duckdb::IOException(count.error().message);
    return static_cast<std::int64_t>(*count);
  }
};

class DecodedFiles final : public ObjectFiles {
 public:
  explicit DecodedFiles(std::shared_ptr<const Session> session) : ObjectFiles(std::move(session), FileForm::kDecoded) {}

  duckdb::unique_ptr<FileHandle> OpenFile(const std::string& name, duckdb::FileOpenFlags flags,
                                          duckdb::optional_ptr<duckdb::FileOpener> /*opener*/) override {
    to_open(name, flags);
    auto handle = duckdb::make_uniq<DecodedHandle>(*this, name, flags);
    Reset(*handle);
    return handle;
  }

  std::int64_t Read(FileHandle& handle, void* buffer, std::int64_t size) override {
    auto& mine = handle.Cast<DecodedHandle>();
    std::span<char> out(static_cast<char*>(buffer), static_cast<std::size_t>(size));
    if (out.empty()) return 0;
    const auto count = mine.source->read(out);
    if (!count) throw duckdb::IOException(count.error().message);
    if (const auto& damage = mine.source->damage()) {
      throw duckdb::IOException("reading %s: %s; copy it again: nobody knows what is missing", object(handle).path,
                                damage->detail);
    }
    mine.at += *count;
    return static_cast<std::int64_t>(*count);
  }

  void Reset(FileHandle& handle) override {
    auto& mine = handle.Cast<DecodedHandle>();
    auto bytes = io::open_object(listing(), object(handle));
    if (!bytes) throw duckdb::IOException(bytes.error().message);
    mine.source = std::make_unique<io::DecodedSource>();
    mine.source->open(std::move(*bytes));
    mine.at = 0;
  }
  idx_t SeekPosition(FileHandle& handle) override { return handle.Cast<DecodedHandle>().at; }
  bool CanSeek() override { return false; }
  bool OnDiskFile(FileHandle& /*handle*/) override { return false; }
};

}  // namespace

std::string object_file_name(std::uint32_t object, FileForm form, std::string_view ending) {
  return fmt::format("{}{}/{}.{}", kObjectFiles, object, word_of(form), ending);
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

duckdb::unique_ptr<duckdb::FileSystem> make_object_files(std::shared_ptr<const Session> session, FileForm form) {
  if (form == FileForm::kDecoded) return duckdb::make_uniq<DecodedFiles>(std::move(session));
  return duckdb::make_uniq<StoredFiles>(std::move(session));
}

}  // namespace otomo::engine
