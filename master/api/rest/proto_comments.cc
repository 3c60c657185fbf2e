#include "master/api/rest/proto_comments.h"

#include <google/protobuf/descriptor.pb.h>

#include "common/base/assert.h"
#include "common/base/text.h"

namespace edm::proto {
// Made by the build (proto/CMakeLists.txt).
extern const unsigned char kDescriptorSet[];
extern const unsigned kDescriptorSetSize;
}  // namespace edm::proto

namespace edm::master::rest {
namespace {

// One paragraph of a comment's lines.
std::string Flowed(std::string_view comment) {
  std::string text;
  for (const auto& line : Split(comment, '\n')) {
    const auto trimmed = Trim(line);
    if (trimmed.empty()) continue;
    if (!text.empty()) text += ' ';
    text += trimmed;
  }
  return text;
}

template <class Descriptor>
std::string CommentOf(const Descriptor* descriptor) {
  google::protobuf::SourceLocation location;
  if (descriptor == nullptr || !descriptor->GetSourceLocation(&location)) return "";
  auto text = Flowed(location.leading_comments);
  return text.empty() ? Flowed(location.trailing_comments) : text;
}

}  // namespace

ProtoComments::ProtoComments() {
  google::protobuf::FileDescriptorSet files;
  const bool read = files.ParseFromArray(proto::kDescriptorSet, static_cast<int>(proto::kDescriptorSetSize));
  EDM_ASSERT(read);
  for (const auto& file : files.file()) EDM_ASSERT(pool_.BuildFile(file) != nullptr);
}

std::string ProtoComments::OfMethod(const std::string& full_name) const {
  return CommentOf(pool_.FindMethodByName(full_name));
}
std::string ProtoComments::OfMessage(const std::string& full_name) const {
  return CommentOf(pool_.FindMessageTypeByName(full_name));
}
std::string ProtoComments::OfField(const std::string& full_name) const {
  return CommentOf(pool_.FindFieldByName(full_name));
}

}  // namespace edm::master::rest
