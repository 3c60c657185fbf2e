#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "edmctl/client/contexts.h"
#include "edmctl/client/stream.h"

namespace edm::ctl {

// The master, as one context sees it. Calls are named as in the protos ("GetInstance"), which keeps grpcpp
// and the generated stubs out of every file but one; a call that is not in the protos, or a unary one whose
// messages are not the method's, aborts. Any thread. Errors of the way there have an object that begins with
// kMasterObject.
class MasterClient {
 public:
  // Error kInvalidArgument: a token would go in the clear to an address that is not loopback.
  static Result<std::unique_ptr<MasterClient>> Connect(const Context& context);
  virtual ~MasterClient() = default;

  // Sets a random request_id where the request takes one and has none, so that asking again is safe.
  template <class Response>
  Result<Response> Call(std::string_view method, const google::protobuf::Message& request,
                        Millis deadline = kCallDeadline) {
    Response response;
    EDM_CHECK(Exchange(method, request, response, deadline));
    return response;
  }

  // For server, client and two-way streams alike.
  std::unique_ptr<Stream> Open(std::string_view method, const google::protobuf::Message& first) {
    auto stream = Open(method);
    stream->Write(first);
    return stream;
  }
  virtual std::unique_ptr<Stream> Open(std::string_view method) = 0;

  static constexpr Millis kCallDeadline{10'000};

 protected:
  virtual Status Exchange(std::string_view method, const google::protobuf::Message& request,
                          google::protobuf::Message& response, Millis deadline) = 0;
};

// 24 hex digits, for request_id.
std::string NewRequestId();

}  // namespace edm::ctl
