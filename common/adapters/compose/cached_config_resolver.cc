#include "common/adapters/compose/cached_config_resolver.h"

#include <algorithm>

namespace edm {
namespace {

std::size_t BytesOf(const ConfigRequest& request, const ResolvedConfig& answer) {
  auto bytes =
      request.project.size() + request.main_file.size() + answer.json.size() + answer.directory.size();
  for (const auto& [path, document] : request.files) bytes += path.size() + document.size();
  return bytes;
}

}  // namespace

Result<ResolvedConfig> CachedConfigResolver::Resolve(const ConfigRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto* answer = Find(request)) return *answer;
  }
  EDM_TRY(auto answer, inner_.Resolve(request));
  const auto bytes = BytesOf(request, answer);
  const std::lock_guard lock(mutex_);
  // Another thread may have asked the same meanwhile.
  if (bytes <= kKeptBytesMax && Find(request) == nullptr) Keep({request, answer, bytes});
  return answer;
}

const ResolvedConfig* CachedConfigResolver::Find(const ConfigRequest& request) {
  const auto found = std::ranges::find(kept_, request, &Kept::request);
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return &kept_.front().answer;
}

void CachedConfigResolver::Keep(Kept kept) {
  bytes_ += kept.bytes;
  kept_.push_front(std::move(kept));
  for (; bytes_ > kKeptBytesMax; kept_.pop_back()) bytes_ -= kept_.back().bytes;
}

}  // namespace edm
