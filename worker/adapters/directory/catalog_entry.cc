#include "worker/adapters/directory/catalog_entry.h"

#include <nlohmann/json.hpp>
#include <set>

#include "common/model/member_name.h"

namespace edm::worker {
namespace {

using nlohmann::json;

constexpr const char* kWorkerKey = "edm-worker";
constexpr const char* kCheckInterval = "10s";
constexpr const char* kCheckTimeout = "2s";

json Address(const std::string& address, std::uint16_t port) {
  return {{"Address", address}, {"Port", port}};
}

std::string Text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string TaggedAddress(const json& service, const char* tag) {
  const auto tagged = service.find("TaggedAddresses");
  if (tagged == service.end() || !tagged->is_object() || !tagged->contains(tag)) return "";
  return Text(tagged->at(tag), "Address");
}

CatalogEntry ToEntry(const std::string& id, const json& service) {
  CatalogEntry entry{.id = id,
                     .name = Text(service, "Service"),
                     .lan_address = TaggedAddress(service, "lan"),
                     .wan_address = TaggedAddress(service, "wan"),
                     .port = service.value("Port", std::uint16_t{0}),
                     .is_tcp = Text(service.value("Meta", json::object()), "edm-protocol") == "tcp"};
  const auto tags = service.find("Tags");
  if (tags != service.end() && tags->is_array()) {
    for (const auto& tag : *tags) entry.tags.push_back(tag.is_string() ? tag.get<std::string>() : "");
  }
  return entry;
}

}  // namespace

std::vector<CatalogEntry> EntriesOf(const CatalogSelf& self, const std::string& instance,
                                    const Published& published) {
  std::vector<CatalogEntry> entries;
  std::set<std::string> ids;
  for (const auto& endpoint : published.endpoints) {
    const auto named = published.catalog_names.find(endpoint.service);
    const auto& service = named == published.catalog_names.end() ? endpoint.service : named->second;
    auto id = "edm." + instance + "." + endpoint.service + "." + std::to_string(endpoint.container_port) +
              "." + endpoint.protocol;
    // One container port may be published on several host ports.
    if (!ids.insert(id).second) id += "." + std::to_string(endpoint.port);
    CatalogEntry entry{.lan_address = self.lan_address,
                       .wan_address = self.wan_address,
                       .port = endpoint.port,
                       .is_tcp = endpoint.protocol == "tcp"};
    const auto add = [&](const std::string& suffix, std::string name, std::vector<std::string> tags) {
      entry.id = id + suffix;
      entry.name = std::move(name);
      entry.tags = std::move(tags);
      entries.push_back(entry);
    };
    add("", service + "." + instance, {});
    add(".tagged", instance, {service});
    if (!IsMember(instance)) continue;
    const auto set = SetOf(instance);
    add(".set", service + "." + set, {});
    add(".set.tagged", set, {service, std::to_string(OrdinalOf(instance))});
  }
  return entries;
}

std::string ToRegistration(const CatalogSelf& self, const CatalogEntry& entry) {
  json body = {
      {"ID", entry.id},
      {"Name", entry.name},
      {"Tags", entry.tags},
      {"Address", entry.lan_address},
      {"Port", entry.port},
      {"TaggedAddresses",
       {{"lan", Address(entry.lan_address, entry.port)}, {"wan", Address(entry.wan_address, entry.port)}}},
      {"Meta", {{kWorkerKey, self.worker}, {"edm-protocol", entry.is_tcp ? "tcp" : "udp"}}}};
  if (entry.is_tcp) {
    body["Check"] = {{"Name", "accepts TCP"},
                     {"TCP", entry.lan_address + ":" + std::to_string(entry.port)},
                     {"Interval", kCheckInterval},
                     {"Timeout", kCheckTimeout},
                     {"Status", "passing"}};
  }
  return body.dump();
}

Result<std::map<std::string, CatalogEntry>> ParseEntries(const CatalogSelf& self, const std::string& body) {
  const auto services = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!services.is_object()) {
    return Error{Code::kUnavailable,
                 "Consul's agent",
                 "its list of services is no JSON object",
                 {},
                 "see whether the address is that of a Consul agent"};
  }
  std::map<std::string, CatalogEntry> entries;
  for (const auto& [id, service] : services.items()) {
    if (!service.is_object() || !service.contains("Meta") || !service["Meta"].is_object()) continue;
    if (Text(service["Meta"], kWorkerKey) == self.worker) entries.emplace(id, ToEntry(id, service));
  }
  return entries;
}

}  // namespace edm::worker
