#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/rpc/call.h"

namespace edm::rpc {

// The RPCs that a program serves. gRPC and REST are both made from this table, so that neither can have a
// call that the other lacks. Filled before serving, then read by any thread.
class MethodTable {
 public:
  using Handler = std::function<void(std::shared_ptr<ServerCall>, const google::protobuf::Message& first)>;

  struct Method {
    const google::protobuf::MethodDescriptor* descriptor = nullptr;
    const google::protobuf::Message* request_prototype = nullptr;
    Handler handler;
  };

  // `name` as in "edm.v1.Master/GetInstance". The handler is called with the first request; aborts when the
  // method is not in the protos or does not take `Request`.
  template <class Request>
  void On(std::string_view name, std::function<void(std::shared_ptr<ServerCall>, const Request&)> handler) {
    Add(name, Request::default_instance(),
        [handler = std::move(handler)](std::shared_ptr<ServerCall> call,
                                       const google::protobuf::Message& first) {
          handler(std::move(call), static_cast<const Request&>(first));
        });
  }

  // `path` as gRPC has it: "/edm.v1.Master/GetInstance". Null when nothing is served there.
  const Method* Find(std::string_view path) const;
  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }

  // Puts another handler in the place of each, made from the one that was there. Before serving.
  void Wrap(const std::function<Handler(const Method&)>& wrap);

  // Full names of methods of the service that have no handler: must be empty before serving.
  std::vector<std::string> Missing(const google::protobuf::ServiceDescriptor& service) const;

 private:
  void Add(std::string_view name, const google::protobuf::Message& prototype, Handler handler);
  std::map<std::string, Method, std::less<>> methods_;  // by path
};

}  // namespace edm::rpc
