#include "worker/adapters/contact/contact_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "common/base/unique_fd.h"

namespace edm::worker {
namespace {

std::string BootId() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

}  // namespace

ContactFile::ContactFile(std::filesystem::path file) : file_(std::move(file)), boot_(BootId()) {}

std::optional<SteadyTime> ContactFile::Last() const {
  std::ifstream file(file_);
  std::string boot;
  Millis::rep heard = 0;
  if (!(file >> boot >> heard) || boot.empty() || boot != boot_) return std::nullopt;
  return SteadyTime(Millis(heard));
}

void ContactFile::Keep(SteadyTime heard) {
  const std::lock_guard lock(mutex_);
  if (heard - kept_ < kEvery) return;
  kept_ = heard;
  const auto text = boot_ + " " + std::to_string(heard.time_since_epoch().count()) + "\n";
  const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  // In place and in one piece: its length hardly changes, and a reader takes the first two words.
  if (fd.valid() && ::pwrite(fd.get(), text.data(), text.size(), 0) > 0) {
    (void)!::ftruncate(fd.get(), static_cast<off_t>(text.size()));
  }
}

}  // namespace edm::worker
