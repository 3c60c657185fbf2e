#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edm::rpc {

// A request target ("/v1/instances?limit=5") in its parts. The path stays encoded, for %2F is no slash.
struct Target {
  std::string path;   // "/v1/instances"
  std::string query;  // "limit=5", without the question mark
};

Target SplitTarget(std::string_view target);

// Decodes %XX (and '+' as a space in queries). None: a malformed escape, or an escaped NUL.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);
// Leaves RFC 3986's unreserved characters and those in `keep`.
std::string PercentEncode(std::string_view text, std::string_view keep = "");

// Pairs in order, decoded; a malformed escape is kept as it stands.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query);

}  // namespace edm::rpc
