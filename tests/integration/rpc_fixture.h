#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/rpc/channel.h"
#include "common/rpc/grpc_server.h"
#include "edm/v1/master_service.grpc.pb.h"

namespace edm::rpc::testing {

inline constexpr const char* kToken = "secret-of-ada";

inline Result<Caller> KnowsAda(const Credentials& credentials) {
  if (credentials.bearer == kToken) return Caller{Caller::Kind::kPerson, "ada", "t1"};
  if (credentials.bearer == "joins-a-worker") return Caller{Caller::Kind::kWorker, "", "t2"};
  if (!credentials.worker.empty()) return Caller{Caller::Kind::kWorker, credentials.worker, ""};
  return Error{Code::kUnauthenticated, "token", "it is not known", {}, "make one with 'edmctl token create'"};
}

// What handlers saw, for a test to wait for.
class Notes {
 public:
  void Add(const std::string& note) {
    const std::scoped_lock lock(mutex_);
    notes_.push_back(note);
    changed_.notify_all();
  }
  bool Await(const std::string& note, Millis timeout = Millis(5'000)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return Has(note); });
  }
  bool Seen(const std::string& note) {
    const std::scoped_lock lock(mutex_);
    return Has(note);
  }

 private:
  bool Has(const std::string& note) const {
    return std::find(notes_.begin(), notes_.end(), note) != notes_.end();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
};

// A master of three scripted methods of each kind:
//   GetInstance     answers with the id and the caller; "none": an error, "hang": never, "drop": forgets the
//   call UploadSource    counts bytes; answers with them in the operation's id WatchOperation  "3": three
//   events; "endless": as fast as the client reads; "flood": without waiting;
//                   "quiet": none
//   Exec            echoes input until its end, then the exit code 7
void ServeScript(MethodTable& table, Notes& notes);

}  // namespace edm::rpc::testing
