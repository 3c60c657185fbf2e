#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edm::master {

using NameNumber = std::uint32_t;
inline constexpr NameNumber kNoName = std::numeric_limits<NameNumber>::max();

// Numbers of names, which are quicker to compare and smaller to keep. A name has one while it is held, and
// another name may have the same later. One thread.
class NameNumbers {
 public:
  NameNumbers() = default;
  NameNumbers(NameNumbers&&) = default;
  NameNumbers& operator=(NameNumbers&&) = default;

  NameNumber Find(std::string_view name) const;  // kNoName: nobody holds it
  NameNumber Hold(std::string_view name);        // each time until it is let go
  void LetGo(NameNumber number);

  std::size_t end() const { return held_.size(); }  // numbers are below it

 private:
  struct ByText : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Held {
    const std::string* name = nullptr;  // in `numbers_`
    std::uint32_t times = 0;
  };
  std::unordered_map<std::string, NameNumber, ByText, std::equal_to<>> numbers_;
  std::vector<Held> held_;  // by number
  std::vector<NameNumber> free_;
};

}  // namespace edm::master
