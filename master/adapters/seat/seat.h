#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "master/adapters/seat/election.h"
#include "master/adapters/seat/followed_view.h"
#include "master/adapters/seat/term.h"
#include "master/ports/cluster.h"
#include "master/ports/helm.h"

namespace edm::master {

// Where a master sits: it leads, with a term, or follows, with a view. The rest of the master talks to the
// cluster through it and need not know which. A thread of its own begins and ends terms.
//
//     following --lock won, epoch taken, state read--> leading --lock lost, write refused--> following
class Seat final : public Cluster, public Helm {
 public:
  struct Parts {
    LeaderLock& lock;
    Millis ttl;          // of the lock
    bool alone = false;  // no other master can be
    MasterPlace self;
    Term::Parts term;
    Executor& pool;
    // Called on the seat's thread once a term has begun, before anybody sees that this master leads.
    std::function<Status(Cluster&)> on_lead;
    // Called when the leader is another, or none. Must only post.
    std::function<void()> on_change;
    std::function<void(const std::string&)> tell;  // what an operator should read
  };

  explicit Seat(Parts parts);
  ~Seat() override;  // Stop()

  // Reads the state, begins to campaign, and waits until somebody leads, for `patience` at most. Error: the
  // store cannot be read, or this master is alone and cannot lead.
  Status Start(Millis patience);
  // A leader stores what it has decided, and lets go of the lock.
  void Stop();

  // --- Cluster: a follower refuses with kUnavailable, and names the leader as redirect.h has it ---------
  void Submit(Command command, Answer answer) override;
  void Report(master::Report report, Answer answer = {}) override;
  std::shared_ptr<const State> View() const override;

  // --- Helm ---------------------------------------------------------------------------------------------
  Standing Now() const override;
  bool leads() const override;
  Error WhyNone() const override;
  bool electing() const override;
  void Passed() override { followed_.Outdate(); }
  void WhenFresh(std::function<void()> call) override { followed_.WhenFresh(std::move(call)); }

  // Whether this master leads and nobody else can. Any thread.
  bool is_sure() const { return election_.is_sure(); }

  // Why changes are refused now, here and by whoever leads; none: all is well.
  std::optional<Error> trouble() const;
  std::size_t queued() const;
  std::size_t pending() const;  // decisions that wait for the store

 private:
  void Run();
  void Lead();
  void Announce();
  void StepDown(const Error& why);
  void OnHolder(const std::optional<LockHolder>& holder);
  std::shared_ptr<Term> CurrentTerm() const;

  const Parts parts_;
  FollowedView followed_;
  Election election_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool wants_ = false;  // guarded by mutex_, as what follows: the lock is ours
  bool stopping_ = false;
  std::optional<Error> lost_;          // why the lock is not ours any more
  std::shared_ptr<Term> term_;         // while it leads
  std::optional<MasterPlace> leader_;  // another one
  std::optional<Error> failed_;        // why the last term did not begin
  std::uint64_t history_from_ = 0;
  std::thread thread_;
};

}  // namespace edm::master
