#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/ports/entropy.h"
#include "master/ports/git_server.h"

namespace edm::master {

// Passwords with which a worker reads one repo until a time: "r1.<unix seconds>.<hmac>". Nothing is stored
// but the key, so that any master with the same data folder verifies them. Any thread.
class ReadGrants {
 public:
  // Reads the key from `key_file`, or makes it with mode 0600.
  static Result<ReadGrants> Open(const std::string& key_file, Entropy& entropy);

  std::string Make(const RepoName& repo, WallTime until) const;
  bool Allows(std::string_view password, const RepoName& repo, WallTime now) const;

 private:
  explicit ReadGrants(std::string key) : key_(std::move(key)) {}
  std::string Mac(const RepoName& repo, std::string_view until) const;

  std::string key_;
};

}  // namespace edm::master
