#include "edmctl/client/all_instances.h"

#include <utility>

namespace edm::ctl {
namespace {

constexpr std::uint32_t kPageSize = 500;  // instances

}  // namespace

Result<v1::ListInstancesResponse> AllInstances(MasterClient& master, v1::ListInstancesRequest request) {
  v1::ListInstancesResponse all;
  request.set_page_size(kPageSize);
  for (;;) {
    EDM_TRY(auto page, master.Call<v1::ListInstancesResponse>("ListInstances", request));
    for (auto& instance : *page.mutable_instances()) *all.add_instances() = std::move(instance);
    if (page.next_page_token().empty() || page.next_page_token() == request.page_token()) return all;
    request.set_page_token(page.next_page_token());
  }
}

}  // namespace edm::ctl
