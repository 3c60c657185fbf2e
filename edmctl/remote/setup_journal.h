#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "edmctl/remote/host_facts.h"

namespace edm::ctl {

// Kept on the machine in kSetupFolder, so that whoever takes the worker away later knows what came with it.
struct SetupJournal {
  std::string worker;
  HostInventory before;  // as it was found
  HostInventory added;   // once it was set up; empty while that is under way
  bool finished = false;
  // The engine's configuration as it was found, "" for none. None: its engine was there, or was left as it
  // is.
  std::optional<std::string> engine_config;
};

inline constexpr const char* kSetupFolder = "/var/lib/edm-setup";
inline constexpr const char* kSetupJournal = "/var/lib/edm-setup/journal.json";

std::string PrintJournal(const SetupJournal& journal);
// Error kDataLoss: it is none of ours.
Result<SetupJournal> ParseJournal(std::string_view text);

// What is to go when the worker goes: what came with it and is still there. A set-up that broke off counts
// all that is new as its own.
HostInventory ToUndo(const SetupJournal& journal, const HostInventory& now);

}  // namespace edm::ctl
