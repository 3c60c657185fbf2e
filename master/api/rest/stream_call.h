#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "master/api/rest/event_text.h"
#include "master/api/rest/rest_call.h"

namespace edm::master::rest {

// A server stream as events or lines. The head goes out with the first message, or when nothing came for a
// moment (StreamKeeper ticks): an error before that still has a status of its own.
class StreamCall final : public RestCall {
 public:
  StreamCall(std::shared_ptr<rpc::Exchange> exchange, std::shared_ptr<const Route> route, rpc::Caller caller,
             StreamForm form);

  void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) override;

  // False when the stream has ended.
  bool Tick(SteadyTime now);

 private:
  void Answer(Status status) override;
  void BeginLocked();
  void AwaitDrain();
  void Drained();
  void FailPending();

  const StreamForm form_;
  std::mutex mutex_;  // orders what is written
  bool begun_ = false;
  bool closed_ = false;
  bool awaiting_drain_ = false;
  std::deque<std::function<void(bool)>> pending_;  // to be told when what they sent has gone out
  SteadyTime quiet_since_;
};

}  // namespace edm::master::rest
