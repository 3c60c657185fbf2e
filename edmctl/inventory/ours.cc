#include "common/core/yaml/reader.h"
#include "edmctl/inventory/read.h"

namespace edm::ctl {
namespace {

using yaml::Fields;
using yaml::Node;

constexpr std::int64_t kPortMax = 65'535;

// What a worker says of itself, and what holds for those that do not.
struct Said {
  std::optional<std::string> user;
  std::optional<std::int64_t> port;
  std::map<std::string, std::string> labels;
};

Said ReadSaid(Fields& fields) {
  return {fields.String("user"), fields.Integer("port", 1, kPortMax), fields.StringMap("labels")};
}

void ReadWorker(Draft& draft, const yaml::Entry& entry, const Said& defaults) {
  Fields fields(entry.value, "workers." + entry.key, draft.problems);
  const auto host = fields.String("host");
  auto said = ReadSaid(fields);
  fields.Finish();
  InventoryWorker worker{.id = entry.key, .labels = defaults.labels, .at = entry.key_at};
  worker.target.host = host.value_or(entry.key);
  worker.target.user = said.user.value_or(defaults.user.value_or(""));
  worker.target.port = static_cast<std::uint16_t>(said.port.value_or(defaults.port.value_or(0)));
  for (auto& [key, value] : said.labels) worker.labels[key] = value;
  draft.Add(std::move(worker));
}

}  // namespace

Result<Inventory> ReadOurs(std::string_view text, const std::string& file) {
  EDM_TRY(const auto root, yaml::Read(text, file));
  Draft draft(file);
  Fields fields(root, "", draft.problems);
  Said defaults;
  if (const auto* node = fields.Map("defaults")) {
    Fields said(*node, "defaults", draft.problems);
    defaults = ReadSaid(said);
    said.Finish();
  }
  const auto* workers = fields.Map("workers");
  fields.Finish();
  if (workers == nullptr) {
    draft.problems.Add(root.at(), "workers", "there are none", "workers: { worker-1: { host: 10.0.0.11 } }");
  } else {
    for (const auto& entry : workers->entries()) ReadWorker(draft, entry, defaults);
  }
  return std::move(draft).Take();
}

}  // namespace edm::ctl
