#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/http/client.h"

namespace edm::worker {

inline constexpr Millis kPingDeadline{5'000};

// Calls of the Docker Engine API 1.41 over its socket. Blocking; any thread; several calls at once.
// Errors carry the engine's own words. `object` names what the call is about ("instance shop").
class EngineApi {
 public:
  static constexpr Millis kCallDeadline{30'000};  // an engine under load answers a list within seconds

  // "unix:///var/run/docker.sock".
  explicit EngineApi(std::string endpoint);
  ~EngineApi();

  const std::string& endpoint() const { return endpoint_; }

  // Whether the engine answers at all.
  Status Ping(Millis deadline) const;

  Result<nlohmann::json> Get(const std::string& path, std::string_view object,
                             Millis deadline = kCallDeadline) const;
  // An empty answer is null; 304 (already so) is fine.
  Result<nlohmann::json> Post(const std::string& path, const nlohmann::json& body, std::string_view object,
                              Millis deadline = kCallDeadline) const;
  // Not there: ok.
  Status Delete(const std::string& path, std::string_view object, Millis deadline = kCallDeadline) const;

  // The body in pieces, for as long as the engine sends; an answer above 299 is an error.
  Status Stream(rpc::HttpCall call, std::string_view object,
                const std::function<Status(std::string_view piece)>& sink, std::stop_token stop) const;
  Result<std::unique_ptr<rpc::DuplexStream>> Hijack(const std::string& path, const nlohmann::json& body,
                                                    std::string_view object) const;

 private:
  Result<nlohmann::json> Call(rpc::HttpCall call, std::string_view object) const;
  Error Explained(Error error) const;

  std::string endpoint_;
  std::unique_ptr<rpc::HttpClient> http_;
};

// "/v1.41/containers/json?filters=…" where each filter is a kind and its values.
std::string WithFilters(std::string_view path,
                        std::initializer_list<std::pair<std::string_view, std::vector<std::string>>> filters);

}  // namespace edm::worker
