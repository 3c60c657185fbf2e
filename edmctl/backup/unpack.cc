#include "edmctl/backup/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "common/adapters/seal/sealed_stream.h"
#include "common/base/owned.h"
#include "common/base/unique_fd.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 64 * 1024;
constexpr std::size_t kManifestBytesMax = 64 * 1024;
constexpr std::array<std::string_view, 4> kFolders{"keys", "config", "state", "git"};

Error Broken(const std::string& object, const std::string& cause) {
  return {Code::kDataLoss, object, cause, {}, "take another copy of the backup"};
}

Error CannotWrite(const fs::path& path, int error) {
  return {error == ENOSPC ? Code::kResourceExhausted : Code::kPermissionDenied,
          path.string(),
          std::generic_category().message(error),
          {},
          "see the disk, and who may write there"};
}

// Whoever made the file had the passphrase; a name that leads elsewhere is refused all the same.
Status CheckName(const std::string& name) {
  const fs::path path(name);
  const auto first = path.begin() == path.end() ? std::string() : path.begin()->string();
  const bool known = name == "manifest.json" || std::ranges::find(kFolders, first) != kFolders.end();
  const bool plain = !path.is_absolute() && std::none_of(path.begin(), path.end(),
                                                         [](const fs::path& part) { return part == ".."; });
  if (known && plain) return Ok();
  return Broken("entry " + name, "no backup has such an entry");
}

class Unpacker {
 public:
  Unpacker(SealedReader reader, fs::path folder) : reader_(std::move(reader)), folder_(std::move(folder)) {}

  Result<Unpacked> Run() {
    archive_read_support_format_tar(archive_.get());
    if (archive_read_open(archive_.get(), this, nullptr, &Unpacker::Give, nullptr) != ARCHIVE_OK)
      return Failure();
    for (;;) {
      archive_entry* entry = nullptr;
      const int got = archive_read_next_header(archive_.get(), &entry);
      if (got == ARCHIVE_EOF) break;
      if (got != ARCHIVE_OK) return Failure();
      EDM_CHECK(Take(*entry));
    }
    EDM_CHECK(ReadToTheEnd());
    if (unpacked_.manifest.empty()) return Broken("backup", "it has no manifest");
    return std::move(unpacked_);
  }

 private:
  static la_ssize_t Give(archive* to, void* self, const void** bytes) {
    auto& unpacker = *static_cast<Unpacker*>(self);
    auto piece = unpacker.reader_.Next();
    if (!piece.ok()) {
      unpacker.below_ = std::move(piece).error();
      archive_set_error(to, EIO, "%s", unpacker.below_->cause.c_str());
      return -1;
    }
    unpacker.piece_ = std::move(piece).value();
    *bytes = unpacker.piece_.data();
    return static_cast<la_ssize_t>(unpacker.piece_.size());
  }

  Error Failure() const {
    if (below_) return *below_;
    const auto* text = archive_error_string(archive_.get());
    return Broken("backup", text == nullptr ? "it cannot be read" : text);
  }

  // A tar ends before its file does: what is behind must be proved too.
  Status ReadToTheEnd() {
    for (;;) {
      EDM_TRY(const auto piece, reader_.Next());
      if (piece.empty()) return Ok();
    }
  }

  Status Take(archive_entry& entry) {
    const std::string name = archive_entry_pathname(&entry) == nullptr ? "" : archive_entry_pathname(&entry);
    EDM_CHECK(CheckName(name));
    const auto type = archive_entry_filetype(&entry);
    if (name == "manifest.json") return ReadManifest();
    const auto path = folder_ / name;
    std::error_code failed;
    if (type == AE_IFDIR) {
      fs::create_directories(path, failed);
      return failed ? Status(CannotWrite(path, failed.value())) : Ok();
    }
    if (type != AE_IFREG) return Broken("entry " + name, "it is neither a file nor a folder");
    fs::create_directories(path.parent_path(), failed);
    if (failed) return CannotWrite(path, failed.value());
    if (name.starts_with("state/")) ++unpacked_.state_files;
    if (name.starts_with("git/") && path.filename() == "HEAD") ++unpacked_.repos;
    return Copy(path, archive_entry_perm(&entry) & 0777U);
  }

  Status ReadManifest() {
    std::string text(kManifestBytesMax, '\0');
    const auto got = archive_read_data(archive_.get(), text.data(), text.size());
    if (got <= 0) return Failure();
    text.resize(static_cast<std::size_t>(got));
    unpacked_.manifest = std::move(text);
    return Ok();
  }

  Status Copy(const fs::path& path, unsigned mode) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!file.valid()) return CannotWrite(path, errno);
    std::string block(kBlockBytes, '\0');
    for (;;) {
      const auto got = archive_read_data(archive_.get(), block.data(), block.size());
      if (got < 0) return Failure();
      if (got == 0) return Ok();
      for (la_ssize_t at = 0; at < got;) {
        const auto written = ::write(file.get(), block.data() + at, static_cast<std::size_t>(got - at));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return CannotWrite(path, errno);
        at += written;
      }
    }
  }

  SealedReader reader_;
  const fs::path folder_;
  std::string piece_;
  std::optional<Error> below_;
  Unpacked unpacked_;
  Owned<archive, archive_read_free> archive_{archive_read_new()};
};

}  // namespace

Result<Unpacked> UnpackBackup(const std::string& file, std::string_view passphrase, const fs::path& folder) {
  const UniqueFd source(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.valid())
    return Error{Code::kNotFound,
                 "file " + file,
                 std::generic_category().message(errno),
                 {},
                 "name the file of a backup"};
  const auto fill = [&](char* into, std::size_t size) -> Result<std::size_t> {
    std::size_t filled = 0;
    while (filled < size) {
      const auto got = ::read(source.get(), into + filled, size - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        return Error{
            Code::kUnavailable, "file " + file, std::generic_category().message(errno), {}, "see its disk"};
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  };
  EDM_TRY(auto reader, SealedReader::Begin(passphrase, fill));
  return Unpacker(std::move(reader), folder).Run();
}

}  // namespace edm::ctl
