#include "edmctl/output/top_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/base/size_units.h"
#include "common/base/text.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

struct Sum {
  double cpu = 0;
  std::uint64_t memory_kib = 0;
  std::uint32_t processes = 0;
};

Sum SumOf(const v1::Usage& usage) {
  Sum sum;
  for (const auto& one : usage.containers()) {
    sum.cpu += one.cpu();
    sum.memory_kib += one.memory_kib();
    sum.processes += one.processes();
  }
  return sum;
}

// In per cent of one core, as top(1) has it.
std::string Cpu(double cores) { return fmt::format("{:.1f}%", cores * 100); }
std::string Memory(std::uint64_t kib) { return FormatBytes(kib * kKibibyte); }

Row RowOf(const v1::Worker& worker) {
  const auto& load = worker.load();
  const auto used = load.memory_total_mib() - std::min(load.memory_total_mib(), load.memory_available_mib());
  return {worker.id(),
          Folded(v1::Worker::State_Name(worker.state())),
          fmt::format("{:.0f}% of {}", load.cpu() * 100, worker.cores()),
          fmt::format("{} of {}", FormatBytes(used * kMebibyte),
                      FormatBytes(load.memory_total_mib() * kMebibyte)),
          FormatBytes(load.disk_free_mib() * kMebibyte),
          std::to_string(load.running())};
}

std::vector<Row> RowsOf(const v1::GetUsageResponse& usage) {
  std::vector<const v1::Usage*> sorted;
  for (const auto& one : usage.usages()) sorted.push_back(&one);
  std::ranges::stable_sort(sorted,
                           [](const auto* a, const auto* b) { return SumOf(*a).cpu > SumOf(*b).cpu; });
  std::vector<Row> rows;
  for (const auto* one : sorted) {
    const auto sum = SumOf(*one);
    rows.push_back({one->instance(), Cpu(sum.cpu), Memory(sum.memory_kib), std::to_string(sum.processes),
                    one->worker()});
  }
  return rows;
}

std::string GapLines(const Terminal& terminal, const v1::GetUsageResponse& usage) {
  std::string text;
  for (const auto& gap : usage.gaps()) {
    text += Toned(terminal, Tone::kWarning,
                  Fitted(terminal, "of " + gap.worker() + " nothing is known: " + gap.failure().cause(),
                         terminal.columns)) +
            "\n";
  }
  return text;
}

}  // namespace

std::string RenderTop(const Terminal& terminal, std::size_t lines, const v1::ListWorkersResponse& workers,
                      const v1::GetUsageResponse& usage) {
  std::vector<Row> machines;
  for (const auto& worker : workers.workers()) machines.push_back(RowOf(worker));
  auto text = RenderTable(terminal, {"WORKER", "STATE", "CPU", "MEMORY", "DISK FREE", "RUNNING"}, machines) +
              GapLines(terminal, usage) + "\n";
  auto rows = RowsOf(usage);
  const auto taken =
      static_cast<std::size_t>(std::ranges::count(text, '\n')) + 2;  // headings, and what is left out
  const auto room = lines > taken ? lines - taken : 1;
  const auto left_out = lines != 0 && rows.size() > room ? rows.size() - room : 0;
  rows.resize(rows.size() - left_out);
  text += RenderTable(terminal, {"INSTANCE", "CPU", "MEMORY", "PROCESSES", "WORKER"}, rows);
  if (left_out > 0) text += fmt::format("and {} more, which take less\n", left_out);
  return text;
}

std::string RenderTopOf(const Terminal& terminal, const v1::GetUsageResponse& usage) {
  std::vector<Row> rows;
  for (const auto& instance : usage.usages()) {
    for (const auto& one : instance.containers()) {
      rows.push_back({one.service(), Cpu(one.cpu()), Memory(one.memory_kib()),
                      one.memory_limit_kib() == 0 ? "-" : Memory(one.memory_limit_kib()),
                      std::to_string(one.processes()), one.container()});
    }
  }
  if (rows.empty()) return "nothing of it runs\n";
  return RenderTable(terminal, {"SERVICE", "CPU", "MEMORY", "LIMIT", "PROCESSES", "CONTAINER"}, rows);
}

}  // namespace edm::ctl
