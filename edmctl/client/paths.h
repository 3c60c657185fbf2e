#pragma once

#include <functional>
#include <optional>
#include <string>

#include "edmctl/os/files.h"

namespace edm::ctl {

// Reads the environment: "" when a variable is not set.
using Variables = std::function<std::string(const std::string& name)>;

// Where this user's files are, by the XDG base directory specification 0.8: relative paths in XDG_* are
// ignored.
struct Paths {
  std::string home;
  std::optional<Owner> owner;  // whom files here are given to, when we are not that user ourselves
  std::string contexts;        // file, mode 0600: it holds tokens
  std::string folders;         // file
  std::string dev_token;       // file, mode 0600: the token alone that `edmctl dev up` gave this user
  std::string dev_data;        // folder of what `edmctl dev up` runs; EDM_DEV_HOME says another
  std::string dev_state;       // folder of its process records and logs

  // `root`: system folders for what `dev` runs; and under sudo the files of whoever called it.
  static Paths From(const Variables& variables, bool root);
  // Where root's `dev` has its data, whoever asks.
  static constexpr const char* kDevDataOfRoot = "/var/lib/edm";
};

}  // namespace edm::ctl
