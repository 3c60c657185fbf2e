#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/rpc/call.h"
#include "common/rpc/http/exchange.h"

namespace edm::master {

namespace rest {
class Gateway;
}
class GitHttp;

// What answers on the HTTP port: health, metrics, REST, git. Handle is for io threads.
class HttpFront {
 public:
  struct Peers {
    rest::Gateway& gateway;
    GitHttp* git = nullptr;  // none where repos are kept elsewhere
    rpc::Authenticate authenticate;
    std::function<std::optional<Error>()> trouble;  // why it is not ready; none: it is
    std::function<std::string()> role;              // a line for people, among several masters
    std::function<std::string()> metrics;
  };

  explicit HttpFront(Peers peers) : peers_(std::move(peers)) {}
  void Handle(const std::shared_ptr<rpc::Exchange>& exchange) const;
  // As application/problem+json: also for what is no request at all.
  static rpc::HttpAnswer Refusal(const Error& error, int status);

 private:
  void Ready(rpc::Exchange& exchange) const;
  void Metrics(rpc::Exchange& exchange) const;

  const Peers peers_;
};

}  // namespace edm::master
