// Runs a child that sleeps, prints its pid, and waits to be killed.
#include <cstdio>

#include "common/adapters/process/boost_process_runner.h"

int main() {
  edm::BoostProcessRunner runner;
  const auto end = runner.Run({.argv = {"/bin/sh", "-c", "echo $$; exec sleep 60"}},
                              [](edm::OutputStream, std::string_view line) {
                                std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
                                std::fflush(stdout);
                              },
                              {});
  return end.ok() ? 0 : 1;
}
