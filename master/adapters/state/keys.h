#pragma once

#include <string>
#include <string_view>

// Where each record stands in the K/V store.
namespace edm::master::keys {

inline constexpr std::string_view kRoot = "edm/v1/";
inline constexpr std::string_view kInstances = "edm/v1/instances/";
inline constexpr std::string_view kReleases = "edm/v1/releases/";
inline constexpr std::string_view kOperations = "edm/v1/operations/";
inline constexpr std::string_view kWorkers = "edm/v1/workers/";
inline constexpr std::string_view kTokens = "edm/v1/tokens/";
inline constexpr std::string_view kRequests = "edm/v1/requests/";
inline constexpr std::string_view kEpoch = "edm/v1/epoch";

inline std::string Of(std::string_view prefix, const std::string& id) { return std::string(prefix) + id; }
inline std::string Spec(const std::string& id) { return Of(kInstances, id) + "/spec"; }
inline std::string Status(const std::string& id) { return Of(kInstances, id) + "/status"; }
// The seed's contract: plain text.
inline std::string Address(const std::string& id) { return "instance/" + id + "/ip"; }

}  // namespace edm::master::keys
