#include "common/adapters/log/log.h"
#include "common/app/notify.h"
#include "common/app/program.h"
#include "common/app/resident_memory.h"
#include "common/app/stop_signals.h"
#include "common/app/watchdog.h"
#include "common/base/version.h"
#include "master/app/master.h"
#include "master/app/settings.h"

namespace {

using namespace edm;

constexpr const char* kName = "edm-master";

int Run(const master::MasterOptions& options) {
  if (auto status = SetUpLog(options.log_format, options.log_level); !status.ok())
    return Complain(kName, status.error());
  ResidentMemory memory;
  const StopSignals signals;
  auto master = master::Master::Start(options);
  if (!master.ok()) return Complain(kName, master.error());
  for (const auto& address : (*master)->http_addresses()) Log(LogLevel::kInfo, "serving", {{"url", address}});
  Log(LogLevel::kInfo, "started; the first token is in the data folder, in admin.token",
      {{"data_dir", options.data}, {"version", ThisVersion().number}});
  Notify("READY=1");
  Watchdog watchdog({{"the loop that decides", &(*master)->pulse()}});
  const int signal = signals.Wait(watchdog.every(), [&] {
    watchdog.Tick();
    memory.Tick();
  });
  Log(LogLevel::kInfo, "stopping", {{"signal", static_cast<std::uint64_t>(signal)}});
  Notify("STOPPING=1");
  (*master)->Stop();
  Log(LogLevel::kInfo, "stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  master::MasterOptions options;
  auto settings = master::BindSettings(options);
  const Program program{
      .name = kName,
      .usage = "edm-master: takes source, keeps it in git, places instances and drives workers.",
      .version = ThisVersion().number,
      .default_file = "/etc/edm/master.yaml"};
  return RunProgram(program, settings, argc, argv, [&](const CommandLine& line) {
    options.config_file = line.file;
    return Run(options);
  });
}
