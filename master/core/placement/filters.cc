#include <array>

#include "master/core/placement/filter.h"

namespace edm::master {

std::span<const Filter* const> Filters() {
  static constexpr std::array kAll = {&kReady,  &kProtocolFilter, &kAvailability, &kBarred, &kArchitecture,
                                      &kLabels, &kImages,         &kRejected,     &kGpus,   &kPorts,
                                      &kApart,  &kOnePerWorker,   &kLoad,         &kMemory, &kCpus,
                                      &kDisk,   &kNetworks};
  return kAll;
}

}  // namespace edm::master
