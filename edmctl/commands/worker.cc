#include <fmt/format.h>

#include <algorithm>

#include "common/base/size_units.h"
#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/commands/worker_change.h"
#include "edmctl/commands/worker_hosts.h"
#include "edmctl/output/cluster_judgement.h"
#include "edmctl/output/load_history.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

std::string Free(std::uint32_t free_mib, std::uint32_t total_mib) {
  return FormatBytes(free_mib * kMebibyte) + " of " + FormatBytes(total_mib * kMebibyte);
}

std::string Labels(const v1::Worker& worker) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : worker.labels()) labels.push_back(key + "=" + value);
  std::ranges::sort(labels);
  return Join(labels, ", ");
}

std::string EngineText(const v1::Engine& engine) {
  if (engine.version().empty()) return "not known: the worker did not reach it when it registered";
  return fmt::format("{}, API {}, compose {}, storage {}, cgroup v{}", engine.version(), engine.api_version(),
                     engine.compose_version().empty() ? "not found" : engine.compose_version(),
                     engine.storage_driver(), engine.cgroup_version());
}

// "" where the master does not know.
std::string CertificateText(const v1::Worker& worker) {
  if (!worker.has_certificate_ends_at()) return "";
  const auto ends = ToWallTime(worker.certificate_ends_at());
  if (ends <= WallNow())
    return "ended at " + FormatRfc3339(ends) + ": join it again, edmctl token create ID --worker";
  return "until " + FormatRfc3339(ends) + ", renewed by itself";
}

// What a worker sampled when the master heard of it. "" while both clocks agree.
std::string ClockText(const v1::Worker& worker) {
  const auto ahead = SkewOf(worker);
  if (!ahead || std::chrono::abs(*ahead) <= kSkewMax) return "";
  return FormatDuration(std::chrono::abs(*ahead)) + (*ahead > Millis(0) ? " ahead of" : " behind") +
         " the master's: set it there (timedatectl set-ntp true)";
}

Result<int> ListWorkers(Invocation& invocation) {
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto all, master->Call<v1::ListWorkersResponse>("ListWorkers", v1::ListWorkersRequest()));
  if (invocation.json()) {
    invocation.Print(all);
    return kExitDone;
  }
  if (all.workers().empty()) invocation.Note("no workers; edmctl token create NAME --worker lets one join");
  std::vector<Row> rows;
  for (const auto& worker : all.workers()) {
    if (invocation.quiet()) invocation.Out(worker.id() + "\n");
    const auto& load = worker.load();
    rows.push_back({worker.id(), Folded(v1::Worker::State_Name(worker.state())),
                    fmt::format("{:.0f}%", load.cpu() * 100),
                    FormatBytes(load.memory_available_mib() * kMebibyte),
                    FormatBytes(load.disk_free_mib() * kMebibyte), std::to_string(load.running()),
                    std::to_string(load.building()), worker.public_address()});
  }
  if (!invocation.quiet() && !rows.empty()) {
    invocation.Out(RenderTable(
        invocation.terminal,
        {"ID", "STATE", "CPU", "MEMORY FREE", "DISK FREE", "RUNNING", "BUILDING", "ADDRESS"}, rows));
  }
  return kExitDone;
}

// Nothing where the master is too old to keep one.
Result<v1::WorkerLoad> HistoryOf(MasterClient& master, const std::string& worker) {
  v1::GetWorkerLoadRequest request;
  request.set_id(worker);
  auto history = master.Call<v1::WorkerLoad>("GetWorkerLoad", request);
  if (!history.ok() && history.error().code == Code::kUnimplemented) return v1::WorkerLoad();
  return history;
}

Result<int> ShowWorker(Invocation& invocation) {
  v1::GetWorkerRequest request;
  request.set_id(invocation.args.Text("worker"));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto worker, master->Call<v1::Worker>("GetWorker", request));
  EDM_TRY(const auto history, HistoryOf(*master, request.id()));
  if (invocation.json()) {
    invocation.Print(worker);
    if (!history.worker().empty()) invocation.Print(history);
    return kExitDone;
  }
  const auto& load = worker.load();
  std::vector<std::pair<std::string, std::string>> fields{
      {"id", worker.id()},
      {"state", Folded(v1::Worker::State_Name(worker.state())) + ", seen " +
                    Age(worker.seen_at(), WallNow()) + " ago"},
      {"address", worker.public_address() + " (the master reaches it at " + worker.rpc_address() + ")"},
      {"labels", Labels(worker)},
      {"machine", fmt::format("{}, {}", Counted(worker.cores(), "core"), worker.architecture())},
      {"versions", "edm " + worker.version()},
      {"engine", EngineText(worker.engine())},
      {"cpu", fmt::format("{:.0f}% in use", load.cpu() * 100)},
      {"memory free", Free(load.memory_available_mib(), load.memory_total_mib())},
      {"disk free", Free(load.disk_free_mib(), load.disk_total_mib())},
      {"instances", fmt::format("{} running, {} building, room in networks for {} more", load.running(),
                                load.building(), load.networks_free())},
      {"joined", FormatRfc3339(ToWallTime(worker.joined_at()))},
      {"certificate", CertificateText(worker)},
      {"clock", ClockText(worker)},
      {"not believed", worker.samples_refused_why()}};
  for (auto& field : RenderLoad(invocation.terminal, history)) fields.push_back(std::move(field));
  invocation.Out(RenderFields(invocation.terminal, fields));
  return kExitDone;
}

}  // namespace

std::vector<Command> WorkerCommands() {
  std::vector<Command> all{
      {"worker ls", "the workers and their load", {}, {}, ListWorkers},
      {"worker show", "one worker, and how busy it was", {{"worker"}}, {}, ShowWorker},
      {"worker cordon", "let nothing new come to a worker", {{"worker"}}, {}, Cordon},
      {"worker uncordon", "let instances come again, and end a drain", {{"worker"}}, {}, Uncordon},
      {"worker drain",
       "bring what a worker has to others",
       {{"worker"}},
       {{"--deadline", "TIME", "stop watching after 10m, 1h, ..."},
        {"--force", "", "what keeps data too: it begins elsewhere with empty volumes"},
        {"-d,--detach", "", "do not wait"}},
       Drain},
      {"worker label",
       "label a worker, or take a label away",
       {{"worker"}, {"label", Operand::Count::kMany}},
       {},
       Label},
      {"worker rm",
       "forget a worker, and what its certificate opens",
       {{"worker"}},
       WithSsh({{"--force", "", "whatever it holds"},
                {"--host", "ssh://USER@HOST", "and take from that machine what worker add put there"}}),
       RemoveWorker},
      {"worker resume", "place elsewhere what many lost workers held", {}, {}, ResumeMoves}};
  for (auto& command : WorkerHostCommands()) all.push_back(std::move(command));
  return all;
}

}  // namespace edm::ctl
