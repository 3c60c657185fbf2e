#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "common/ports/clock.h"
#include "master/adapters/state/sealer.h"
#include "master/model/state.h"
#include "master/ports/backup_source.h"

namespace edm::master {

// What a backup of this master is made of:
//
//   manifest.json      what this is, first
//   keys/…             CA, seal key, the first token
//   config/master.yaml the configuration file, where there is one
//   state/000000 …     StateChunk messages: the view at the moment in which the backup began
//   git/<owner>/<name>.git/…   bare repos; templates are the owner `templates`
//
// Repos follow the state: they may hold commits that the state does not know, never the reverse.
class MasterBackup final : public BackupSource {
 public:
  static constexpr int kUnderWayMax = 2;

  struct Parts {
    std::filesystem::path data;
    std::filesystem::path git;          // where the repos are
    std::filesystem::path config_file;  // "": none
    std::string version;
    bool has_repos = true;  // false: another git server keeps them
    const Sealer& sealer;
    const Clock& clock;
    std::function<std::shared_ptr<const State>()> view;
  };
  explicit MasterBackup(Parts parts) : parts_(std::move(parts)) {}

  Result<std::unique_ptr<BackupReader>> Open() override;

 private:
  class Reader;
  std::string Manifest(const State& state) const;

  const Parts parts_;
  const std::shared_ptr<std::atomic<int>> under_way_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace edm::master
