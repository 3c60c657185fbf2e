#include "common/adapters/config/config_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/core/yaml/reader.h"

namespace edm {
namespace {

constexpr yaml::Limits kLimits{.bytes = 256U << 10, .nodes = 2000, .depth = 8};

class Flattener {
 public:
  Flattener(std::string file, const Settings& settings) : file_(std::move(file)), settings_(settings) {}

  Status Walk(const yaml::Node& node, const std::string& parent) {
    for (const auto& [key, at, value] : node.entries()) {
      const auto name = parent.empty() ? key : parent + "." + key;
      const auto position = fmt::format("{}:{}:{}", file_, at.line, at.column);
      if (value.is_map() && !TakesMap(name)) {
        EDM_CHECK(Walk(value, name));
      } else if (!value.is_null()) {
        EDM_TRY(auto text, TextOf(value, position + " " + name));
        lines_.push_back({name, std::move(text), position});
      }
    }
    return Ok();
  }

  std::vector<ConfigLine> TakeLines() { return std::move(lines_); }

 private:
  bool TakesMap(const std::string& name) const {
    for (const auto& key : settings_.keys()) {
      if (key.name == name) return key.is_map;
    }
    return false;
  }

  static Result<std::string> TextOf(const yaml::Node& value, const std::string& object) {
    const auto scalar = [&](const yaml::Node& node) -> Result<std::string> {
      if (node.is_scalar() && node.text().find(',') == std::string::npos) return node.text();
      return Error{Code::kInvalidArgument,
                   object,
                   "has parts that are no plain values without commas",
                   {},
                   "write one value, or a list of plain values"};
    };
    if (value.is_scalar()) return value.text();
    std::string text;
    for (const auto& item : value.items()) {
      EDM_TRY(const auto part, scalar(item));
      text += (text.empty() ? "" : ",") + part;
    }
    for (const auto& entry : value.entries()) {
      EDM_TRY(const auto part, scalar(entry.value));
      text += (text.empty() ? "" : ",") + entry.key + "=" + part;
    }
    return text;
  }

  std::string file_;
  const Settings& settings_;
  std::vector<ConfigLine> lines_;
};

}  // namespace

Result<std::vector<ConfigLine>> ReadConfigFile(const std::string& path, bool must_exist,
                                               const Settings& settings) {
  std::error_code failure;
  if (path.empty() || (!must_exist && !std::filesystem::exists(path, failure)))
    return std::vector<ConfigLine>();
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{Code::kInvalidArgument,
                 path,
                 fmt::format("cannot be read: {}", std::strerror(errno)),
                 {},
                 "give a readable file with --config"};
  }
  std::string text(std::istreambuf_iterator<char>(file), {});
  EDM_TRY(const auto document, yaml::Read(text, path, kLimits));
  if (!document.is_map() && !document.is_null()) {
    return Error{Code::kInvalidArgument,
                 path,
                 "is not a map of settings",
                 {},
                 "write lines like: data_dir: /var/lib/edm"};
  }
  Flattener flattener(path, settings);
  EDM_CHECK(flattener.Walk(document, ""));
  return flattener.TakeLines();
}

}  // namespace edm
