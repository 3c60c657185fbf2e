#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/pulse.h"
#include "common/base/result.h"
#include "master/app/options.h"

namespace edm::master {

// A whole master: everything wired, running from Start to Stop. One thread.
class Master {
 public:
  // What it began with is undone when it fails.
  static Result<std::unique_ptr<Master>> Start(const MasterOptions& options);
  ~Master();  // Stop()
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  // Not ready any more, then: calls end, streams are told, what was decided is stored. Instances run on.
  void Stop();

  // As bound.
  const std::vector<std::string>& http_addresses() const;
  const std::vector<std::uint16_t>& grpc_ports() const;
  std::uint16_t cluster_port() const;
  // Of the loop that decides, while this master leads.
  const Pulse& pulse() const;

 private:
  class Parts;
  explicit Master(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace edm::master
