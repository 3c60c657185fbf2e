#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "edmctl/commands/invocation.h"
#include "edmctl/source/scan.h"

namespace edm::ctl {

// Sends the folder as a client stream: `first`, then its bytes in messages of the same type that hold only
// `data`; with a bar on a live terminal. `answer` is what the master said at the end.
Status Upload(Invocation& invocation, const std::string& method, const google::protobuf::Message& first,
              const std::string& folder, const Scan& scan, google::protobuf::Message& answer);

}  // namespace edm::ctl
