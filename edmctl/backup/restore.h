#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace edm::ctl {

struct RestoreRequest {
  std::string file;
  std::string passphrase;
  std::filesystem::path data;  // the master's data folder
  std::string consul_url;      // "" : the state goes into the data folder (SQLite)
  std::string consul_token;
  std::string consul_prefix;
  bool force = false;  // what is there already is replaced
};

struct Restored {
  std::string manifest;  // JSON
  std::uint32_t repos = 0;
  bool has_config = false;  // <data>/restored-master.yaml
};

// Makes the data folder (and the state in Consul) what a backup holds. The file is proved to be whole and
// unchanged before anything outside <data>/.restore is touched. As root, everything is given to whom the data
// folder belongs, or the folder above where it was made here. Errors: kFailedPrecondition (something is
// there, or a master runs on it), and those of UnpackBackup and KvStore.
Result<Restored> Restore(const RestoreRequest& request);

}  // namespace edm::ctl
