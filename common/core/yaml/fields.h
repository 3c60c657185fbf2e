#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/core/yaml/node.h"

namespace edm::yaml {

// What is wrong with one document, in the order found. Not for more than one thread.
class Problems {
 public:
  // The most that are kept; the rest is counted.
  static constexpr std::size_t kKeptMax = 50;

  explicit Problems(std::string file) : file_(std::move(file)) {}

  void Add(Position at, std::string_view path, std::string cause, std::string hint);
  bool empty() const { return errors_.empty(); }
  const std::vector<Error>& errors() const { return errors_; }
  // The first, with the others as evidence; ok when there is none.
  Status AsStatus() const;

  // "edm.yaml:3:5 health.port"
  std::string ObjectOf(Position at, std::string_view path) const;

 private:
  std::string file_;
  std::vector<Error> errors_;
};

// The first of `errors` as the headline, one line of evidence for each other one. `errors` is not empty.
Error Joined(const std::vector<Error>& errors);

// Takes the known keys out of one map; what is wrong goes to `problems`, and the value is then absent.
// Finish() reports what nobody asked for, with the nearest key that somebody did.
class Fields {
 public:
  Fields(const Node& map, std::string path, Problems& problems);

  const Node* Any(std::string_view key);
  std::optional<std::string> String(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<std::int64_t> Integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<Millis> Duration(std::string_view key);
  std::vector<std::string> Strings(std::string_view key);              // a list of scalars, or one scalar
  std::map<std::string, std::string> StringMap(std::string_view key);  // scalars; null is ""
  const Node* Map(std::string_view key);
  const Node* List(std::string_view key);

  void Finish();

  std::string PathTo(std::string_view key) const { return PathOf(path_, key); }
  void Wrong(const Node& node, std::string_view key, std::string cause, std::string hint);

 private:
  const Node* Typed(std::string_view key, Kind kind);

  const Node& map_;
  std::string path_;
  Problems& problems_;
  std::vector<std::string> known_;
};

}  // namespace edm::yaml
