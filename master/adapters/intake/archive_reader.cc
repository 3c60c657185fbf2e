#include "master/adapters/intake/archive_reader.h"

#include <archive_entry.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "common/base/text.h"
#include "master/adapters/intake/byte_source.h"
#include "master/adapters/intake/libarchive_handle.h"

namespace edm::master {
namespace {

constexpr std::size_t kTarBlock = 512;  // bytes
// Fed to the reader after the last real byte. An archive that has its end mark never gets to it.
constexpr std::string_view kSentinel = ".edm-end-of-upload";

EntryType TypeOf(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return EntryType::kHardLink;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryType::kFile;
    case AE_IFDIR:
      return EntryType::kFolder;
    case AE_IFLNK:
      return EntryType::kSymlink;
    default:
      return EntryType::kOther;
  }
}

std::string Text(const char* text) { return text == nullptr ? std::string() : std::string(text); }

ArchiveEntry ToEntry(archive_entry* entry) {
  ArchiveEntry read;
  read.path = Text(archive_entry_pathname(entry));
  read.type = TypeOf(entry);
  read.mode = static_cast<std::uint32_t>(archive_entry_mode(entry));
  // A negative size becomes one that no limit lets through.
  read.size = static_cast<std::uint64_t>(archive_entry_size(entry));
  if (read.type == EntryType::kHardLink) read.link_target = Text(archive_entry_hardlink(entry));
  if (read.type == EntryType::kSymlink) read.link_target = Text(archive_entry_symlink(entry));
  read.encrypted = archive_entry_is_encrypted(entry) == 1;
  return read;
}

std::string SentinelHeader() {
  std::string block(kTarBlock, '\0');
  const auto put = [&](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
  put(0, kSentinel);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, "00000000000");
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const auto c : block) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum));
  block[154] = '\0';
  return block;
}

class LibarchiveReader : public ArchiveReader {
 public:
  LibarchiveReader() : reader_(archive_read_new()) {}

  Result<std::optional<ArchiveEntry>> Next() override {
    const Utf8Names names;
    archive_entry* entry = nullptr;
    const auto code = archive_read_next_header(reader_.get(), &entry);
    if (code == ARCHIVE_EOF) {
      EDM_CHECK(CheckEnd());
      return std::optional<ArchiveEntry>();
    }
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return ArchiveError(reader_.get(), below_);
    auto read = ToEntry(entry);
    if (read.path == kSentinel) return DamagedUpload("is cut off: the archive has no end mark");
    return std::optional(std::move(read));
  }

  Status Data(const DataSink& sink) override {
    for (;;) {
      const void* bytes = nullptr;
      std::size_t count = 0;
      la_int64_t offset = 0;
      const auto code = archive_read_data_block(reader_.get(), &bytes, &count, &offset);
      if (code == ARCHIVE_EOF) return Ok();
      // A warning here is a checksum that does not fit.
      if (code != ARCHIVE_OK) return ArchiveError(reader_.get(), below_);
      EDM_CHECK(sink(static_cast<std::uint64_t>(offset), {static_cast<const char*>(bytes), count}));
    }
  }

 protected:
  virtual Status CheckEnd() { return Ok(); }

  std::optional<Error> below_;
  ArchiveHandle reader_;
};

class TarReader final : public LibarchiveReader {
 public:
  explicit TarReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  Status Open() {
    archive_read_support_format_tar(reader_.get());
    if (archive_read_open(reader_.get(), this, nullptr, &TarReader::Pull, nullptr) != ARCHIVE_OK) {
      return ArchiveError(reader_.get(), below_);
    }
    return Ok();
  }

 private:
  static la_ssize_t Pull(archive* reader, void* self, const void** bytes) {
    auto* tar = static_cast<TarReader*>(self);
    auto count = tar->Fill();
    if (!count.ok()) {
      tar->below_ = count.error();
      archive_set_error(reader, EIO, "the upload cannot be read");
      return -1;
    }
    *bytes = tar->input_.data();
    if (*count > 0) return static_cast<la_ssize_t>(*count);
    if (tar->sentinel_given_ || tar->given_ % kTarBlock != 0) return 0;
    tar->sentinel_given_ = true;
    *bytes = tar->sentinel_.data();
    return static_cast<la_ssize_t>(tar->sentinel_.size());
  }

  Result<std::size_t> Fill() {
    EDM_TRY(const auto count, source_->Read(input_));
    for (auto i = count; i > 0; --i) {
      if (input_[i - 1] == '\0') continue;
      content_end_ = given_ + i;
      break;
    }
    given_ += count;
    return count;
  }

