#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "tests/fakes/scripted_gogs_server.h"

// The scripted server as a program, for tests of whole programs: `scripted_gogs FOLDER` prints its URL and
// ends with SIGTERM.
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sigset_t ends;
  ::sigemptyset(&ends);
  ::sigaddset(&ends, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &ends, nullptr);
  const edm::master::ScriptedGogsServer server(argv[1], edm::master::ScriptedGogsServer::Kind::kGogs);
  fmt::print("{}\n", server.url());
  std::fflush(stdout);
  int signal = 0;
  return ::sigwait(&ends, &signal);
}
