#include "common/app/program.h"

#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <utility>

extern char** environ;

namespace edm {
namespace {

std::vector<std::pair<std::string, std::string>> Environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view one(*at);
    const auto equals = one.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return variables;
}

}  // namespace

int RunProgram(const Program& program, Settings& settings, int argc, char** argv,
               const std::function<int(const CommandLine&)>& run) {
  const auto line = LoadSettings(settings, {.argv = {argv, static_cast<std::size_t>(argc)},
                                            .environment = Environment(),
                                            .default_file = program.default_file,
                                            .commands = program.commands,
                                            .extra_flags = program.extra_flags});
  if (!line.ok()) return Complain(program.name, line.error());
  if (line->help) {
    std::printf("%s\n\n%s", program.usage.c_str(), DescribeSettings(settings).c_str());
  } else if (line->version) {
    std::printf("%s %s\n", program.name.c_str(), program.version.c_str());
  } else if (line->check_config) {
    std::printf("%s", ShowSettings(settings).c_str());
  } else {
    return run(*line);
  }
  return 0;
}

int Complain(const std::string& program, const Error& error) {
  std::fprintf(stderr, "%s: %s: %s\n", program.c_str(), error.object.c_str(), error.cause.c_str());
  for (const auto& line : error.evidence) std::fprintf(stderr, "  seen  %s\n", line.c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "  next  %s\n", error.hint.c_str());
  return error.code == Code::kInvalidArgument ? 2 : 1;
}

}  // namespace edm
