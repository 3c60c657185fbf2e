#include <signal.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "common/adapters/config/load.h"
#include "master/app/master.h"
#include "master/app/settings.h"

extern char** environ;

namespace {

using namespace edm;

std::vector<std::pair<std::string, std::string>> Environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view one(*at);
    const auto equals = one.find('=');
    if (equals != std::string_view::npos)
      variables.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return variables;
}

int Complain(const Error& error) {
  std::fprintf(stderr, "edm-master: %s: %s\n", error.object.c_str(), error.cause.c_str());
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

int Run(const master::MasterOptions& options) {
  const Signals signals;
  auto master = master::Master::Start(options);
  if (!master.ok()) return Complain(master.error());
  for (const auto& address : (*master)->http_addresses()) spdlog::info("serving {}", address);
  spdlog::info("data in {}; the first token is in {}/admin.token", options.data, options.data);
  sd_notify(0, "READY=1");
  const int signal = signals.Wait();
  spdlog::info("signal {}: stopping", signal);
  sd_notify(0, "STOPPING=1");
  (*master)->Stop();
  spdlog::info("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  master::MasterOptions options;
  auto settings = master::BindSettings(options);
  LoadRequest request;
  request.argv = {argv, static_cast<std::size_t>(argc)};
  request.environment = Environment();
  request.default_file = "/etc/edm/master.yaml";
  const auto line = LoadSettings(settings, request);
  if (!line.ok()) return Complain(line.error());
  if (line->help) {
    std::printf("edm-master: takes source, keeps it in git, places instances and drives workers.\n\n%s",
                DescribeSettings(settings).c_str());
    return 0;
  }
  if (line->version) {
    std::printf("edm-master %s\n", EDM_VERSION);
    return 0;
  }
  if (line->check_config) {
    std::printf("%s", ShowSettings(settings).c_str());
    return 0;
  }
  return Run(options);
}
