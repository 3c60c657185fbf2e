#include <arpa/inet.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/core/yaml/reader.h"
#include "common/model/names.h"
#include "edmctl/inventory/read.h"

namespace edm::ctl {
namespace {

using yaml::Node;

constexpr std::string_view kSelected = "enable";  // no other value selects a label
constexpr std::string_view kUnselected = "disable";
const std::vector<std::string> kRoles{"master", "manager", "worker", "slave"};

bool IsIpv4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

void TakeLabel(Draft& draft, const std::string& path, const yaml::Entry& label, InventoryWorker& worker) {
  if (!label.value.is_scalar()) {
    return draft.problems.Add(label.value.at(), path + "." + label.key, "it is not a word",
                              R"(write "enable")");
  }
  if (label.value.text() == kSelected) {
    worker.labels[label.key] = kSelected;
  } else if (label.value.text() != kUnselected) {
    draft.warnings.Add(label.value.at(), path + "." + label.key,
                       Shown(label.value.text()) + " does not select it, so it is left out",
                       "only \"enable\" selects a label");
  }
}

void TakeLabels(Draft& draft, const std::string& path, const Node& labels, InventoryWorker& worker) {
  if (labels.is_map()) {
    for (const auto& label : labels.entries()) TakeLabel(draft, path, label, worker);
    return;
  }
  if (!labels.is_sequence()) {
    return draft.problems.Add(labels.at(), path, "it is neither a list nor a map",
                              R"([{"registry": "enable"}] or {"registry": "enable"})");
  }
  for (const auto& item : labels.items()) {
    if (item.is_map() && item.entries().size() == 1) {
      TakeLabel(draft, path, item.entries().front(), worker);
    } else {
      draft.problems.Add(item.at(), path, "an item of the list is no map with one key",
                         R"(write each as {"registry": "enable"})");
    }
  }
}

void TakeRoles(Draft& draft, yaml::Fields& fields, std::string_view key, InventoryWorker& worker) {
  const auto* list = fields.Any(key);
  for (const auto& role : fields.Strings(key)) {
    if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
      draft.warnings.Add(list->at(), fields.PathTo(key),
                         Shown(role) + " is none that is known; it is taken as it is",
                         MeantOr(role, kRoles, "master, manager, worker or slave"));
    }
    AddGroup(worker.labels, role);
  }
}

void ReadHost(Draft& draft, const yaml::Entry& entry) {
  yaml::Fields fields(entry.value, entry.key, draft.problems);
  InventoryWorker worker{.id = entry.key, .at = entry.key_at};
  const auto address = fields.String("ipv4");
  if (const auto* labels = fields.Any("labels")) TakeLabels(draft, fields.PathTo("labels"), *labels, worker);
  TakeRoles(draft, fields, "groups", worker);
  TakeRoles(draft, fields, "roles", worker);
  fields.Finish();
  if (!entry.value.is_map()) return;
  if (!address) {
    return draft.problems.Add(entry.value.at(), entry.key, "its address is missing", R"("ipv4": "10.0.0.4")");
  }
  if (!IsIpv4(*address)) {
    return draft.problems.Add(fields.Any("ipv4")->at(), fields.PathTo("ipv4"),
                              Shown(*address) + " is no IPv4 address", "four numbers: 10.0.0.4");
  }
  worker.target.host = *address;
  draft.Add(std::move(worker));
}

}  // namespace

namespace {

// YAML's reader knows the places of values; what is wrong with JSON's own signs it takes for YAML.
Status CheckJson(std::string_view text, const std::string& file) {
  try {
    [[maybe_unused]] const auto read = nlohmann::json::parse(text);
    return Ok();
  } catch (const nlohmann::json::parse_error& error) {
    const auto before =
        text.substr(0, std::min<std::size_t>(error.byte == 0 ? 0 : error.byte - 1, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto column =
        before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
    return Error{Code::kInvalidArgument,
                 file + ":" + std::to_string(line) + ":" + std::to_string(column),
                 "is no JSON at this place",
                 {},
                 "a comma, a colon or a quote may be missing before it"};
  }
}

}  // namespace

Result<Inventory> ReadHostsJson(std::string_view text, const std::string& file) {
  EDM_CHECK(CheckJson(text, file));
  EDM_TRY(const auto root, yaml::Read(text, file));
  Draft draft(file);
  if (!root.is_map()) {
    draft.problems.Add(root.at(), "",
                       "it is " + std::string(yaml::KindName(root.kind())) + ", not a map of hosts",
                       R"({"c01": {"ipv4": "10.0.0.4", "labels": [], "groups": ["worker"]}})");
  }
  for (const auto& entry : root.entries()) ReadHost(draft, entry);
  return std::move(draft).Take();
}

}  // namespace edm::ctl
