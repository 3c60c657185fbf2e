#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "master/model/command.h"
#include "master/model/records.h"

// What follows from an input: records to store, then things to do, then what to tell.
namespace edm::master {

// A record as it is to be stored; null: gone.
template <class Record>
struct Stored {
  std::string key;
  std::shared_ptr<const Record> record;
};
struct StoredSpec : Stored<InstanceRecord> {};    // what was asked for
struct StoredStatus : Stored<InstanceRecord> {};  // what is so
// instance/<id>/ip; "" removes it.
struct StoredAddress {
  std::string instance;
  std::string address;
};
using Change = std::variant<StoredSpec, StoredStatus, Stored<OperationRecord>, Stored<Release>,
                            Stored<WorkerRecord>, Stored<TokenRecord>, Stored<RequestRecord>, StoredAddress>;

// Effects: done after the changes were stored; each may be done twice without harm.
struct TakeSource {  // import from `git_url`, or resolve `ref` in the own repo; answered by SourceTaken
  std::string operation;
  std::string owner;
  std::string instance;
  std::string branch;
  std::string git_url;
  std::string ref;
};
struct FindUpload {  // that was under way when the master stopped; answered by SourceTaken
  std::string operation;
  std::string owner;
  std::string instance;
  Source source;  // without its commit
};
struct StopTaking {  // a TakeSource that nobody waits for; SourceTaken comes all the same
  std::string operation;
};
struct SendOrder {  // and follow it from `after_cursor` on; answered by AttemptReported
  std::string worker;
  std::string rpc_address;
  Order order;  // with the environment; credentials are added when it is sent
  std::string commit;
  std::uint32_t after_cursor = 0;
};
struct EvictCopy {  // a copy that nobody wants there; its worker reports it until it is gone
  std::string worker;
  std::string rpc_address;
  Order order;
};
struct CancelAttempt {
  std::string worker;
  std::string rpc_address;
  std::string instance;
  std::uint32_t attempt = 0;
  std::string reason;
  bool stop_following = false;  // nobody waits for its end any more
};
struct MoveBranch {  // answered by BranchMoved
  std::string operation;
  std::string owner;
  std::string instance;
  PendingPush push;
};
struct DeleteRepo {  // answered by RepoDeleted
  std::string operation;
  std::string owner;
  std::string instance;
};
struct RemoveRepos {  // of instances that are gone; answered by ReposLeft
  std::set<std::string> instances;
};
struct KeepCommits {  // those of its releases as they are known when it is done, and no others
  std::string owner;
  std::string instance;
};
struct ForgetEvents {  // the operation's event log is removed
  std::string operation;
};
using Effect = std::variant<TakeSource, FindUpload, StopTaking, SendOrder, EvictCopy, CancelAttempt,
                            MoveBranch, DeleteRepo, RemoveRepos, KeepCommits, ForgetEvents>;

// One line for those who watch an operation. `worker_cursor` is 0 for what the master itself has to say.
struct OperationNote {
  std::string operation;
  std::uint32_t attempt = 0;
  std::uint32_t worker_cursor = 0;
  WallTime time;
  std::variant<Step, BuildLine, Warning, Operation> what;  // Operation: it has ended, as it stands
};

// One line of the cluster's own history.
struct ClusterNote {
  WallTime time;
  std::string kind;  // instance.created, operation.ended, worker.lost, ...
  std::string instance;
  std::string operation;
  std::string worker;
  std::string text;
};

struct Decision {
  std::vector<Change> changes;
  std::vector<Effect> effects;
  std::vector<OperationNote> notes;
  std::vector<ClusterNote> events;
  Result<Accepted> reply = Accepted{};
};

}  // namespace edm::master
