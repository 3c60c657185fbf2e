#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "common/ports/entropy.h"
#include "master/adapters/intake/intake_limits.h"
#include "master/ports/source_intake.h"

namespace edm::master {

// Takes archives into folders of their own below `directory`, which nothing else uses and which lies on the
// git server's filesystem. What a killed master left there is removed by the constructor. Any thread; one
// upload belongs to one thread at a time. A single top folder in an archive is kept, not stripped.
class ArchiveIntake final : public SourceIntake {
 public:
  struct Options {
    std::string directory;
    IntakeLimits limits;
    std::uint32_t uploads_max = 512;  // at once; one more is refused
    // Why nothing more may be written now; it may be none.
    std::function<Status(std::string_view what)> check_room;
  };

  static Result<std::unique_ptr<ArchiveIntake>> Open(Options options, Entropy& entropy);
  Result<std::unique_ptr<Upload>> Begin() override;

 private:
  ArchiveIntake(Options options, Entropy& entropy) : options_(std::move(options)), entropy_(entropy) {}

  const Options options_;
  Entropy& entropy_;
  std::shared_ptr<std::atomic<std::uint32_t>> open_ = std::make_shared<std::atomic<std::uint32_t>>(0);
};

}  // namespace edm::master
