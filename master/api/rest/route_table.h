#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "common/rpc/method_table.h"

namespace edm::master::rest {

// One RPC as HTTP has it, from its `http` option.
struct Route {
  enum class Body : std::uint8_t { kNone, kJson, kRaw };

  std::string verb;                   // "GET"
  std::string path;                   // "/v1/instances/{id}/start"
  std::vector<std::string> segments;  // of the path; "{id}" stands for any one
  Body body = Body::kNone;
  const rpc::MethodTable::Method* method = nullptr;
  const google::protobuf::MethodDescriptor* descriptor = nullptr;

  const google::protobuf::MethodDescriptor& rpc() const { return *descriptor; }
  bool streams() const { return rpc().server_streaming(); }
};

// "id" of "{id}", empty for a literal.
std::string_view VariableOf(std::string_view segment);

// Every RPC of a method table that has an `http` option. Literal segments win over variables.
class RouteTable {
 public:
  explicit RouteTable(const rpc::MethodTable& table);

  struct Match {
    const Route* route = nullptr;
    std::vector<std::pair<std::string, std::string>> variables;  // field and decoded value
  };
  struct Miss {
    int status = 404;   // or 405, or 400 for a path that cannot be decoded
    std::string allow;  // verbs of that path
    Error error;
  };
  // HEAD is looked up as GET.
  std::variant<Match, Miss> Find(std::string_view verb, std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }
  // Whether GET of this template exists, for Location headers.
  bool CanGet(std::string_view path) const;

 private:
  Miss NotFound(std::string_view path, const std::vector<std::string>& segments) const;
  std::vector<Route> routes_;  // those with literals first
};

}  // namespace edm::master::rest
