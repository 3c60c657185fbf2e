#pragma once

#include <cstddef>
#include <list>
#include <mutex>

#include "common/ports/config_resolver.h"

namespace edm {

// Gives the answer of before to the same request: a deploy seldom changes its compose file, and compose takes
// a tenth of a second and more to read one. Errors are not kept. Any thread; `inner` must outlive it.
class CachedConfigResolver final : public ConfigResolver {
 public:
  // Requests and answers together; those that were asked for longest ago go first.
  static constexpr std::size_t kKeptBytesMax = 1024 * 1024;

  explicit CachedConfigResolver(ConfigResolver& inner) : inner_(inner) {}

  Result<ResolvedConfig> Resolve(const ConfigRequest& request) override;

 private:
  struct Kept {
    ConfigRequest request;
    ResolvedConfig answer;
    std::size_t bytes = 0;
  };

  const ResolvedConfig* Find(const ConfigRequest& request);  // with mutex_ held
  void Keep(Kept kept);                                      // with mutex_ held

  ConfigResolver& inner_;
  std::mutex mutex_;
  std::list<Kept> kept_;   // guarded by mutex_; what was asked for last is in front
  std::size_t bytes_ = 0;  // guarded by mutex_; of all in kept_
};

}  // namespace edm
