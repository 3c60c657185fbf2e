#include "edmctl/commands/worker_hosts.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "common/adapters/process/boost_process_runner.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/worker_addition.h"
#include "edmctl/inventory/read.h"
#include "edmctl/os/files.h"
#include "edmctl/output/report.h"
#include "edmctl/output/worker_plan.h"
#include "edmctl/remote/worker_teardown.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kImportsAtOnce = 4;

std::vector<Option> SetupFlags(std::vector<Option> own) {
  own.push_back({"--packages", "DIR", "with edm-worker's .deb, and others that shall not be downloaded"});
  own.push_back({"--cluster-address", "HOST:PORT", "where workers reach the master; its host, port 8801"});
  return WithSsh(std::move(own));
}

Result<std::map<std::string, std::string>> LabelsOf(const std::vector<std::string>& given) {
  std::map<std::string, std::string> labels;
  for (const auto& one : given) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      return UsageError("--label " + Shown(one) + " is no label", "key=value");
    labels[one.substr(0, equals)] = one.substr(equals + 1);
  }
  return labels;
}

// A name without its domain, as edm-worker takes it; an address names nobody.
Result<std::string> IdOf(const Invocation& invocation, const SshTarget& target) {
  auto id = invocation.args.Text("id");
  if (id.empty() && IsAddress(target.host)) return UsageError("an address is no id", "--id worker-1");
  if (id.empty()) id = Folded(target.host.substr(0, target.host.find('.')));
  EDM_CHECK(CheckWorkerId(id));
  return id;
}

SayStep Saying(const Invocation& invocation, const std::string& prefix) {
  return [&invocation, prefix](const std::string& step, const std::string& what) {
    if (!invocation.quiet())
      invocation.Err(std::string(SymbolsFor(invocation.error_terminal).done) + " " + prefix + step + "  " +
                     what + "\n");
  };
}

Result<int> AddHost(Invocation& invocation) {
  EDM_TRY(const auto target, ParseSshUrl(invocation.args.Text("host")));
  EDM_TRY(const auto id, IdOf(invocation, target));
  EDM_TRY(auto labels, LabelsOf(invocation.args.All("label")));
  Draft draft("command line");
  draft.Add({id, target, labels, {}});
  EDM_TRY(const auto checked, std::move(draft).Take());
  BoostProcessRunner runner;
  EDM_TRY(const auto addition, WorkerAddition::From(invocation, runner));
  EDM_TRY(const auto worker,
          addition.Run(checked.workers.front(), invocation.args.Text("address"), Saying(invocation, "")));
  if (invocation.json()) invocation.Print(worker);
  if (invocation.quiet()) invocation.Out(worker.id() + "\n");
  return kExitDone;
}

Result<std::map<std::string, std::string>> WorkersThere(MasterClient& master) {
  EDM_TRY(const auto all, master.Call<v1::ListWorkersResponse>("ListWorkers", v1::ListWorkersRequest()));
  std::map<std::string, std::string> there;
  for (const auto& worker : all.workers())
    there[worker.id()] = Folded(v1::Worker::State_Name(worker.state()));
  return there;
}

// A few at a time; all are tried, whatever becomes of one.
std::vector<Error> AddAll(const Invocation& invocation, const WorkerAddition& addition,
                          const std::vector<InventoryWorker>& workers) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::vector<Error> failures;
  const auto work = [&] {
    for (auto i = next++; i < workers.size(); i = next++) {
      const auto say = Saying(invocation, workers[i].id + "  ");
      const auto done = addition.Run(workers[i], "", [&](const auto& step, const auto& what) {
        const std::lock_guard lock(mutex);
        say(step, what);
      });
      if (done.ok()) continue;
      const std::lock_guard lock(mutex);
      failures.push_back(done.error());
      failures.back().object = workers[i].id + ": " + failures.back().object;
      invocation.Err(RenderError(invocation.error_terminal, failures.back()));
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(kImportsAtOnce, workers.size()); ++i) threads.emplace_back(work);
  threads.clear();
  return failures;
}

Result<int> Import(Invocation& invocation) {
  const auto file = invocation.args.Text("file");
  std::optional<InventoryForm> form;
  if (const auto word = invocation.args.Text("form"); !word.empty()) {
    form = FormNamed(word);
    if (!form)
      return UsageError("there is no form " + Shown(word),
                        MeantOr(word, FormNames(), Join(FormNames(), ", ")));
  }
  EDM_TRY(const auto text, ReadFile(file, kInventoryBytesMax));
  EDM_TRY(const auto inventory, ReadInventory(text, file, form));
  for (const auto& warning : inventory.warnings) invocation.Warn(ToString(warning));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto there, WorkersThere(*master));
  if (!invocation.quiet()) invocation.Out(RenderWorkerPlan(invocation.terminal, inventory, there));
  if (invocation.args.Has("plan")) return kExitDone;
  BoostProcessRunner runner;
  EDM_TRY(const auto addition, WorkerAddition::From(invocation, runner));
  auto fresh = inventory.workers;
  std::erase_if(fresh, [&](const auto& worker) { return there.contains(worker.id); });
  const auto failures = AddAll(invocation, addition, fresh);
  if (!failures.empty())
    invocation.Note(std::to_string(failures.size()) + " of " + Counted(fresh.size(), "worker") +
                    " were not added; mend what is named above and run this again");
  return failures.empty() ? kExitDone : kExitFailed;
}

Result<int> Uninstall(Invocation& invocation) {
  return TakeDown(invocation, invocation.args.Text("host"), [&](const std::string& id) {
    if (invocation.quiet()) invocation.Out(id + "\n");
    return Ok();
  });
}

}  // namespace

std::vector<Option> WithSsh(std::vector<Option> own) {
  own.push_back({"--accept-new", "", "take the key of a host that was never seen"});
  own.push_back({"--ssh-config", "FILE", "for ssh, instead of yours"});
  return own;
}

Result<int> TakeDown(Invocation& invocation, const std::string& url,
                     const std::function<Status(const std::string& id)>& once_there) {
  EDM_TRY(const auto target, ParseSshUrl(url));
  BoostProcessRunner runner;
  EDM_TRY(auto ssh, SshHost::Connect(runner, target, SshOptionsOf(invocation)));
  EDM_TRY(auto host, DebianHost::Enter(*ssh));
  EDM_TRY(const auto journal, FindJournal(host));
  EDM_CHECK(once_there(journal.worker));
  EDM_CHECK(TearDownWorker(host, journal, Saying(invocation, "")));
  return kExitDone;
}

std::vector<Command> WorkerHostCommands() {
  return {{"worker add",
           "make a bare Debian machine a worker, over ssh",
           {{"host"}},
           SetupFlags({{"--id", "ID", "of the worker; the host's name unless given"},
                       {"--label", "KEY=VALUE", "that instances may ask for", true},
                       {"--address", "ADDRESS", "where people reach its instances"}}),
           AddHost},
          {"worker import",
           "add the workers of an inventory: ours, Ansible's or hosts.json",
           {{"file"}},
           SetupFlags({{"--plan", "", "only say what would be done"},
                       {"--form", "FORM", "edm, ansible-ini, ansible-yaml or hosts-json; told by the file"}}),
           Import},
          {"worker uninstall",
           "take from a machine all that worker add put there",
           {{"host"}},
           WithSsh({}),
           Uninstall}};
}

}  // namespace edm::ctl
