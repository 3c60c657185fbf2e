#include "worker/core/disk/cache_claim.h"

#include <algorithm>

namespace edm::worker {
namespace {

// A tar that came with the call, as ours do.
constexpr std::string_view kContext = "http url http://build-context-";
// Folders and repos that a client of the engine's builder reads; ours send a context instead.
constexpr std::string_view kForeignSource = "source.";

bool HasBeenUsed(const CacheWindow& window, const CacheRecord& record) {
  const auto before = window.uses.find(record.id);
  return before == window.uses.end() || before->second != record.uses;
}

}  // namespace

CacheWindow OpenWindow(const std::vector<CacheRecord>& records, const CacheIds& ours) {
  CacheWindow window;
  for (const auto& one : records) {
    window.uses[one.id] = one.uses;
    if (one.is_in_use && !ours.contains(one.id)) window.was_busy = true;
  }
  return window;
}

CacheIds ClaimNew(const CacheWindow& window, const std::vector<CacheRecord>& records) {
  CacheIds claimed;
  std::uint32_t contexts = 0;
  bool is_disputed = window.was_busy || window.contexts == 0;
  for (const auto& one : records) {
    if (one.kind.starts_with(kForeignSource) && HasBeenUsed(window, one)) is_disputed = true;
    if (window.uses.contains(one.id)) continue;
    claimed.insert(one.id);
    if (one.description.starts_with(kContext)) ++contexts;
  }
  if (is_disputed || contexts > window.contexts) claimed.clear();
  return claimed;
}

}  // namespace edm::worker
