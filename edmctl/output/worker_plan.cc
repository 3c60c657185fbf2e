#include "edmctl/output/worker_plan.h"

#include "common/base/text.h"
#include "edmctl/output/table.h"

namespace edm::ctl {

std::string RenderWorkerPlan(const Terminal& terminal, const Inventory& inventory,
                             const std::map<std::string, std::string>& there) {
  std::vector<Row> rows;
  std::size_t fresh = 0;
  for (const auto& worker : inventory.workers) {
    std::vector<std::string> labels;
    for (const auto& [key, value] : worker.labels) labels.push_back(key + "=" + value);
    const auto known = there.find(worker.id);
    fresh += known == there.end() ? 1 : 0;
    rows.push_back({worker.id, known == there.end() ? "add" : "keep, " + known->second, ToText(worker.target),
                    Join(labels, ", ")});
  }
  auto text = RenderTable(terminal, {"ID", "PLAN", "HOST", "LABELS"}, rows);
  return text + Counted(fresh, "worker") + " to add, " + std::to_string(rows.size() - fresh) +
         " there already\n";
}

}  // namespace edm::ctl
