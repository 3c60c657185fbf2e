#include "common/rpc/method_table.h"

namespace edm::rpc {

const MethodTable::Method* MethodTable::Find(std::string_view path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : &found->second;
}

std::vector<std::string> MethodTable::Missing(const google::protobuf::ServiceDescriptor& service) const {
  std::vector<std::string> missing;
  for (int i = 0; i < service.method_count(); ++i) {
    const auto path = "/" + service.full_name() + "/" + service.method(i)->name();
    if (Find(path) == nullptr) missing.push_back(path);
  }
  return missing;
}

void MethodTable::Wrap(const std::function<Handler(const Method&)>& wrap) {
  for (auto& [path, method] : methods_) method.handler = wrap(method);
}

void MethodTable::Add(std::string_view name, const google::protobuf::Message& prototype, Handler handler) {
  const auto slash = name.find('/');
  EDM_ASSERT(slash != std::string_view::npos);
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      std::string(name.substr(0, slash)));
  EDM_ASSERT(service != nullptr);
  const auto* method = service->FindMethodByName(std::string(name.substr(slash + 1)));
  EDM_ASSERT(method != nullptr);
  EDM_ASSERT(method->input_type() == prototype.GetDescriptor());
  methods_["/" + std::string(name)] = Method{method, &prototype, std::move(handler)};
}

}  // namespace edm::rpc
