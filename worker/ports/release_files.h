#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::worker {

// A folder per release: <data>/instances/<id>/r<release>/{checkout,compose.json,rendered/}. Blocking; any
// thread.
class ReleaseFiles {
 public:
  virtual ~ReleaseFiles() = default;

  virtual std::string CheckoutDirectory(const std::string& instance, std::uint32_t release) const = 0;
  virtual std::string RenderedDirectory(const std::string& instance, std::uint32_t release) const = 0;

  // The final compose file and what it mounts (name below rendered/ to content); each replaced at once. It is
  // written last, so that it never names a file that is not there.
  virtual Status WriteFinal(const std::string& instance, std::uint32_t release,
                            const std::string& compose_json,
                            const std::map<std::string, std::string>& rendered) = 0;
  // kNotFound when there is none.
  virtual Result<std::string> ReadFinal(const std::string& instance, std::uint32_t release) = 0;

  // Whether a path below the folders of two releases ("checkout/init.sql", "rendered/0-app.conf") holds the
  // same in both, as a file or as a folder. False when that is not known.
  virtual bool IsSame(const std::string& instance, std::uint32_t one, std::uint32_t other,
                      const std::string& path) const = 0;

  virtual Result<std::vector<std::uint32_t>> Releases(const std::string& instance) = 0;
  virtual Status Drop(const std::string& instance, std::uint32_t release) = 0;
  virtual Status DropAll(const std::string& instance) = 0;
};

}  // namespace edm::worker
