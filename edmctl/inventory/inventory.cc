#include "edmctl/inventory/inventory.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kLabelBytesMax = 128;
constexpr std::size_t kLabelsMax = 64;

// What may stand in a label: it goes into a worker's settings and is compared as a whole.
bool IsPlain(std::string_view text) {
  return text.size() <= kLabelBytesMax && std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("._-/: ").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

std::string Place(yaml::Position at) { return std::to_string(at.line) + ":" + std::to_string(at.column); }

}  // namespace

void Draft::Add(InventoryWorker worker) {
  const auto wrong = [&](const Error& error) { problems.Add(worker.at, worker.id, error.cause, error.hint); };
  if (const auto good = CheckWorkerId(worker.id); !good.ok()) {
    return problems.Add(
        worker.at, "", Shown(worker.id) + " is no id of a worker: " + good.error().cause,
        "a-z, 0-9 and '-', 63 at most; give the machine such a name, and its address beside it");
  }
  if (const auto good = CheckTarget(worker.target); !good.ok()) return wrong(good.error());
  if (worker.labels.size() > kLabelsMax)
    return problems.Add(worker.at, worker.id, "it has more than 64 labels", "use fewer");
  for (const auto& [key, value] : worker.labels) {
    if (!key.empty() && IsPlain(key) && IsPlain(value)) continue;
    return problems.Add(worker.at, worker.id,
                        "label " + Shown(key) + " has a character that no label may have",
                        "use letters, digits and . _ - / :");
  }
  const auto [before, fresh] = places_.emplace(worker.id, worker.at);
  if (!fresh) {
    return problems.Add(worker.at, worker.id, "there is one of that id at " + Place(before->second),
                        "each worker has an id of its own");
  }
  if (workers_.size() >= kInventoryWorkersMax) {
    return problems.Add(worker.at, worker.id, "there are more than 10,000 workers before it",
                        "split the file");
  }
  workers_.push_back(std::move(worker));
}

Result<Inventory> Draft::Take() && {
  EDM_CHECK(problems.AsStatus());
  return Inventory{std::move(workers_), warnings.errors()};
}

void AddGroup(std::map<std::string, std::string>& labels, const std::string& group) {
  labels[std::string(kGroupLabelPrefix) + group] = kGroupLabelValue;
}

std::string MeantOr(std::string_view word, const std::vector<std::string>& known, std::string otherwise) {
  const auto near = Nearest(word, known);
  return near ? "did you mean " + *near + "?" : std::move(otherwise);
}

}  // namespace edm::ctl
