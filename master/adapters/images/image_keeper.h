#pragma once

#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "common/ports/clock.h"
#include "master/model/state.h"
#include "master/ports/image_store.h"

namespace edm::master {

// Removes from the registry what no release needs any more. What is to go is found, not remembered: of
// instances that have lost a release soon after, of all now and then, so that a registry that was away is
// tidied as well.
class ImageKeeper {
 public:
  static constexpr Millis kLookEvery{5'000};
  static constexpr Millis kTidyAllEvery{3'600'000};

  struct Parts {
    ImageStore& images;
    const Clock& clock;
    // The state, where this master leads; else null.
    std::function<std::shared_ptr<const State>()> led;
    std::function<void(const Error&)> tell;  // what was not possible; not again while it stays so
  };

  explicit ImageKeeper(Parts parts) : parts_(std::move(parts)) {}

  // Looks on a thread of its own from now on, until it is destroyed.
  void Start();
  // Once, on the caller's.
  void Look(const std::stop_token& stop);

 private:
  Status FindAll();
  Status TidyThose(const std::stop_token& stop);
  Status Tidy(const std::string& instance);

  const Parts parts_;
  std::shared_ptr<const State> seen_;  // of the last look
  std::set<std::string> untidy_;       // instances to look at
  SteadyTime next_tidying_of_all_{};
  bool has_told_ = false;
  std::jthread thread_;
};

}  // namespace edm::master
