#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::ctl {

// What was typed behind a verb, by the long name of options and the name of operands.
class Arguments {
 public:
  void Set(const std::string& name, std::vector<std::string> values) { values_[name] = std::move(values); }

  bool Has(const std::string& name) const { return values_.contains(name); }
  // The last one given; "" when there is none.
  std::string Text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() || found->second.empty() ? "" : found->second.back();
  }
  std::vector<std::string> All(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
  }
  // Nothing when it was not given. Errors name the option.
  Result<std::optional<Millis>> Duration(const std::string& name) const;
  Result<std::optional<std::uint32_t>> Number(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

// A mistake on the command line.
Error UsageError(std::string cause, std::string hint);

}  // namespace edm::ctl