  Status CheckEnd() override {
    const auto consumed = static_cast<std::uint64_t>(archive_filter_bytes(reader_.get(), 0));
    for (;;) {
      EDM_TRY(const auto count, Fill());
      if (count == 0) break;
    }
    if (given_ == 0) return DamagedUpload("is empty");
    if (given_ % kTarBlock != 0)
      return DamagedUpload("is cut off: a tar consists of whole blocks of 512 bytes");
    if (content_end_ > consumed) return DamagedUpload("has data after the end of the archive");
    return Ok();
  }

  const std::unique_ptr<ByteSource> source_;
  std::array<char, 64 * 1024> input_;
  const std::string sentinel_ = SentinelHeader();
  bool sentinel_given_ = false;
  std::uint64_t given_ = 0;        // bytes read from the source
  std::uint64_t content_end_ = 0;  // after the last byte that is not zero
};

class ZipReader final : public LibarchiveReader {
 public:
  Status Open(int fd) {
    archive_read_support_format_zip_seekable(reader_.get());
    constexpr std::size_t kBlock = 64 * 1024;
    if (::lseek(fd, 0, SEEK_SET) != 0 || archive_read_open_fd(reader_.get(), fd, kBlock) != ARCHIVE_OK) {
      return ArchiveError(reader_.get(), below_);
    }
    return Ok();
  }
};

// The end record is the last thing in the file: 22 bytes and a comment whose length it states.
Status CheckZipEnd(int fd, std::uint64_t size) {
  constexpr std::size_t kEndBytes = 22;
  constexpr std::size_t kTailMax = kEndBytes + 65'535;
  std::string tail(std::min<std::uint64_t>(size, kTailMax), '\0');
  const auto count = ::pread(fd, tail.data(), tail.size(), static_cast<off_t>(size - tail.size()));
  if (count != static_cast<ssize_t>(tail.size()) || tail.size() < kEndBytes)
    return DamagedUpload("is cut off");
  const auto at = tail.rfind("PK\x05\x06");
  if (at == std::string::npos || at + kEndBytes > tail.size()) {
    return DamagedUpload("is cut off: the zip has no end record, or data follows it");
  }
  const auto comment = static_cast<unsigned char>(tail[at + 20]) | static_cast<unsigned char>(tail[at + 21])
                                                                       << 8;
  if (at + kEndBytes + static_cast<std::size_t>(comment) != tail.size()) {
    return DamagedUpload("has data after the end of the archive");
  }
  return Ok();
}

Result<std::unique_ptr<ArchiveReader>> OpenTar(std::unique_ptr<ByteSource> source, std::uint64_t size,
                                               const IntakeLimits& limits) {
  auto reader = std::make_unique<TarReader>(LimitRatio(std::move(source), size, limits));
  EDM_CHECK(reader->Open());
  return std::unique_ptr<ArchiveReader>(std::move(reader));
}

}  // namespace

Error ArchiveError(archive* reader, const std::optional<Error>& below) {
  if (below) return *below;
  auto error = DamagedUpload("is damaged or no archive of a known kind");
  if (const auto* said = archive_error_string(reader); said != nullptr)
    error.evidence.push_back(ToUtf8(said));
  return error;
}

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::Open(int fd, std::uint64_t size,
                                                           const IntakeLimits& limits) {
  std::array<char, 264> head{};
  const auto count = ::pread(fd, head.data(), head.size(), 0);
  const std::string_view bytes(head.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) {
    EDM_CHECK(CheckZipEnd(fd, size));
    auto reader = std::make_unique<ZipReader>();
    EDM_CHECK(reader->Open(fd));
    return std::unique_ptr<ArchiveReader>(std::move(reader));
  }
  if (bytes.starts_with("\x1f\x8b")) return OpenTar(Gunzip(ReadFile(fd)), size, limits);
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) {
    EDM_TRY(auto source, Unzstd(ReadFile(fd)));
    return OpenTar(std::move(source), size, limits);
  }
  const bool empty_tar =
      bytes.size() == head.size() && bytes.find_first_not_of('\0') == std::string_view::npos;
  const bool tar = bytes.size() >= 262 && bytes.substr(257, 5) == "ustar";
  if (tar || empty_tar) return OpenTar(ReadFile(fd), size, limits);
  return Error{Code::kInvalidArgument,
               "upload",
               bytes.empty() ? "is empty" : "is no tar, tar.gz, tar.zst or zip",
               {},
               "send one, as in: tar cz . | curl -T - …"};
}

}  // namespace edm::master
