#include "master/adapters/intake/archive_intake.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "master/adapters/intake/archive_reader.h"
#include "master/adapters/intake/entry_judge.h"
#include "master/adapters/intake/tree_writer.h"

namespace edm::master {
namespace {

namespace fs = std::filesystem;

// One upload's own folder; removed with this object.
class StagingFolder {
 public:
  StagingFolder(std::string path, std::shared_ptr<std::atomic<std::uint32_t>> open)
      : path_(std::move(path)), open_(std::move(open)) {}
  ~StagingFolder() {
    std::error_code ignored;  // the sweep at the next start takes what stays
    fs::remove_all(path_, ignored);
    --*open_;
  }
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

  std::string archive() const { return path_ + "/upload"; }
  std::string tree() const { return path_ + "/tree"; }

 private:
  const std::string path_;
  const std::shared_ptr<std::atomic<std::uint32_t>> open_;
};

class Tree final : public StagedTree {
 public:
  Tree(std::unique_ptr<StagingFolder> folder, std::string digest, const EntryJudge& judge)
      : folder_(std::move(folder)),
        directory_(folder_->tree()),
        digest_(std::move(digest)),
        files_(judge.files()),
        bytes_(judge.bytes()) {}

  const std::string& directory() const override { return directory_; }
  const std::string& digest() const override { return digest_; }
  std::uint32_t files() const override { return files_; }
  std::uint64_t bytes() const override { return bytes_; }

 private:
  const std::unique_ptr<StagingFolder> folder_;
  const std::string directory_;
  const std::string digest_;
  const std::uint32_t files_;
  const std::uint64_t bytes_;
};

using CheckRoom = std::function<Status(std::string_view)>;

Status WriteEntry(ArchiveReader& reader, TreeWriter& writer, const JudgedEntry& entry,
                  const CheckRoom& check_room) {
  switch (entry.type) {
    case EntryType::kFolder:
      return entry.path.empty() ? Ok() : writer.MakeFolder(entry.path);
    case EntryType::kSymlink:
      return writer.MakeSymlink(entry);
    case EntryType::kHardLink:
      return writer.MakeHardLink(entry);
    case EntryType::kFile:
      break;
    case EntryType::kOther:
      return Error{Code::kInternal, "upload", "an entry without a kind was let through", {}, ""};
  }
  EDM_CHECK(writer.BeginFile(entry));
  return reader.Data([&](std::uint64_t offset, std::string_view bytes) -> Status {
    if (check_room) EDM_CHECK(check_room("the upload's files"));
    return writer.WriteAt(offset, bytes);
  });
}

class ArchiveUpload final : public Upload {
 public:
  ArchiveUpload(std::unique_ptr<StagingFolder> folder, UniqueFd file, const IntakeLimits& limits,
                CheckRoom check_room)
      : folder_(std::move(folder)),
        file_(std::move(file)),
        limits_(limits),
        check_room_(std::move(check_room)) {
    crypto_hash_sha256_init(&hash_);
  }

  Status Write(std::string_view bytes) override {
    if (bytes.size() > limits_.upload_bytes_max - size_) {
      return Error{Code::kResourceExhausted,
                   "upload",
                   fmt::format("is larger than {}", FormatBytes(limits_.upload_bytes_max)),
                   {},
                   "leave out what the build does not need (.dockerignore), or raise upload.bytes_max"};
    }
    if (check_room_) EDM_CHECK(check_room_("the upload"));
    crypto_hash_sha256_update(&hash_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    size_ += bytes.size();
    while (!bytes.empty()) {
      const auto count = ::write(file_.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return WriteFailed("upload");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return Ok();
  }

  Result<std::unique_ptr<StagedTree>> Finish() override {
    EDM_ASSERT(folder_ != nullptr);
    auto folder = std::exchange(folder_, nullptr);
    EDM_TRY(auto reader, ArchiveReader::Open(file_.get(), size_, limits_));
    if (::mkdir(folder->tree().c_str(), 0700) != 0) return WriteFailed("staging folder");
    EDM_TRY(auto writer, TreeWriter::Open(folder->tree()));
    EntryJudge judge(limits_);
    for (;;) {
      EDM_TRY(const auto entry, reader->Next());
      if (!entry) break;
      EDM_TRY(const auto judged, judge.Judge(*entry));
      EDM_CHECK(CheckRatio(judge, entry->path));
      auto written = WriteEntry(*reader, writer, judged, check_room_);
      if (!written.ok()) return Naming(std::move(written).error(), entry->path);
    }
    EDM_CHECK(judge.Finish());
    ::unlink(folder->archive().c_str());
    return std::unique_ptr<StagedTree>(std::make_unique<Tree>(std::move(folder), Digest(), judge));
  }

 private:
  // By the sizes that headers claim: a zip's, or a sparse file's, show in no stream.
  Status CheckRatio(const EntryJudge& judge, const std::string& path) const {
    if (judge.bytes() <= std::max(limits_.ratio_free_bytes, size_ * limits_.ratio_max)) return Ok();
    return Error{Code::kResourceExhausted,
                 fmt::format("archive entry '{}'", Shown(path)),
                 fmt::format("makes the upload unpack to more than {} times its size", limits_.ratio_max),
                 {},
                 "leave out large files of zeros, or raise upload.ratio_max"};
  }

  static Error Naming(Error error, const std::string& path) {
    if (error.object == "upload") error.object = fmt::format("archive entry '{}'", Shown(path));
    return error;
  }

  std::string Digest() {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&hash_, reinterpret_cast<unsigned char*>(digest.data()));
    return ToHex(digest);
  }

  std::unique_ptr<StagingFolder> folder_;
  UniqueFd file_;
  const IntakeLimits limits_;
  const CheckRoom check_room_;
  crypto_hash_sha256_state hash_;
  std::uint64_t size_ = 0;
};

}  // namespace

Result<std::unique_ptr<ArchiveIntake>> ArchiveIntake::Open(Options options, Entropy& entropy) {
  std::error_code failed;
  fs::remove_all(options.directory, failed);
  if (!failed) fs::create_directories(options.directory, failed);
  if (!failed) fs::permissions(options.directory, fs::perms::owner_all, failed);
  if (failed) {
    return Error{Code::kInternal,
                 "staging folder " + options.directory,
                 "cannot be made: " + failed.message(),
                 {},
                 "let the master's user write to data_dir"};
  }
  return std::unique_ptr<ArchiveIntake>(new ArchiveIntake(std::move(options), entropy));
}

Result<std::unique_ptr<Upload>> ArchiveIntake::Begin() {
  const auto path = fmt::format("{}/{}", options_.directory, ToHex(entropy_.Bytes(12)));
  if (++*open_ > options_.uploads_max) {
    --*open_;
    return Error{Code::kResourceExhausted,
                 "uploads",
                 fmt::format("{} are under way already", options_.uploads_max),
                 {},
                 "try again in a moment, or raise upload.at_once"};
  }
  auto folder = std::make_unique<StagingFolder>(path, open_);
  if (::mkdir(path.c_str(), 0700) != 0) return WriteFailed("staging folder");
  UniqueFd file(::open(folder->archive().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return WriteFailed("upload");
  return std::unique_ptr<Upload>(std::make_unique<ArchiveUpload>(std::move(folder), std::move(file),
                                                                 options_.limits, options_.check_room));
}

}  // namespace edm::master
