#include "master/adapters/backup/repo_part.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace edm::master {
namespace {

namespace fs = std::filesystem;

// What a repo consists of, beside its objects.
constexpr const char* kFiles[] = {"HEAD", "config", "packed-refs"};
// Git takes no folder for a repo that lacks one of these.
constexpr const char* kFolders[] = {"refs", "refs/heads", "objects", "objects/info", "objects/pack"};

// A push or fetch that is under way keeps its own objects under such names until they count.
bool IsUnfinished(const std::string& name) {
  return name.starts_with("tmp_") || name.starts_with("incoming") || name.starts_with("tmp-") ||
         name.ends_with(".lock");
}

Error ReadFailure(const fs::path& path, int error) {
  return {Code::kUnavailable, path.string(), std::generic_category().message(error), {}, "back up again"};
}

}  // namespace

std::string RepoPart::NameOf(const fs::path& path) const {
  return name_ + "/" + path.lexically_relative(folder_).string();
}

Result<bool> RepoPart::Step(TarStream& to) {
  switch (stage_) {
    case Stage::kRefs:
      EDM_CHECK(ReadRefs());
      folders_.push_back(folder_ / "objects");
      stage_ = Stage::kObjects;
      return true;
    case Stage::kObjects: {
      EDM_TRY(const bool more, StepObjects(to));
      if (!more) stage_ = Stage::kEnd;
      return true;
    }
    case Stage::kEnd:
      if (std::error_code failed; !gone_ && fs::exists(folder_ / "HEAD", failed)) EDM_CHECK(WriteRefs(to));
      return false;
  }
  return false;
}

void RepoPart::ReadRef(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return;
  std::string content{std::istreambuf_iterator<char>(file), {}};
  ref_bytes_ += content.size();
  refs_[path] = std::move(content);
}

// Loose refs before packed ones: one that is packed in between is found there.
Status RepoPart::ReadRefs() {
  std::error_code failed;
  for (auto at = fs::recursive_directory_iterator(folder_ / "refs", failed);
       !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
    if (at->is_regular_file(failed) && !IsUnfinished(at->path().filename())) ReadRef(at->path());
    if (ref_bytes_ > kRefBytesMax)
      return Error{Code::kResourceExhausted,
                   "repo " + name_,
                   "its refs take more than 16 MiB",
                   {},
                   "delete what is not needed"};
  }
  for (const auto* name : kFiles) ReadRef(folder_ / name);
  gone_ = !refs_.contains(folder_ / "HEAD");
  return Ok();
}

Result<bool> RepoPart::StepObjects(TarStream& to) {
  if (left_ > 0) {
    EDM_CHECK(Copy(to));
    return true;
  }
  if (!files_.empty()) {
    const auto path = files_.front();
    files_.pop_front();
    EDM_CHECK(Open(path, to));
    return true;
  }
  if (folders_.empty()) return false;
  const auto folder = folders_.front();
  folders_.pop_front();
  std::error_code failed;
  for (auto at = fs::directory_iterator(folder, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    if (IsUnfinished(at->path().filename())) continue;
    if (at->is_directory(failed)) folders_.push_back(at->path());
    if (at->is_regular_file(failed)) files_.push_back(at->path());
  }
  return true;
}

Status RepoPart::Open(const fs::path& path, TarStream& to) {
  open_.Reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  // Gone with its repo.
  if (open_.get() < 0 && errno == ENOENT) return Ok();
  if (open_.get() < 0) return ReadFailure(path, errno);
  struct stat facts {};
  if (::fstat(open_.get(), &facts) != 0) return ReadFailure(path, errno);
  left_ = static_cast<std::uint64_t>(facts.st_size);
  return to.BeginFile(NameOf(path), 0444, left_);
}

Status RepoPart::Copy(TarStream& to) {
  std::string block(std::min<std::uint64_t>(left_, kStepBytesMax), '\0');
  const auto got = ::read(open_.get(), block.data(), block.size());
  if (got < 0 && errno == EINTR) return Ok();
  if (got <= 0)
    return Error{
        Code::kDataLoss, "repo " + name_, "an object became shorter while it was read", {}, "git fsck there"};
  block.resize(static_cast<std::size_t>(got));
  left_ -= block.size();
  return to.Write(block);
}

Status RepoPart::WriteRefs(TarStream& to) const {
  for (const auto* folder : kFolders) EDM_CHECK(to.AddFolder(name_ + "/" + folder));
  for (const auto& [path, content] : refs_) EDM_CHECK(to.AddFile(NameOf(path), 0644, content));
  return Ok();
}

}  // namespace edm::master
