#pragma once

#include <string_view>

namespace edm {

// What everything made on a container engine carries, and by which it is found again. What does not carry
// kInstanceLabel is somebody else's: never adopted, never removed.
inline constexpr std::string_view kInstanceLabel = "dev.edm.instance";
inline constexpr std::string_view kReleaseLabel = "dev.edm.release";
inline constexpr std::string_view kServiceLabel = "dev.edm.service";
// Which worker has made it: workers that share an engine must not take each other's things for left over.
inline constexpr std::string_view kWorkerLabel = "dev.edm.worker";

}  // namespace edm
