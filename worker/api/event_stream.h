#pragma once

#include <memory>
#include <mutex>

#include "common/ports/executor.h"
#include "common/rpc/call.h"
#include "worker/api/agent_service.h"

namespace edm::worker {

// Sends the events of one attempt, those that are there and those to come, until its last one. Keeps itself
// alive while the call lasts. Events are read on the pool, some at a time, and the next ones only when those
// were sent.
class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  static void Start(const AgentParts& parts, std::shared_ptr<rpc::ServerCall> call, AttemptKey key,
                    std::uint32_t after);

 private:
  static constexpr std::size_t kEventsAtOnce = 128;

  EventStream(const AgentParts& parts, std::shared_ptr<rpc::ServerCall> call, AttemptKey key,
              std::uint32_t after)
      : parts_(parts), call_(std::move(call)), key_(std::move(key)), cursor_(after) {}

  void Wake();
  void Pump();
  void Send(const std::vector<AttemptEvent>& events);
  void Sent(bool is_there);
  void Finish(Status status);

  const AgentParts parts_;
  const std::shared_ptr<rpc::ServerCall> call_;
  const AttemptKey key_;
  std::uint32_t cursor_;  // of whoever pumps
  std::mutex mutex_;
  bool pumping_ = false;  // guarded by mutex_, as what follows
  bool again_ = false;    // something happened meanwhile
  bool finished_ = false;
  std::unique_ptr<EventLog::Subscription> following_;
};

}  // namespace edm::worker
