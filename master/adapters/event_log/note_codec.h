#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/ports/event_log.h"

namespace edm::master {

// A note as one record of a log.
std::string EncodeNote(const OperationNote& note);
Result<OperationNote> DecodeNote(std::string_view record);

}  // namespace edm::master
