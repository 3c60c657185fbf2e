#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "master/model/decision.h"

namespace edm::master {

struct NumberedNote {
  std::uint64_t cursor = 0;  // from 1, without holes
  OperationNote note;
};

struct NumberedEvent {
  std::uint64_t cursor = 0;
  ClusterNote note;
};

// What happened, for those who watch; both logs are read from any cursor on. Any thread.
//
// Reading and waiting are one: Read gives what is there after `cursor`, at most `most`, and when that is
// nothing keeps `wake` to be called once, as soon as there is something, on a thread of the log's: it must
// only post. Whoever drops its Wake is not called any more.
using Wake = std::shared_ptr<std::function<void()>>;

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Each worker event once, however often it comes: those at or before the newest of their attempt are
  // dropped.
  virtual Status Append(const std::vector<OperationNote>& notes) = 0;
  virtual Result<std::vector<NumberedNote>> Read(const std::string& operation, std::uint64_t cursor,
                                                 std::size_t most, const Wake& wake) = 0;
  // Whether its last line says that the operation has ended.
  virtual bool IsClosed(const std::string& operation) = 0;
  // Calls `wake` once when that is so; at once when it is.
  virtual void WhenClosed(const std::string& operation, const Wake& wake) = 0;
  // The newest worker event of an attempt that it has; 0: none. A master that led later than another asks the
  // worker again from there.
  virtual std::uint32_t WorkerCursor(const std::string& operation, std::uint32_t attempt) = 0;
  // The latest state of each step, as the log has it; to see what a crash left out.
  virtual Result<std::vector<Step>> Steps(const std::string& operation) = 0;
  virtual void Remove(const std::string& operation) = 0;
  // Removes the logs of all others: what a kill between a record's removal and its log's has left. At start.
  virtual void KeepOnly(const std::function<bool(const std::string& operation)>& is_known) = 0;

  // Calls everybody who waits, though there is nothing new: this master writes the log no more.
  virtual void WakeAll() = 0;

  // The cluster's own history: the newest kClusterEventsMax are kept, over restarts too. A cursor older than
  // the oldest is answered with kOutOfRange, which says where to begin.
  static constexpr std::size_t kClusterEventsMax = 10'000;
  virtual void Append(const std::vector<ClusterNote>& notes) = 0;
  virtual Result<std::vector<NumberedEvent>> ReadCluster(std::uint64_t cursor, std::size_t most,
                                                         const Wake& wake) = 0;
  // The cursor of the newest one: where a reader begins who only wants what is new.
  virtual std::uint64_t NewestCluster() = 0;
};

}  // namespace edm::master
