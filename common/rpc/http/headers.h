#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edm::rpc {

// Header fields in the order given; names are compared without regard to case.
class HttpHeaders {
 public:
  using Field = std::pair<std::string, std::string>;

  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Field> fields) : fields_(fields) {}

  // The first field of that name, "" when there is none.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  // Whether a comma-separated list field holds `token`: Has "upgrade" in "Connection: keep-alive, Upgrade".
  bool Lists(std::string_view name, std::string_view token) const;
  void Set(std::string_view name, std::string_view value);
  void Add(std::string_view name, std::string_view value);
  void Remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  bool empty() const { return fields_.empty(); }

  // "Name: value\r\n" for each; line breaks inside a value become spaces, so none can add a field.
  void AppendTo(std::string& out) const;

 private:
  std::vector<Field> fields_;
};

bool SameHeaderName(std::string_view a, std::string_view b);

// "OK" for 200; "" for what has no name.
std::string_view StatusText(int status);

}  // namespace edm::rpc
