#include "edmctl/remote/engine_setup.h"

#include <nlohmann/json.hpp>

namespace edm::ctl {
namespace {

using nlohmann::json;

constexpr const char* kFolder = "/etc/docker";
constexpr const char* kEngineConfig = "/etc/docker/daemon.json";
constexpr const char* kRules = "/usr/lib/edm/network.nft";

}  // namespace

Result<std::optional<std::string>> PreparedConfig(std::string_view existing) {
  const auto config =
      existing.empty() ? json::object() : json::parse(existing, nullptr, /*allow_exceptions=*/false);
  if (!config.is_object()) {
    return Error{Code::kFailedPrecondition,
                 kEngineConfig,
                 "it is no JSON object: an engine would not start with it",
                 {},
                 "mend it there, or take it away"};
  }
  json prepared{{"iptables", false}, {"live-restore", true}};
  prepared.update(config);
  if (prepared.at("iptables") != json(false)) return std::optional<std::string>();
  return std::optional(prepared.dump(2) + "\n");
}

Result<std::optional<std::string>> ConfigToPrepare(DebianHost& host) {
  EDM_TRY(auto before, host.ReadFile(kEngineConfig));
  EDM_TRY(const auto prepared, PreparedConfig(before));
  return prepared ? std::optional(std::move(before)) : std::nullopt;
}

Status PrepareEngine(DebianHost& host, const std::string& before) {
  EDM_TRY(const auto prepared, PreparedConfig(before));
  EDM_TRY([[maybe_unused]] const auto made, host.Do({"install", "-d", "-m", "755", kFolder}, kFolder));
  return host.WriteFile(kEngineConfig, prepared.value_or(before), "644");
}

Status LoadNetworkRules(DebianHost& host, bool systemd) {
  const std::vector<std::string> words =
      systemd ? std::vector<std::string>{"systemctl", "enable", "--now", "edm-network"}
              : std::vector<std::string>{"nft", "-f", kRules};
  EDM_TRY([[maybe_unused]] const auto loaded, host.Do(words, "network rules"));
  return Ok();
}

Status UnloadNetworkRules(DebianHost& host, bool systemd) {
  if (systemd) {
    EDM_TRY([[maybe_unused]] const auto disabled,
            host.Succeeds({"systemctl", "disable", "--now", "edm-network"}));
  }
  EDM_TRY([[maybe_unused]] const auto gone, host.Succeeds({"nft", "delete", "table", "inet", "edm_network"}));
  return Ok();
}

Status RestoreEngineConfig(DebianHost& host, const std::string& before) {
  if (!before.empty()) return host.WriteFile(kEngineConfig, before, "644");
  EDM_TRY([[maybe_unused]] const auto gone, host.Do({"rm", "-f", "--", kEngineConfig}, kEngineConfig));
  return Ok();
}

}  // namespace edm::ctl
