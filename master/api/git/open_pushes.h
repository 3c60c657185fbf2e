#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "master/ports/git_server.h"

namespace edm::master {

// Counts the pushes under way of each repo, and has a repo tidied whenever its last one has ended: a git that
// is killed leaves what it quarantined, and only while no push is under way is it sure to be nobody's. Any
// thread.
class OpenPushes {
 public:
  using Tidy = std::function<void(const RepoName&)>;  // a push of any repo waits for it before it begins

  explicit OpenPushes(Tidy tidy) : tidy_(std::move(tidy)) {}

  // One push; hold it until git has ended.
  class Held {
   public:
    Held(OpenPushes& all, RepoName repo);
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    OpenPushes& all_;
    const RepoName repo_;
  };

 private:
  const Tidy tidy_;
  std::mutex mutex_;
  std::map<RepoName, int> counts_;  // guarded by mutex_; none is 0
};

}  // namespace edm::master
