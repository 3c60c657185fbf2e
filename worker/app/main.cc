#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "common/adapters/log/log.h"
#include "common/app/notify.h"
#include "common/app/program.h"
#include "common/app/resident_memory.h"
#include "common/app/stop_signals.h"
#include "common/app/watchdog.h"
#include "common/base/text.h"
#include "common/base/version.h"
#include "worker/app/identity.h"
#include "worker/app/settings.h"
#include "worker/app/worker.h"

namespace {

using namespace edm;

constexpr const char* kName = "edm-worker";
constexpr const char* kTokenFile = "--token-file";

int Run(const worker::WorkerOptions& options) {
  if (auto status = SetUpLog(options.log_format, options.log_level); !status.ok())
    return Complain(kName, status.error());
  ResidentMemory memory;
  const StopSignals signals;
  auto started = worker::Worker::Start(options);
  if (!started.ok()) return Complain(kName, started.error());
  auto& worker = **started;
  Log(LogLevel::kInfo, "started",
      {{"worker", worker.id()},
       {"master", options.master},
       {"rpc_port", std::uint64_t{worker.rpc_port()}},
       {"http_port", std::uint64_t{worker.http_port()}},
       {"version", ThisVersion().number}});
  Notify("READY=1");
  Watchdog watchdog(worker.watched());
  const int signal = signals.Wait(watchdog.every(), [&] {
    watchdog.Tick();
    memory.Tick();
  });
  Log(LogLevel::kInfo, "stopping; instances keep running", {{"signal", static_cast<std::uint64_t>(signal)}});
  Notify("STOPPING=1");
  worker.Stop();
  started->reset();
  Log(LogLevel::kInfo, "stopped");
  return 0;
}

// "-" reads standard input: a token on the command line would be seen by everybody on the machine.
Result<std::string> ReadToken(const CommandLine& line) {
  for (const auto& [flag, path] : line.extras) {
    if (flag != kTokenFile) continue;
    std::string token;
    if (path == "-") {
      std::getline(std::cin, token);
    } else {
      std::ifstream file(path);
      std::getline(file, token);
    }
    if (!Trim(token).empty()) return std::string(Trim(token));
    return Error{
        Code::kInvalidArgument, path, "there is no token in it", {}, "edmctl token create NAME --worker"};
  }
  return Error{Code::kInvalidArgument,
               "join",
               "no token was given",
               {},
               "edm-worker join --token-file FILE (- for standard input)"};
}

int Join(const worker::WorkerOptions& options, const CommandLine& line) {
  const auto token = ReadToken(line);
  if (!token.ok()) return Complain(kName, token.error());
  if (const auto status = worker::Join(options, *token); !status.ok()) return Complain(kName, status.error());
  std::printf("joined %s; certificate in %s/tls\n", options.master.c_str(), options.data.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  worker::WorkerOptions options;
  auto settings = worker::BindSettings(options);
  const Program program{.name = kName,
                        .usage =
                            "edm-worker [run]: builds and runs instances on this machine's Docker engine.\n"
                            "edm-worker join --token-file FILE: takes part in a cluster, once.",
                        .version = ThisVersion().number,
                        .default_file = "/etc/edm/worker.yaml",
                        .commands = {"run", "join"},
                        .extra_flags = {kTokenFile}};
  return RunProgram(program, settings, argc, argv, [&](const CommandLine& line) {
    return line.command == "join" ? Join(options, line) : Run(options);
  });
}
