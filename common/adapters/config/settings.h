#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm {

// The keys of one program's configuration, each bound to a field of an options struct that holds its default.
// One key, three ways: "grpc.listen" in the YAML file is EDM_MASTER_GRPC_LISTEN in the environment and
// --grpc-listen on the command line. Built once in main, on one thread; the fields must outlive it.
class Settings {
 public:
  struct Key {
    std::string name;  // "grpc.listen"
    std::string help;
    std::string form;        // "host:port", "60s", "true or false": shown in help and errors
    bool is_switch = false;  // as a flag it needs no value
    bool is_map = false;     // takes "key=value" any number of times
    bool is_list = false;    // a YAML list, or commas
    std::function<Status(std::string_view)> set;  // parses; the error has cause and hint
    std::function<std::string()> shown;           // the value now
    std::string source = "default";               // "default", "edm.yaml:3:5", "EDM_MASTER_…", "--…"
  };

  // `environment_prefix`: "EDM_MASTER_".
  explicit Settings(std::string environment_prefix) : prefix_(std::move(environment_prefix)) {}

  void Add(std::string name, std::string* field, std::string form, std::string help);
  void Add(std::string name, bool* field, std::string help);
  void Add(std::string name, std::uint32_t* field, std::string form, std::string help);
  void Add(std::string name, std::uint64_t* bytes,
           std::string help);  // "512MiB", "2GiB", or a number of bytes
  void Add(std::string name, double* field, std::string form, std::string help);
  void Add(std::string name, Millis* field, std::string help);
  void Add(std::string name, std::vector<std::string>* field, std::string form, std::string help);
  void Add(std::string name, std::map<std::string, std::string>* field, std::string help);
  // A word out of `choices`.
  void AddChoice(std::string name, std::string* field, std::vector<std::string> choices, std::string help);

  Key* Find(std::string_view name);
  std::vector<std::string> Names() const;
  const std::vector<Key>& keys() const { return keys_; }

  const std::string& prefix() const { return prefix_; }
  std::string VariableOf(const Key& key) const;  // EDM_MASTER_GRPC_LISTEN
  static std::string FlagOf(const Key& key);     // --grpc-listen

 private:
  void AddKey(Key key);
  std::string prefix_;
  std::vector<Key> keys_;
};

}  // namespace edm
