#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "edmctl/dev/layout.h"
#include "edmctl/dev/record.h"

namespace edm::ctl {

// Who keeps "master" and "worker" running: systemd, or nobody.
class Supervisor {
 public:
  virtual ~Supervisor() = default;
  virtual Status Start(const std::string& program, const std::vector<std::string>& argv) = 0;
  virtual Status Stop(const std::string& program) = 0;
  virtual bool IsRunning(const std::string& program) = 0;
  // The last lines of what it wrote.
  virtual std::vector<std::string> LastLines(const std::string& program, std::size_t lines) = 0;
  // For people: "in the background: a reboot ends it".
  virtual std::string Manner() const = 0;
};

// Processes of our own, marked in the record. The record must outlive it.
std::unique_ptr<Supervisor> MakeBackground(const DevLayout& layout, DevRecord& record);

// Units edm-dev-master and edm-dev-worker, of the system for root, else of the user.
std::unique_ptr<Supervisor> MakeSystemd(const std::string& home, bool root);
bool HasSystemd(bool root);

// The unit's file. Words with spaces, quotes, % and $ are quoted as systemd.service(5) wants it.
std::string UnitText(const std::string& program, const std::vector<std::string>& argv, bool root);

}  // namespace edm::ctl
