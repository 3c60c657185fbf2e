#pragma once

#include <span>
#include <string_view>

#include "common/base/result.h"

namespace edm::rpc {

// Raw bytes both ways, after an upgrade. One thread may read while another writes.
class DuplexStream {
 public:
  virtual ~DuplexStream() = default;
  // Blocks for some bytes; 0: the peer closed its side.
  virtual Result<std::size_t> Read(std::span<char> into) = 0;
  // Blocks until all is taken.
  virtual Status Write(std::string_view bytes) = 0;
  // Nothing more will be written; reading goes on.
  virtual void CloseWrite() = 0;
  // Any thread: a Read or Write under way returns kCancelled.
  virtual void Close() = 0;
};

}  // namespace edm::rpc
