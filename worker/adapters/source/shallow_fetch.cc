#include "worker/adapters/source/shallow_fetch.h"

#include <algorithm>

#include "common/base/bytes.h"

namespace edm::worker {
namespace {

constexpr Millis kLookDeadline{30'000};

// Nothing of the machine's or of a person's configuration; the credential in the environment, which no other
// user sees.
std::vector<std::pair<std::string, std::string>> Environment(const ShallowFetch& wanted) {
  std::vector<std::pair<std::string, std::string>> settings = {{"protocol.version", "2"},
                                                               {"gc.auto", "0"},
                                                               {"maintenance.auto", "false"},
                                                               {"credential.helper", ""},
                                                               {"http.followRedirects", "false"}};
  const auto& access = wanted.layer.access;
  if (!access.user.empty()) {
    settings.emplace_back("http.extraHeader",
                          "Authorization: Basic " + ToBase64(access.user + ":" + access.password));
  }
  if (!wanted.ca_file.empty()) settings.emplace_back("http.sslCAInfo", wanted.ca_file);
  std::vector<std::pair<std::string, std::string>> environment = {
      {"PATH", kProgramPath},       {"HOME", "/nonexistent"},
      {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_TERMINAL_PROMPT", "0"}, {"GIT_ALLOW_PROTOCOL", "http:https:file"}};
  environment.emplace_back("GIT_CONFIG_COUNT", std::to_string(settings.size()));
  for (std::size_t i = 0; i < settings.size(); ++i) {
    environment.emplace_back("GIT_CONFIG_KEY_" + std::to_string(i), settings[i].first);
    environment.emplace_back("GIT_CONFIG_VALUE_" + std::to_string(i), settings[i].second);
  }
  return environment;
}

bool IsCommit(const std::string& text) {
  return text.size() == 40 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

bool FetchShallow(ProcessRunner& processes, const ShallowFetch& wanted, std::stop_token stop) {
  const auto& access = wanted.layer.access;
  if (!IsCommit(access.commit)) return false;
  const auto environment = Environment(wanted);
  const auto git = [&](std::vector<std::string> operands, Millis deadline) {
    ProcessSpec spec;
    spec.argv = {"git", "--git-dir", wanted.mirror.string()};
    spec.argv.insert(spec.argv.end(), operands.begin(), operands.end());
    spec.environment = environment;
    spec.deadline = deadline;
    const auto end = processes.Run(
        spec, [](OutputStream, std::string_view) {}, stop);
    return end.ok() && end->succeeded();
  };
  std::error_code failed;
  const bool is_new = !std::filesystem::exists(wanted.mirror / "HEAD", failed);
  if (is_new) {
    std::filesystem::create_directories(wanted.mirror, failed);
    if (!git({"init", "--quiet", "--bare", "--template="}, kLookDeadline)) return false;
  }
  if (!is_new && git({"cat-file", "-e", access.commit + "^{tree}"}, kLookDeadline)) return true;
  // One name for the newest: what the mirror has under it need not be sent again.
  return git({"fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--", access.url,
              "+" + access.commit + ":refs/edm/newest"},
             wanted.deadline);
}

}  // namespace edm::worker
