#include <signal.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <spdlog/spdlog.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "common/adapters/config/load.h"
#include "common/base/text.h"
#include "worker/app/identity.h"
#include "worker/app/settings.h"
#include "worker/app/worker.h"

extern char** environ;

namespace {

using namespace edm;

constexpr const char* kTokenFile = "--token-file";

std::vector<std::pair<std::string, std::string>> Environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view one(*at);
    const auto equals = one.find('=');
    if (equals != std::string_view::npos) variables.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return variables;
}

int Complain(const Error& error) {
  std::fprintf(stderr, "edm-worker: %s: %s\n", error.object.c_str(), error.cause.c_str());
  for (const auto& line : error.evidence) std::fprintf(stderr, "  seen  %s\n", line.c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "  next  %s\n", error.hint.c_str());
  return error.code == Code::kInvalidArgument ? 2 : 1;
}

// Blocks the signals in this and all later threads; Wait takes them one by one.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  int Wait() const {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }

 private:
  sigset_t set_;
};

int Run(const worker::WorkerOptions& options) {
  const Signals signals;
  auto started = worker::Worker::Start(options);
  if (!started.ok()) return Complain(started.error());
  auto& worker = **started;
  spdlog::info("worker {} for master {}; orders on port {}, health on port {}", worker.id(), options.master,
               worker.rpc_port(), worker.http_port());
  sd_notify(0, "READY=1");
  const int signal = signals.Wait();
  spdlog::info("signal {}: stopping; instances keep running", signal);
  sd_notify(0, "STOPPING=1");
  worker.Stop();
  started->reset();
  spdlog::info("stopped");
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
    return Error{Code::kInvalidArgument, path, "there is no token in it", {}, "edmctl token create NAME --worker"};
  }
  return Error{Code::kInvalidArgument, "join", "no token was given", {}, "edm-worker join --token-file FILE (- for standard input)"};
}

int Join(const worker::WorkerOptions& options, const CommandLine& line) {
  const auto token = ReadToken(line);
  if (!token.ok()) return Complain(token.error());
  if (const auto status = worker::Join(options, *token); !status.ok()) return Complain(status.error());
  std::printf("joined %s; certificate in %s/tls\n", options.master.c_str(), options.data.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  worker::WorkerOptions options;
  auto settings = worker::BindSettings(options);
  LoadRequest request;
  request.argv = {argv, static_cast<std::size_t>(argc)};
  request.environment = Environment();
  request.default_file = "/etc/edm/worker.yaml";
  request.commands = {"run", "join"};
  request.extra_flags = {kTokenFile};
  const auto line = LoadSettings(settings, request);
  if (!line.ok()) return Complain(line.error());
  if (line->help) {
    std::printf("edm-worker [run]: builds and runs instances on this machine's Docker engine.\n"
                "edm-worker join --token-file FILE: takes part in a cluster, once.\n\n%s",
                DescribeSettings(settings).c_str());
    return 0;
  }
  if (line->version) {
    std::printf("edm-worker %s\n", EDM_VERSION);
    return 0;
  }
  if (line->check_config) {
    std::printf("%s", ShowSettings(settings).c_str());
    return 0;
  }
  return line->command == "join" ? Join(options, *line) : Run(options);
}
