#include "common/base/version.h"

namespace edm {

// As the version after this one will be: a later number, one more form of the protocol, and still this one's.
const Version& ThisVersion() {
  static const Version version{
      .number = EDM_NEXT_VERSION, .protocol = kProtocolNewest + 1, .protocol_oldest = kProtocolNewest};
  return version;
}

}  // namespace edm
