#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "master/api/services/reply.h"

namespace edm::master {

// Sends what a log has after a cursor, and then what comes, until `End` says so or the client leaves. Reads
// on the pool; asks for the next lines only when the last ones are sent, so a slow client costs nothing.
// Keeps itself alive by its call.
class EventWatch : public std::enable_shared_from_this<EventWatch> {
 public:
  static constexpr std::size_t kLinesPerRead = 200;

  // Sends at most kLinesPerRead lines after the cursor by `send`, and moves it. Error: the watch ends with
  // it. `send` may be told by Stop that no more is to come.
  enum class Next : std::uint8_t { kMore, kWait, kEnd };
  using Step =
      std::function<Result<Next>(rpc::ServerCall& call, const Wake& wake, std::function<void(bool)> on_sent)>;

  EventWatch(CallPointer call, Executor& pool, Step step);
  void Begin();

 private:
  void Pump();
  void Later();

  const CallPointer call_;
  Executor& pool_;
  const Step step_;
  Wake wake_;
  std::atomic<bool> gone_{false};
};

}  // namespace edm::master
