#include "master/adapters/images/image_keeper.h"

#include "master/core/stored_images.h"

namespace edm::master {
namespace {

bool IsAway(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded;
}

}  // namespace

void ImageKeeper::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (parts_.clock.Wait(kLookEvery, stop)) Look(stop);
  });
}

Status ImageKeeper::FindAll() {
  EDM_TRY(const auto instances, parts_.images.Instances());
  untidy_.insert(instances.begin(), instances.end());
  next_tidying_of_all_ = parts_.clock.Steady() + kTidyAllEvery;
  return Ok();
}

// What is there is listed before the state is looked at: what is pushed meanwhile belongs to an operation
// that was open before.
Status ImageKeeper::Tidy(const std::string& instance) {
  EDM_TRY(const auto names, parts_.images.Names(instance));
  const auto state = parts_.led();
  if (state == nullptr) return Ok();
  for (const auto& name : UnneededImages(*state, instance, names))
    EDM_CHECK(parts_.images.Remove(instance, name));
  return Ok();
}

// The first failure; while the registry is away nothing more is tried.
Status ImageKeeper::TidyThose(const std::stop_token& stop) {
  Status first = Ok();
  for (auto it = untidy_.begin(); it != untidy_.end() && !stop.stop_requested();) {
    auto status = Tidy(*it);
    if (status.ok()) {
      it = untidy_.erase(it);
      continue;
    }
    if (first.ok()) first = status;
    if (IsAway(status.error())) break;
    ++it;
  }
  return first;
}

void ImageKeeper::Look(const std::stop_token& stop) {
  auto state = parts_.led();
  if (state == nullptr) {
    seen_.reset();
    next_tidying_of_all_ = {};
    return;
  }
  if (seen_ != nullptr) {
    for (auto& instance : LostReleases(*seen_, *state)) untidy_.insert(std::move(instance));
  }
  seen_ = std::move(state);
  auto status = parts_.clock.Steady() >= next_tidying_of_all_ ? FindAll() : Ok();
  if (status.ok()) status = TidyThose(stop);
  if (!status.ok() && !has_told_) parts_.tell(status.error());
  has_told_ = !status.ok();
}

}  // namespace edm::master
