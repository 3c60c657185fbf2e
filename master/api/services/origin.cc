#include "master/api/services/origin.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>

#include "common/base/bytes.h"
#include "common/model/names.h"

namespace edm::master {
namespace {

// The same bytes for the same message: maps come in the order of their keys.
std::string Canonical(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void ClearField(google::protobuf::Message& message, const char* name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  if (field != nullptr) message.GetReflection()->ClearField(&message, field);
}

}  // namespace

Result<Origin> OriginOf(const rpc::ServerCall& call, const ServiceParts& parts,
                        const google::protobuf::Message& request, std::string_view extra) {
  Origin origin;
  origin.actor = call.caller().name;
  origin.token_id = call.caller().token_id;
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field != nullptr) origin.request_id = request.GetReflection()->GetString(request, field);
  if (origin.request_id.empty()) return origin;
  EDM_CHECK(CheckRequestId(origin.request_id));
  const std::unique_ptr<google::protobuf::Message> bare(request.New());
  bare->CopyFrom(request);
  ClearField(*bare, "request_id");
  ClearField(*bare, "data");
  origin.request_key = ToHex(parts.secrets.Hash(origin.token_id + '\n' + origin.request_id));
  origin.request_digest =
      ToHex(parts.secrets.Hash(request.GetTypeName() + '\n' + Canonical(*bare) + '\n' + std::string(extra)));
  return origin;
}

std::string FreshOperationId(Entropy& entropy) { return "op-" + ToHex(entropy.Bytes(6)); }

}  // namespace edm::master
