#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/base/unique_fd.h"

namespace edm {

inline constexpr std::uint32_t kNobody = 65'534;  // whom root gives such folders to

// A folder with given files, readable by one user only, removed with this object. It is locked as long as
// this lives, so that what a killed program left can be told from what is in use.
class ScratchFolder {
 public:
  static constexpr int kTriesMax = 3;  // at a new folder that is taken for an abandoned one

  // `above`: "" is the system's temporary folder. `owner`: given to that uid and gid; needs root.
  static Result<ScratchFolder> Make(const std::string& above, const std::map<std::string, std::string>& files,
                                    std::optional<std::uint32_t> owner);
  // Removes what programs that were killed have left in `above`. Errors are not told: the next start tries
  // again.
  static void RemoveAbandoned(const std::string& above);

  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  ~ScratchFolder();

  const std::string& path() const { return path_; }  // absolute, without links

 private:
  ScratchFolder(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  static Result<ScratchFolder> MakeEmpty(const std::string& base);

  std::string path_;
  UniqueFd lock_;
};

}  // namespace edm
