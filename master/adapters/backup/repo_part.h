#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <string>

#include "common/base/unique_fd.h"
#include "master/adapters/backup/backup_part.h"

namespace edm::master {

// One bare repo while pushes go on. Its refs are read first and written last: an object that a ref names is
// there before the ref is, and none is ever removed while its repo stands, so what lies between the two holds
// all of them. A repo that is deleted meanwhile is left without HEAD; a restore takes no such folder.
class RepoPart final : public BackupPart {
 public:
  static constexpr std::uintmax_t kRefBytesMax = 16U << 20;  // of all refs of one repo

  // `folder` becomes `name` in the tar.
  RepoPart(std::filesystem::path folder, std::string name)
      : folder_(std::move(folder)), name_(std::move(name)) {}

  Result<bool> Step(TarStream& to) override;

 private:
  enum class Stage : std::uint8_t { kRefs, kObjects, kEnd };

  Status ReadRefs();
  void ReadRef(const std::filesystem::path& path);
  Result<bool> StepObjects(TarStream& to);
  Status Open(const std::filesystem::path& path, TarStream& to);
  Status Copy(TarStream& to);
  Status WriteRefs(TarStream& to) const;
  std::string NameOf(const std::filesystem::path& path) const;

  const std::filesystem::path folder_;
  const std::string name_;
  Stage stage_ = Stage::kRefs;
  bool gone_ = false;
  std::uintmax_t ref_bytes_ = 0;
  std::map<std::filesystem::path, std::string> refs_;
  std::deque<std::filesystem::path> folders_;  // of objects, that are still to be listed
  std::deque<std::filesystem::path> files_;
  UniqueFd open_;
  std::uint64_t left_ = 0;  // of the open file
};

}  // namespace edm::master
