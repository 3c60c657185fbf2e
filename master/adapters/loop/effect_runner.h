#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "common/base/backoff.h"
#include "common/ports/clock.h"
#include "common/ports/executor.h"
#include "master/adapters/loop/effect_sink.h"
#include "master/ports/cluster.h"
#include "master/ports/event_log.h"
#include "master/ports/git_server.h"
#include "master/ports/image_store.h"
#include "master/ports/worker_channel.h"

namespace edm::master {

// Does effects: git on the pool, orders through the channel. What comes of them goes back to the cluster as a
// report. Any thread; the cluster is given by Connect before the first effect.
class EffectRunner final : public EffectSink {
 public:
  static constexpr int kGitTriesMax = 6;  // while the git server is away: 15 s in all
  static constexpr Backoff kGitRetry{Millis(500), Millis(4'000)};

  struct Parts {
    GitServer& git;
    WorkerChannel& workers;
    EventLog& log;
    Executor& pool;
    const Clock& clock;
    ImageStore* images = nullptr;  // null: there is no registry
  };

  explicit EffectRunner(Parts parts) : parts_(parts) {}
  void Connect(Cluster& cluster);
  // What is to live until the last effect under way has ended; before the first one.
  void KeepAlive(std::weak_ptr<const void> whole) { whole_ = std::move(whole); }
  // Begins no more effects, and stops the fetches under way.
  void StopAll();

  void Do(Effect effect) override;

 private:
  void Perform(const TakeSource& effect);
  void Perform(const FindUpload& effect);
  void Perform(const StopTaking& effect);
  void Perform(const SendOrder& effect);
  void Perform(const EvictCopy& effect);
  void Perform(const CancelAttempt& effect);
  void Perform(const MoveBranch& effect);
  void Perform(const DeleteRepo& effect);
  void Perform(const RemoveRepos& effect);
  void Perform(const KeepCommits& effect);
  void Perform(const ForgetEvents& effect);

  Result<Source> Take(const TakeSource& effect, std::stop_token stop);
  Result<Source> WithSpec(const RepoName& repo, Source source);
  Result<Order> WithAccess(const SendOrder& effect);
  Result<std::string> TemplateOf(const SendOrder& effect);
  Status CheckWanted(const SendOrder& effect) const;
  // Calls again while the git server is away, until `stop` is requested.
  template <class T>
  Result<T> Patiently(const std::function<Result<T>()>& call, std::stop_token stop = {}) const;
  std::stop_token BeginTaking(const std::string& operation);
  void EndTaking(const std::string& operation);

  const Parts parts_;
  Cluster* cluster_ = nullptr;
  std::weak_ptr<const void> whole_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::map<std::string, std::stop_source> taking_;  // sources on their way, by operation; guarded by mutex_
};

}  // namespace edm::master
