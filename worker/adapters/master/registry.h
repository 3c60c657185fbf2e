#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/channel.h"
#include "edm/v1/registry_service.grpc.pb.h"

namespace edm::worker {

// edm.v1.Registry of the master that leads. Of several it asks the one that answered last; it goes on to
// where that one says the leader is, and to the next in the list when it is silent. Any thread.
class Registry {
 public:
  static constexpr Millis kCallDeadline{3'000};
  static constexpr Millis kSilence{1'000};  // of one among several: then the next is asked
  static constexpr Millis kReconnectMax{1'000};

  // Error kInvalidArgument: none is given.
  static Result<std::shared_ptr<Registry>> Dial(std::vector<std::string> masters, rpc::ChannelTls tls);

  // Calls from now on go over a new connection, as `identity`; those under way end on the old one.
  Status Redial(const rpc::Identity& identity);

  template <class Request, class Response>
  using Method = grpc::Status (v1::Registry::Stub::*)(grpc::ClientContext*, const Request&, Response*);

  // For what may be asked twice.
  template <class Request, class Response>
  Result<Response> Call(Method<Request, Response> method, const std::type_identity_t<Request>& request) {
    return Ask(method, request, patience_, true);
  }
  // For what may not: whoever is silent may have taken it.
  template <class Request, class Response>
  Result<Response> CallOnce(Method<Request, Response> method, const std::type_identity_t<Request>& request) {
    return Ask(method, request, kCallDeadline, false);
  }

  std::string current() const { return Current()->address; }

 private:
  struct Master {
    std::string address;
    std::unique_ptr<v1::Registry::Stub> stub;
  };

  Registry(std::vector<std::string> masters, rpc::ChannelTls tls);
  std::shared_ptr<const Master> Current() const;

  template <class Request, class Response>
  Result<Response> Ask(Method<Request, Response> method, const Request& request, Millis patience,
                       bool may_repeat) {
    for (std::size_t asked = 1;; ++asked) {
      const auto at = Current();
      auto response = rpc::Call(*at->stub, method, request, "master " + at->address, {.deadline = patience});
      if (response.ok()) return response;
      const bool silent = response.error().code == Code::kDeadlineExceeded;
      // Each in the list once, and where they point to.
      const bool last = asked > masters_.size() + 1 || (silent && !may_repeat);
      if (!GoOn(*at, response.error()) || last) return response;
    }
  }

  // True: another one is to be asked now instead of `at`, which answered with `error`.
  bool GoOn(const Master& at, const Error& error);
  Status Turn(const std::string& address);  // locked

  const std::vector<std::string> masters_;
  const Millis patience_;
  mutable std::mutex mutex_;
  rpc::ChannelTls tls_;                    // guarded by mutex_
  std::shared_ptr<const Master> current_;  // guarded by mutex_
  std::size_t next_ = 0;                   // guarded by mutex_: of masters_, for when it is silent
};

}  // namespace edm::worker
