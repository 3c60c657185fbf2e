#include "common/rpc/mapping/release.h"

#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/instance.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"

namespace edm::rpc {

v1::Release ToProto(const Release& release) {
  v1::Release message;
  message.set_instance(release.instance);
  message.set_number(release.number);
  *message.mutable_source() = ToProto(release.source);
  message.set_template_(release.template_name);
  message.set_template_commit(release.template_commit);
  MapInto(release.images, message.mutable_images(), [](const ReleaseImage& one) { return ToProto(one); });
  for (const auto& grant : release.grants) message.add_grants(grant);
  message.set_worker(release.worker);
  message.set_good(release.good);
  message.set_kept(release.kept);
  message.set_operation(release.operation);
  *message.mutable_created_at() = ToProto(release.created_at);
  return message;
}

Release FromProto(const v1::Release& message) {
  Release release;
  release.instance = message.instance();
  release.number = message.number();
  release.source = FromProto(message.source());
  release.template_name = message.template_();
  release.template_commit = message.template_commit();
  release.images =
      MapAll<ReleaseImage>(message.images(), [](const v1::Release::Image& one) { return FromProto(one); });
  release.grants = {message.grants().begin(), message.grants().end()};
  release.worker = message.worker();
  release.good = message.good();
  release.kept = message.kept();
  release.operation = message.operation();
  release.created_at = FromProto(message.created_at());
  return release;
}

}  // namespace edm::rpc
