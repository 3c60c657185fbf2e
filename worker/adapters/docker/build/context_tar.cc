#include "worker/adapters/docker/build/context_tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "common/base/owned.h"
#include "worker/adapters/docker/build/context_files.h"

namespace edm::worker {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::size_t kLinkBytesMax = 4096;
constexpr mode_t kInlineMode = S_IFREG | 0644;

la_ssize_t AppendTo(archive*, void* buffer, const void* bytes, size_t length) {
  static_cast<std::string*>(buffer)->append(static_cast<const char*>(bytes), length);
  return static_cast<la_ssize_t>(length);
}

}  // namespace

class ContextTar::Writer {
 public:
  Writer(ContextSource source, std::vector<std::string> names)
      : source_(std::move(source)), names_(std::move(names)), archive_(archive_write_new()) {
    archive_write_set_format_pax_restricted(archive_);
    archive_write_set_bytes_per_block(archive_, 0);
    archive_write_open(archive_, &made_, nullptr, AppendTo, nullptr);
  }
  ~Writer() {
    if (file_ >= 0) ::close(file_);
    archive_write_free(archive_);
  }

  Result<std::size_t> Read(std::span<char> into) {
    while (given_ == made_.size() && !closed_) {
      made_.clear();
      given_ = 0;
      EDM_CHECK(MakeMore());
    }
    const std::size_t count = std::min(into.size(), made_.size() - given_);
    std::copy_n(made_.data() + given_, count, into.data());
    given_ += count;
    return count;
  }

 private:
  Status MakeMore() {
    if (file_ >= 0) return CopyPiece();
    if (!source_.dockerfile_inline.empty() && !inline_sent_) return AddInline();
    if (next_ < names_.size()) return Begin(names_[next_++]);
    closed_ = true;
    if (archive_write_close(archive_) != ARCHIVE_OK) return Failed("build context");
    return Ok();
  }

  Status AddInline() {
    inline_sent_ = true;
    struct stat facts {};
    facts.st_mode = kInlineMode;
    facts.st_size = static_cast<off_t>(source_.dockerfile_inline.size());
    EDM_CHECK(WriteHeader(kInlineDockerfile, facts, ""));
    archive_write_data(archive_, source_.dockerfile_inline.data(), source_.dockerfile_inline.size());
    return FinishEntry(kInlineDockerfile);
  }

  Status Begin(const std::string& name) {
    const std::string path = source_.directory + "/" + name;
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) return Unreadable(name, errno);
    if (S_ISLNK(facts.st_mode)) {
      std::array<char, kLinkBytesMax> target;
      const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
      if (length < 0) return Unreadable(name, errno);
      facts.st_size = 0;
      EDM_CHECK(WriteHeader(name, facts, std::string(target.data(), static_cast<std::size_t>(length))));
      return FinishEntry(name);
    }
    if (S_ISDIR(facts.st_mode)) {
      facts.st_size = 0;
      EDM_CHECK(WriteHeader(name, facts, ""));
      return FinishEntry(name);
    }
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    // Of the open file, which may be another than the one just looked at.
    if (file_ < 0 || ::fstat(file_, &facts) != 0) return Unreadable(name, errno);
    if (!S_ISREG(facts.st_mode)) return Unreadable(name, EINVAL);
    name_ = name;
    return WriteHeader(name, facts, "");
  }

  Status CopyPiece() {
    std::array<char, kPieceBytes> piece;
    const ssize_t got = ::read(file_, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) return Ok();
    if (got < 0) return Unreadable(name_, errno);
    // A file that grew is cut at the size in its header, one that shrank is filled up: both by libarchive.
    if (got > 0 && archive_write_data(archive_, piece.data(), static_cast<std::size_t>(got)) > 0) return Ok();
    ::close(file_);
    file_ = -1;
    return FinishEntry(name_);
  }

  Status WriteHeader(const std::string& name, const struct stat& facts, const std::string& link) {
    const Owned<archive_entry, archive_entry_free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_mode(entry.get(), facts.st_mode);
    archive_entry_set_size(entry.get(), facts.st_size);
    archive_entry_set_mtime(entry.get(), facts.st_mtim.tv_sec, 0);
    archive_entry_set_uid(entry.get(), 0);
    archive_entry_set_gid(entry.get(), 0);
    if (!link.empty()) archive_entry_set_symlink(entry.get(), link.c_str());
    // A warning says that a name is not in the locale's character set: its bytes are written as they are.
    if (archive_write_header(archive_, entry.get()) < ARCHIVE_WARN) return Failed(name);
    return Ok();
  }

  Status FinishEntry(const std::string& name) {
    if (archive_write_finish_entry(archive_) < ARCHIVE_WARN) return Failed(name);
    return Ok();
  }

  static Error Unreadable(const std::string& name, int number) {
    return {Code::kFailedPrecondition,
            "build context " + name,
            "cannot be read: " + std::generic_category().message(number),
            {},
            "deploy the source again"};
  }
  Error Failed(const std::string& name) const {
    const char* reason = archive_error_string(archive_);
    return {Code::kInternal,
            "build context " + name,
            reason == nullptr ? "cannot be packed" : reason,
            {},
            "rename or leave out that file"};
  }

  ContextSource source_;
  std::vector<std::string> names_;
  std::string made_;
  std::size_t given_ = 0;
  std::size_t next_ = 0;
  bool inline_sent_ = false;
  bool closed_ = false;
  int file_ = -1;
  std::string name_;  // of the open file
  archive* archive_;
};

Result<ContextTar> ContextTar::Open(const ContextSource& source) {
  EDM_TRY(auto names, ContextFiles(source));
  return ContextTar(std::make_unique<Writer>(source, std::move(names)));
}

ContextTar::ContextTar(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
ContextTar::ContextTar(ContextTar&&) noexcept = default;
ContextTar::~ContextTar() = default;

Result<std::size_t> ContextTar::Read(std::span<char> into) { return writer_->Read(into); }

}  // namespace edm::worker
