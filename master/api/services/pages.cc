#include "master/api/services/pages.h"

#include "common/base/bytes.h"

namespace edm::master {
namespace {

constexpr std::string_view kMark = "p1:";

}  // namespace

Result<Page> PageOf(std::uint32_t size, const std::string& token) {
  if (size > kPageSizeMax) {
    return Error{
        Code::kInvalidArgument, "page_size", "it is " + std::to_string(size), {}, "give 1,000 at most"};
  }
  Page page{size == 0 ? kPageSizeDefault : size, ""};
  if (token.empty()) return page;
  const auto text = FromBase64(token);
  if (!text || !text->starts_with(kMark)) {
    return Error{Code::kInvalidArgument,
                 "page_token",
                 "it is none that this master gave",
                 {},
                 "take next_page_token of the page before, as it is"};
  }
  page.after = text->substr(kMark.size());
  return page;
}

std::string TokenAfter(const std::string& key) { return ToBase64(std::string(kMark) + key); }

}  // namespace edm::master
