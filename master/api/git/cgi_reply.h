#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/rpc/http/exchange.h"

namespace edm::master {

// Collects the head of a CGI program's answer. Source: RFC 3875 section 6.
class CgiReply {
 public:
  // True once the head is complete; `body` then gets what came behind it.
  Result<bool> Add(std::string_view bytes, std::string* body);
  const rpc::HttpHead& head() const { return head_; }

 private:
  Status Parse(std::string_view lines);

  std::string text_;
  rpc::HttpHead head_;
};

}  // namespace edm::master
