#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace edm::worker {

// Takes apart a stream of JSON documents, one a line. A line that is not JSON is skipped, as is one longer
// than kLineBytesMax. Pure.
class JsonLines {
 public:
  static constexpr std::size_t kLineBytesMax = 16 * 1024 * 1024;  // a build may print long lines

  using Sink = std::function<void(const nlohmann::json& document)>;
  void Feed(std::string_view bytes, const Sink& sink);
  // The last line may lack its end.
  void Finish(const Sink& sink);

 private:
  std::string waiting_;
};

}  // namespace edm::worker
