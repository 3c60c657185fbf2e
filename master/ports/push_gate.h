#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

// One branch that somebody pushed; its objects are in the repo, the branch has not moved yet.
struct PushedBranch {
  std::string owner;
  std::string instance;
  std::string branch;
  std::string from;   // 40 zeros: a new branch
  std::string to;     // 40 zeros: a deleted one
  std::string actor;  // token name
};

// Decides about pushes: a deploy branch is deployed (and moved by the deploy when it succeeded), any other is
// only stored. Blocks until the verdict; `on_line` gets what the person pushing shall see. `stop`: the person
// has left, the deploy goes on.
class PushGate {
 public:
  enum class Verdict : std::uint8_t { kStore, kMoved };  // kStore: the git side moves the branch itself
  virtual ~PushGate() = default;
  // Whether `actor` may read or write this repo at all; before anything is transferred.
  virtual Status Admit(const std::string& owner, const std::string& instance, bool write,
                       const std::string& actor) = 0;
  // An error rejects this branch, and is shown.
  virtual Result<Verdict> Judge(const PushedBranch& push,
                                const std::function<void(std::string_view)>& on_line,
                                std::stop_token stop) = 0;
};

}  // namespace edm::master
