#include "edmctl/source/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "common/base/owned.h"

namespace edm::ctl {
namespace {

// One archive being written; libarchive calls Put from within its own calls.
class Writer {
 public:
  Writer(const std::string& folder, const ArchiveSink& sink) : folder_(folder), sink_(sink) {}

  Status Run(const Scan& scan) {
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_add_filter_gzip(archive_.get());
    archive_write_set_options(archive_.get(), "gzip:!timestamp,gzip:compression-level=5");
    archive_write_set_bytes_per_block(archive_.get(), 0);
    if (archive_write_open2(archive_.get(), this, nullptr, &Writer::Put, nullptr, nullptr) != ARCHIVE_OK) {
      return Failure(folder_);
    }
    for (const auto& file : scan.files) EDM_CHECK(Add(file));
    if (archive_write_close(archive_.get()) != ARCHIVE_OK) return Failure(folder_);
    if (!piece_.empty() && !sink_.on_piece(piece_)) return Unwanted();
    return Ok();
  }

 private:
  static la_ssize_t Put(archive*, void* self, const void* bytes, std::size_t size) {
    auto& writer = *static_cast<Writer*>(self);
    std::string_view rest(static_cast<const char*>(bytes), size);
    while (!rest.empty()) {
      const auto taken = std::min(rest.size(), kPieceBytes - writer.piece_.size());
      writer.piece_ += rest.substr(0, taken);
      rest.remove_prefix(taken);
      if (writer.piece_.size() < kPieceBytes) continue;
      if (!writer.sink_.on_piece(writer.piece_)) {
        writer.unwanted_ = true;
        return -1;
      }
      writer.piece_.clear();
    }
    return static_cast<la_ssize_t>(size);
  }

  Error Unwanted() const {
    return Error{Code::kAborted, folder_, "the upload was ended by the master", {}, "try again"};
  }

  Error Failure(const std::string& object) const {
    if (unwanted_) return Unwanted();
    const auto* text = archive_error_string(archive_.get());
    return Error{Code::kInternal,
                 object,
                 text == nullptr ? "cannot be packed" : text,
                 {},
                 "leave it out with .dockerignore"};
  }

  Status Add(const ScannedFile& file) {
    const Owned<archive_entry, archive_entry_free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), file.path.c_str());
    if (file.kind == ScannedFile::Kind::kLink) {
      archive_entry_set_filetype(entry.get(), AE_IFLNK);
      archive_entry_set_symlink(entry.get(), file.target.c_str());
      archive_entry_set_perm(entry.get(), 0777);
    } else {
      archive_entry_set_filetype(entry.get(), AE_IFREG);
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.size));
      archive_entry_set_perm(entry.get(), file.executable ? 0755 : 0644);
    }
    if (archive_write_header(archive_.get(), entry.get()) < ARCHIVE_WARN) return Failure(file.path);
    return file.kind == ScannedFile::Kind::kFile ? AddContent(file) : Ok();
  }

  Status AddContent(const ScannedFile& file) {
    const auto path = folder_ + "/" + file.path;
    const int source = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (source < 0)
      return Error{
          Code::kPermissionDenied, path, std::strerror(errno), {}, "leave it out with .dockerignore"};
    auto status = CopyContent(source, file);
    close(source);
    return status;
  }

  Status CopyContent(int source, const ScannedFile& file) {
    std::vector<char> block(65'536);
    for (auto left = file.size; left > 0;) {
      const auto got = read(source, block.data(), std::min<std::uint64_t>(block.size(), left));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0)
        return Error{Code::kAborted, file.path, "became shorter while it was read", {}, "deploy again"};
      if (archive_write_data(archive_.get(), block.data(), static_cast<std::size_t>(got)) < 0)
        return Failure(file.path);
      left -= static_cast<std::uint64_t>(got);
      read_ += static_cast<std::uint64_t>(got);
      if (sink_.on_progress) sink_.on_progress(read_);
    }
    return Ok();
  }

  const std::string& folder_;
  const ArchiveSink& sink_;
  std::string piece_;
  std::uint64_t read_ = 0;
  bool unwanted_ = false;
  Owned<archive, archive_write_free> archive_{archive_write_new()};
};

}  // namespace

Status WriteArchive(const std::string& folder, const Scan& scan, const ArchiveSink& sink) {
  return Writer(folder, sink).Run(scan);
}

}  // namespace edm::ctl
