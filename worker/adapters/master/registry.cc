#include "worker/adapters/master/registry.h"

namespace edm::worker {

Result<std::shared_ptr<Registry>> Registry::Dial(const rpc::ChannelSpec& spec) {
  EDM_TRY(const auto channel, rpc::Dial(spec));
  return std::shared_ptr<Registry>(new Registry(channel, "master " + spec.address));
}

}  // namespace edm::worker
