#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/rpc/call.h"
#include "common/rpc/method_table.h"
#include "common/rpc/tls.h"

namespace edm::master {

// Passes whole calls on to the master that leads, over its cluster port and with the caller's own credential,
// both ways and at the pace of the slower side. Any thread; outlived by what is under way.
class LeaderRelay {
 public:
  using CallPointer = std::shared_ptr<rpc::ServerCall>;
  // The leader could not be asked, or went away, before it answered anything.
  using OnLost = std::function<void(Error why)>;

  // Without an identity in the clear: for tests on loopback.
  explicit LeaderRelay(std::optional<rpc::Identity> identity);
  ~LeaderRelay();  // breaks off what is under way

  // Ends the call, unless `on_lost` is called instead, which then has it. `on_answer`: before the caller gets
  // an answer, or the good end of a stream.
  void Pass(const std::string& leader, const CallPointer& call, const rpc::MethodTable::Method& method,
            const google::protobuf::Message& first, std::function<void()> on_answer, OnLost on_lost);

  // Breaks off what is on its way to any other: that one may hang, and will not answer any more. "": to all.
  void LeaderIs(const std::string& address);

 private:
  struct Shared;
  const std::shared_ptr<Shared> shared_;
};

}  // namespace edm::master
