#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "common/base/result.h"

namespace edm::worker {

// Room on the disks that builds write to: makes it where it is short. Blocking; any thread.
class DiskRoom {
 public:
  // What was removed and why, a line each.
  using Say = std::function<void(std::string_view line)>;

  virtual ~DiskRoom() = default;

  // Before something is fetched and built. kResourceExhausted when too little is free even so.
  virtual Status Ensure(const Say& say) = 0;
  // A disk was full in the middle of something: removes all that may go. Whether that was anything.
  virtual bool Clear(const Say& say) = 0;

  // Around the builds of one release: what they leave in the engine's cache may be removed later, what others
  // leave there may not.
  virtual void BuildsBegin(std::size_t images) = 0;
  virtual void BuildsEnd() = 0;
};

}  // namespace edm::worker
