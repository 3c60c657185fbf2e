#include "worker/adapters/directory/consul_directory.h"

#include <algorithm>

#include "common/rpc/http/client.h"
#include "common/rpc/http/target.h"

namespace edm::worker {
namespace {

constexpr Millis kCallDeadline{3'000};

std::string HolderKey(const std::string& instance) { return "instance/" + instance + "/ip"; }

bool IsOf(const std::string& instance, const std::string& entry_id) {
  return entry_id.starts_with("edm." + instance + ".");
}

rpc::HttpClientOptions ClientOptions(const ConsulAgentOptions& agent) {
  rpc::HttpClientOptions options{.url = agent.url};
  options.tls.ca = agent.ca;
  if (!agent.token.empty()) options.headers.Set("X-Consul-Token", agent.token);
  return options;
}

}  // namespace

// The HTTP API of the agent, which keeps services over its own restart only if it has a data folder.
class ConsulDirectory::Agent {
 public:
  explicit Agent(const ConsulAgentOptions& options) : client_(ClientOptions(options)), url_(options.url) {}

  Result<std::map<std::string, CatalogEntry>> List(const CatalogSelf& self) {
    EDM_TRY(const auto body, Call("GET", "/v1/agent/services", ""));
    return ParseEntries(self, body);
  }
  Status Register(const CatalogSelf& self, const CatalogEntry& entry) {
    EDM_TRY(
        [[maybe_unused]] const auto body,
        Call("PUT", "/v1/agent/service/register?replace-existing-checks=true", ToRegistration(self, entry)));
    return Ok();
  }
  Status Deregister(const std::string& id) {
    EDM_TRY([[maybe_unused]] const auto body,
            Call("PUT", "/v1/agent/service/deregister/" + rpc::PercentEncode(id), ""));
    return Ok();
  }

 private:
  Result<std::string> Call(const std::string& method, const std::string& target, std::string body) {
    EDM_TRY(auto reply,
            client_.Call(
                {.method = method, .target = target, .body = std::move(body), .deadline = kCallDeadline}));
    if (reply.ok()) return std::move(reply.body);
    return Error{
        .code = reply.status >= 500 ? Code::kUnavailable : Code::kPermissionDenied,
        .object = "Consul's agent " + url_,
        .cause = method + " " + target + " answered " + std::to_string(reply.status),
        .evidence = {reply.body.substr(0, 500)},
        .hint = reply.status == 403 ? "give a token that may write services" : "look at the agent's log"};
  }

  rpc::HttpClient client_;
  const std::string url_;
};

ConsulDirectory::ConsulDirectory(KvStore& store, ConsulAgentOptions agent, CatalogSelf self)
    : store_(store), self_(std::move(self)), agent_(std::make_unique<Agent>(agent)) {}

ConsulDirectory::~ConsulDirectory() = default;

Status ConsulDirectory::PutHolder(const std::string& instance) {
  EDM_TRY(const auto entry, store_.Get(HolderKey(instance)));
  if (entry && entry->value == self_.wan_address) return Ok();
  return store_.Transact({{.key = HolderKey(instance),
                           .value = self_.wan_address,
                           .expected = entry ? entry->revision : KvRevision{0}}});
}

Status ConsulDirectory::DropHolder(const std::string& instance) {
  EDM_TRY(const auto entry, store_.Get(HolderKey(instance)));
  if (!entry || entry->value != self_.wan_address) return Ok();
  return store_.Transact(
      {{.kind = KvOp::Kind::kDelete, .key = HolderKey(instance), .expected = entry->revision}});
}

Status ConsulDirectory::PutEndpoints(const std::string& instance, const Published& published) {
  return Reconcile(EntriesOf(self_, instance, published), instance);
}

Status ConsulDirectory::DropEndpoints(const std::string& instance) { return Reconcile({}, instance); }

Status ConsulDirectory::Sweep(const std::function<Standing()>& standing) {
  const std::lock_guard lock(publishing_);
  EDM_TRY(auto there, agent_->List(self_));
  const auto now = standing();
  const auto is_of_one_in_hand = [&](const auto& entry) {
    return std::ranges::any_of(now.in_hand, [&](const auto& one) { return IsOf(one, entry.first); });
  };
  std::erase_if(there, is_of_one_in_hand);
  std::vector<CatalogEntry> wanted;
  for (const auto& [instance, published] : now.running) {
    if (now.in_hand.contains(instance)) continue;
    for (auto& entry : EntriesOf(self_, instance, published)) wanted.push_back(std::move(entry));
  }
  return Replace(std::move(there), wanted);
}

Status ConsulDirectory::Reconcile(const std::vector<CatalogEntry>& wanted, const std::string& instance) {
  const std::lock_guard lock(publishing_);
  EDM_TRY(auto there, agent_->List(self_));
  std::erase_if(there, [&](const auto& one) { return !IsOf(instance, one.first); });
  return Replace(std::move(there), wanted);
}

Status ConsulDirectory::Replace(std::map<std::string, CatalogEntry> there,
                                const std::vector<CatalogEntry>& wanted) {
  for (const auto& entry : wanted) {
    const auto found = there.find(entry.id);
    if (found == there.end() || found->second != entry) EDM_CHECK(agent_->Register(self_, entry));
    if (found != there.end()) there.erase(found);
  }
  for (const auto& [id, entry] : there) EDM_CHECK(agent_->Deregister(id));
  return Ok();
}

}  // namespace edm::worker
