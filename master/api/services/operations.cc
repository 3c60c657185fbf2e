#include <algorithm>

#include "common/base/text.h"
#include "common/base/time.h"
#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/operation_wait.h"
#include "master/api/services/origin.h"
#include "master/api/services/pages.h"
#include "master/api/services/reply.h"

namespace edm::master {
namespace {

// Newest first; two of one millisecond by id.
std::string SortKey(const Operation& operation) {
  const auto millis = static_cast<std::uint64_t>(operation.created_at.time_since_epoch().count());
  auto digits = std::to_string(UINT64_MAX - millis);
  digits.insert(0, 20 - digits.size(), '0');
  return digits + operation.id;
}

bool StateMatches(const std::string& wanted, OperationState state) {
  return wanted.empty() ||
         Folded(wanted) == Folded(v1::Operation::State_Name(static_cast<v1::Operation::State>(state)));
}

Status CheckState(const std::string& wanted) {
  if (wanted.empty()) return Ok();
  for (int i = v1::Operation::State_MIN; i <= v1::Operation::State_MAX; ++i) {
    if (StateMatches(wanted, static_cast<OperationState>(i))) return Ok();
  }
  return Error{Code::kInvalidArgument,
               "state",
               "there is no state " + Shown(wanted),
               {},
               "for example RUNNING, DONE, FAILED"};
}

Result<v1::ListOperationsResponse> List(const State& state, const v1::ListOperationsRequest& request) {
  EDM_TRY(const auto page, PageOf(request.page_size(), request.page_token()));
  EDM_CHECK(CheckState(request.state()));
  std::vector<std::pair<std::string, const Operation*>> found;
  for (const auto& [id, record] : state.operations.all()) {
    const auto& operation = record->operation;
    if (!request.instance().empty() && operation.instance != request.instance()) continue;
    if (!StateMatches(request.state(), operation.state)) continue;
    auto key = SortKey(operation);
    if (key > page.after) found.emplace_back(std::move(key), &operation);
  }
  std::sort(found.begin(), found.end());
  v1::ListOperationsResponse response;
  const auto given = std::min<std::size_t>(found.size(), page.size);
  for (std::size_t i = 0; i < given; ++i) *response.add_operations() = rpc::ToProto(*found[i].second);
  if (given < found.size() && given > 0) response.set_next_page_token(TokenAfter(found[given - 1].first));
  return response;
}

}  // namespace

void RegisterOperations(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::GetOperationRequest>("edm.v1.Master/GetOperation",
                                    [parts](CallPointer call, const auto& request) {
                                      const auto record = FindOperation(*parts.cluster.View(), request.id());
                                      if (!record.ok()) return call->Finish(record.error());
                                      Reply(*call, rpc::ToProto((*record)->operation));
                                    });
  table.On<v1::ListOperationsRequest>("edm.v1.Master/ListOperations",
                                      [parts](CallPointer call, const auto& request) {
                                        const auto response = List(*parts.cluster.View(), request);
                                        if (!response.ok()) return call->Finish(response.error());
                                        Reply(*call, *response);
                                      });
  table.On<v1::CancelOperationRequest>(
      "edm.v1.Master/CancelOperation", [parts](CallPointer call, const auto& request) {
        auto origin = OriginOf(*call, parts, request);
        if (!origin.ok()) return call->Finish(origin.error());
        parts.cluster.Submit(CancelOperation{std::move(origin).value(), request.id()},
                             [call, &cluster = parts.cluster](const Result<Accepted>& accepted) {
                               ReplyOperation(*call, cluster, accepted);
                             });
      });
  const auto wait = std::make_shared<OperationWait>(parts.cluster, parts.log, parts.pool);
  table.On<v1::WaitOperationRequest>("edm.v1.Master/WaitOperation", [parts, wait](CallPointer call,
                                                                                  const auto& request) {
    const auto record = FindOperation(*parts.cluster.View(), request.id());
    if (!record.ok()) return call->Finish(record.error());
    const auto timeout = request.has_timeout() ? rpc::FromProto(request.timeout()) : OperationWait::kDefault;
    const auto id = request.id();
    const auto answer = [call, id, &cluster = parts.cluster] {
      ReplyOperation(*call, cluster, Accepted{"", id, "", false});
    };
    if (IsTerminal((*record)->operation.state)) return answer();
    wait->Begin(id, std::clamp(timeout, Millis(0), OperationWait::kMost), answer);
  });
}

}  // namespace edm::master
