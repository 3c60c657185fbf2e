#include "common/base/version.h"

namespace edm {

const Version& ThisVersion() {
  static const Version version{
      .number = EDM_VERSION, .protocol = kProtocolNewest, .protocol_oldest = kProtocolOldest};
  return version;
}

}  // namespace edm
