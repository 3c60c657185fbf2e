#include "common/adapters/lock/consul_leader_lock.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "common/adapters/lock/consul_presence.h"
#include "common/base/bytes.h"

namespace edm {
namespace {

using Json = nlohmann::json;

std::uint64_t IndexOf(const rpc::HttpReply& reply) {
  const auto text = reply.headers.Get("X-Consul-Index");
  std::uint64_t index = 0;
  std::from_chars(text.data(), text.data() + text.size(), index);
  return index;
}

Error Lost() {
  return {Code::kAborted, "the lock of the masters", "it is not ours any more", {}, "campaign again"};
}

// The entry of a GET on one key; null where there is none.
Json EntryOf(const rpc::HttpReply& reply) {
  if (reply.status == 404) return nullptr;
  auto body = Json::parse(reply.body, nullptr, false);
  return body.is_array() && !body.empty() && body[0].is_object() ? body[0] : Json();
}

std::string TextOf(const Json& entry, const char* field) {
  const auto found = entry.find(field);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

ConsulLeaderLock::ConsulLeaderLock(ConsulLockOptions options)
    : agent_(std::make_unique<ConsulAgentCalls>(options)),
      presence_(std::make_unique<ConsulPresence>(*agent_, options)),
      prefix_(std::move(options.prefix)),
      name_(std::move(options.name)) {
  EndFormerLife();
}

ConsulLeaderLock::~ConsulLeaderLock() {
  if (!session_.empty()) (void)agent_->Put("/v1/session/destroy/" + session_, "");
}

std::string ConsulLeaderLock::SessionName() const { return std::string(kService) + " " + prefix_ + name_; }

// A process of this name that was killed may hold the lock still, and its check passes again by ours.
void ConsulLeaderLock::EndFormerLife() {
  const auto reply = agent_->Get("/v1/session/list", Millis(0));
  if (!reply.ok() || !reply->ok()) return;  // then others, or we, see that it shows no life
  const auto sessions = Json::parse(reply->body, nullptr, false);
  if (!sessions.is_array()) return;
  for (const auto& one : sessions) {
    if (!one.is_object() || TextOf(one, "Name") != SessionName()) continue;
    (void)agent_->Put("/v1/session/destroy/" + TextOf(one, "ID"), "");
  }
}

Status ConsulLeaderLock::EnsureSession() {
  if (!session_.empty()) return Ok();
  const Json body{{"Name", SessionName()},
                  {"LockDelay", "0s"},
                  {"Behavior", "release"},
                  {"NodeChecks", {"serfHealth"}},
                  {"ServiceChecks", {{{"ID", presence_->check_id()}}}}};
  EDM_TRY(const auto reply, agent_->Put("/v1/session/create", body.dump()));
  const auto made = Json::parse(reply.body, nullptr, false);
  session_ = made.is_object() ? TextOf(made, "ID") : "";
  if (!session_.empty()) return Ok();
  return agent_->Refused(reply);
}

Result<bool> ConsulLeaderLock::Take(const std::string& record) {
  EDM_CHECK(EnsureSession());
  EDM_TRY(const auto reply, agent_->Put("/v1/kv/" + prefix_ + kLockKey + "?acquire=" + session_, record));
  if (reply.ok()) return reply.body.starts_with("true");
  // Consul ended the session, as it does when this process slept; the next try makes another.
  session_.clear();
  return agent_->Refused(reply);
}

Status ConsulLeaderLock::Renew() {
  if (session_.empty()) return Lost();
  const Json body{
      {{"KV", {{"Verb", "check-session"}, {"Key", prefix_ + kLockKey}, {"Session", session_}}}},
      {{"KV",
        {{"Verb", "set"}, {"Key", prefix_ + kPulseKey}, {"Value", ToBase64(std::to_string(++pulse_))}}}}};
  EDM_TRY(const auto reply, agent_->Put("/v1/txn", body.dump()));
  if (reply.ok()) return Ok();
  if (reply.status != 409) return agent_->Refused(reply);
  session_.clear();
  return Lost();
}

Result<std::optional<LockHolder>> ConsulLeaderLock::Look(Millis wait) {
  auto target = "/v1/kv/" + prefix_ + kLockKey;
  if (wait > Millis(0) && index_ > 0)
    target += "?index=" + std::to_string(index_) + "&wait=" + std::to_string(wait.count()) + "ms";
  EDM_TRY(const auto reply, agent_->Get(target, wait + wait / 16));
  if (!reply.ok() && reply.status != 404) return agent_->Refused(reply);
  index_ = IndexOf(reply);
  const auto entry = EntryOf(reply);
  const auto session = entry.is_object() ? TextOf(entry, "Session") : "";
  if (session.empty()) return std::optional<LockHolder>();
  LockHolder holder{.record = FromBase64(TextOf(entry, "Value")).value_or(""),
                    .claim = session,
                    .ours = session == session_};
  EDM_TRY(const auto beat, agent_->Get("/v1/kv/" + prefix_ + kPulseKey, Millis(0)));
  const auto pulse = EntryOf(beat);
  if (pulse.is_object()) holder.pulse = pulse.value("ModifyIndex", std::uint64_t{0});
  return std::optional(std::move(holder));
}

Status ConsulLeaderLock::Oust(const LockHolder& holder) {
  EDM_TRY(const auto reply, agent_->Put("/v1/session/destroy/" + holder.claim, ""));
  if (!reply.ok()) return agent_->Refused(reply);
  return Ok();
}

void ConsulLeaderLock::Release() {
  if (session_.empty()) return;
  (void)agent_->Put("/v1/kv/" + prefix_ + kLockKey + "?release=" + session_, "");
}

}  // namespace edm
