#include "common/rpc/grpc_library.h"

#include <grpc/grpc.h>

namespace edm::rpc {

void KeepGrpc() {
  static const bool once = [] {
    grpc_init();
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace edm::rpc
