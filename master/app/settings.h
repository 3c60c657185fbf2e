#pragma once

#include "common/adapters/config/settings.h"
#include "master/app/options.h"

namespace edm::master {

// Binds every key of the master's configuration to its field. `options` must outlive the result.
edm::Settings BindSettings(MasterOptions& options);

}  // namespace edm::master
