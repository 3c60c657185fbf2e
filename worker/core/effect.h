#pragma once

#include <cstdint>
#include <string_view>

namespace edm::worker {

// One thing that a worker does for an attempt. Each may be done again after a crash and then finds its work
// done.
enum class Effect : std::uint8_t {
  kNone = 0,           // nothing was done yet
  kFetch = 1,          // the commit (and the template under it) becomes the release's checkout
  kJudge = 2,          // policy on the checkout: what to build and run
  kReserve = 3,        // host ports and subnets
  kBuild = 4,          // images
  kPublishHolder = 5,  // instance/<id>/ip
  kRender = 6,         // the final compose file and the files made at start
  kStop = 7,           // containers are kept
  kUp = 8,
  kAwaitReady = 9,
  kPublishEndpoints = 10,
  kWithdrawEndpoints = 11,
  kRemove = 12,  // containers, networks, volumes unless kept
  kDropImages = 13,
  kDropFiles = 14,  // checkouts, mirror
  kForgetHolder = 15,
  kDiscard = 16,  // images and files of a release that was never built
  kRestore = 17,  // the last good release runs again
  kHold = 18,     // failed containers stay, stopped, for inspection
  kCollect = 19,  // what no kept release needs
  kEnd = 20,      // the last event
  kCompare = 21,  // whether what is to be deployed runs already
  kTry = 22,      // the new release becomes ready beside the one that runs, and goes again
  kDismiss = 23,  // what was tried stops; the containers of one that failed stay for inspection
  kPush = 24,     // images to the registry
};
inline constexpr std::uint8_t kEffects = 25;

std::string_view EffectName(Effect effect);  // "fetch", "publish-holder"

}  // namespace edm::worker
