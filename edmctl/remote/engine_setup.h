#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edmctl/remote/debian_host.h"

namespace edm::ctl {

// An engine that is set up for many networks: it makes no rules for each, static ones take their place, and
// it may restart while containers go on. docs/decisions/0020-a-prepared-engine.md.
inline constexpr std::uint32_t kPreparedNetworksMax = 1'000;

// The engine's configuration with what that needs; what `existing` says stays. None when it says otherwise.
// Error kFailedPrecondition: it is no JSON object.
Result<std::optional<std::string>> PreparedConfig(std::string_view existing);

// The configuration that is there, "" for none; none when it is to be left alone.
Result<std::optional<std::string>> ConfigToPrepare(DebianHost& host);
// Before the engine is installed, for it starts with that. `before` is on record by then, and may be written
// over.
Status PrepareEngine(DebianHost& host, const std::string& before);
// Once the packages are there; again with each boot where there is systemd.
Status LoadNetworkRules(DebianHost& host, bool systemd);

// While the unit is there, which goes with the worker's package.
Status UnloadNetworkRules(DebianHost& host, bool systemd);
Status RestoreEngineConfig(DebianHost& host, const std::string& before);

}  // namespace edm::ctl
