#include "common/adapters/system/system_entropy.h"

#include <sys/random.h>

#include <cerrno>

#include "common/base/assert.h"

namespace edm {

std::string SystemEntropy::Bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const auto got = ::getrandom(bytes.data() + filled, count - filled, 0);
    EDM_ASSERT(got > 0 || errno == EINTR);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace edm
