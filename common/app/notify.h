#pragma once

#include <string_view>

namespace edm {

// Tells the service manager that started this process how it is: "READY=1", "WATCHDOG=1", "STOPPING=1"
// (sd_notify(3); systemd's own library would bring six others into memory for this one datagram). False when
// none asked to be told, or it does not listen. Any thread.
// With a descriptor, that is handed over too.
bool Notify(std::string_view state, int descriptor = -1);

}  // namespace edm
