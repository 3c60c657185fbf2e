#include "common/adapters/lock/consul_presence.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "common/rpc/http/target.h"

namespace edm {
namespace {

// What a master leaves behind that never comes back goes from the catalog after this long (Consul's least).
constexpr const char* kForgottenAfter = "1m";

rpc::HttpClientOptions ClientOptions(const ConsulLockOptions& options) {
  rpc::HttpClientOptions client{.url = options.url, .connect_timeout = options.ttl};
  if (!options.token.empty()) client.headers.Set("X-Consul-Token", options.token);
  return client;
}

}  // namespace

// Shorter than the ttl: a call that hangs must not cost the next beat as well.
ConsulAgentCalls::ConsulAgentCalls(const ConsulLockOptions& options)
    : url_(options.url), patience_(options.ttl * 7 / 10), client_(ClientOptions(options)) {}

Result<rpc::HttpReply> ConsulAgentCalls::Call(rpc::HttpCall call, Millis wait) {
  call.deadline = wait + patience_;
  call.stall = call.deadline;
  auto reply = client_.Call(call);
  if (reply.ok()) return reply;
  auto error = std::move(reply).error();
  if (error.code == Code::kDeadlineExceeded) error.code = Code::kUnavailable;
  if (error.hint.empty()) error.hint = "check that consul runs and has a leader";
  return error;
}

Result<rpc::HttpReply> ConsulAgentCalls::Get(const std::string& target, Millis wait) {
  return Call({.target = target}, wait);
}

Result<rpc::HttpReply> ConsulAgentCalls::Put(const std::string& target, const std::string& body) {
  return Call({.method = "PUT", .target = target, .body = body}, Millis(0));
}

Error ConsulAgentCalls::Refused(const rpc::HttpReply& reply) const {
  const bool denied = reply.status == 401 || reply.status == 403;
  return {denied ? Code::kPermissionDenied : Code::kUnavailable,
          "consul at " + url_,
          "answered " + std::to_string(reply.status) + ": " + reply.body.substr(0, 200),
          {},
          denied ? "give a token that may write keys, sessions and the service edm-master"
                 : "check that consul has a leader"};
}

ConsulPresence::ConsulPresence(ConsulAgentCalls& agent, ConsulLockOptions options)
    : agent_(agent),
      options_(std::move(options)),
      service_id_(std::string(ConsulLeaderLock::kService) + "-" + options_.name),
      check_id_("service:" + service_id_) {
  (void)Register();
  keeper_ = std::jthread([this](std::stop_token stop) { Keep(stop); });
}

ConsulPresence::~ConsulPresence() {
  keeper_.request_stop();
  keeper_.join();
  (void)agent_.Put("/v1/agent/service/deregister/" + rpc::PercentEncode(service_id_), "");
}

bool ConsulPresence::Register() {
  nlohmann::json body{{"ID", service_id_},
                      {"Name", ConsulLeaderLock::kService},
                      {"Tags", {options_.name}},
                      {"Check",
                       {{"CheckID", check_id_},
                        {"Name", "master " + options_.name},
                        {"TTL", std::to_string(options_.ttl.count()) + "ms"},
                        {"Status", "passing"},
                        {"DeregisterCriticalServiceAfter", kForgottenAfter}}}};
  if (!options_.address.empty()) body["Address"] = options_.address;
  if (options_.port != 0) body["Port"] = options_.port;
  const auto reply = agent_.Put("/v1/agent/service/register", body.dump());
  return reply.ok() && reply->ok();
}

void ConsulPresence::Keep(std::stop_token stop) {
  ::pthread_setname_np(::pthread_self(), "edm-presence");
  std::mutex mutex;
  std::condition_variable_any never;
  const auto target = "/v1/agent/check/pass/" + rpc::PercentEncode(check_id_);
  while (!stop.stop_requested()) {
    const auto passed = agent_.Put(target, "");
    if (passed.ok() && !passed->ok()) (void)Register();  // this agent began anew
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, options_.ttl / 4, [] { return false; });
  }
}

}  // namespace edm
