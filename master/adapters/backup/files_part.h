#pragma once

#include <deque>
#include <filesystem>
#include <string>

#include "master/adapters/backup/backup_part.h"

namespace edm::master {

// A few small files, each whole in memory for a moment.
class FilesPart final : public BackupPart {
 public:
  static constexpr std::uintmax_t kFileBytesMax = 1U << 20;

  struct File {
    std::string name;  // in the tar
    std::filesystem::path path;
    bool needed = false;  // a backup without it is none
  };
  explicit FilesPart(std::deque<File> files) : files_(std::move(files)) {}
  Result<bool> Step(TarStream& to) override;

 private:
  std::deque<File> files_;
};

}  // namespace edm::master
