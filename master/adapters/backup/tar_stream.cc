#include "master/adapters/backup/tar_stream.h"

#include <archive_entry.h>

#include <algorithm>

namespace edm::master {

TarStream::TarStream() : archive_(archive_write_new()) {
  archive_write_set_format_pax_restricted(archive_.get());
  archive_write_set_bytes_per_block(archive_.get(), 0);
  archive_write_open2(archive_.get(), this, nullptr, &TarStream::Put, nullptr, nullptr);
}

la_ssize_t TarStream::Put(archive*, void* self, const void* bytes, std::size_t size) {
  static_cast<TarStream*>(self)->bytes_.append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

Status TarStream::AddFolder(const std::string& path) { return Header(path, AE_IFDIR, 0755, 0); }

Status TarStream::AddFile(const std::string& path, std::uint32_t mode, std::string_view content) {
  EDM_CHECK(BeginFile(path, mode, content.size()));
  return Write(content);
}

Status TarStream::BeginFile(const std::string& path, std::uint32_t mode, std::uint64_t size) {
  return Header(path, AE_IFREG, mode, size);
}

Status TarStream::Header(const std::string& path, std::uint32_t type, std::uint32_t mode,
                         std::uint64_t size) {
  const Owned<archive_entry, archive_entry_free> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_filetype(entry.get(), type);
  archive_entry_set_perm(entry.get(), mode);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  if (archive_write_header(archive_.get(), entry.get()) < ARCHIVE_WARN) return Failure(path);
  return Ok();
}

Status TarStream::Write(std::string_view bytes) {
  if (archive_write_data(archive_.get(), bytes.data(), bytes.size()) < 0) return Failure("backup");
  return Ok();
}

Status TarStream::Close() {
  if (archive_write_close(archive_.get()) != ARCHIVE_OK) return Failure("backup");
  return Ok();
}

std::string TarStream::Take(std::size_t bytes_max) {
  auto piece = bytes_.substr(0, bytes_max);
  bytes_.erase(0, piece.size());
  return piece;
}

Error TarStream::Failure(const std::string& path) const {
  const auto* text = archive_error_string(archive_.get());
  return {Code::kInternal, path, text == nullptr ? "cannot be packed" : text, {}, "back up again"};
}

}  // namespace edm::master
