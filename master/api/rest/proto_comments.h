#pragma once

#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>

namespace edm::master::rest {

// The comments of our protos, from descriptors with source positions that the build embeds; the generated
// pool has none.
class ProtoComments {
 public:
  ProtoComments();
  // Above or beside the method, message or field of that full name, without line breaks; "" if there is none.
  std::string OfMethod(const std::string& full_name) const;
  std::string OfMessage(const std::string& full_name) const;
  std::string OfField(const std::string& full_name) const;

 private:
  google::protobuf::DescriptorPool pool_;
};

}  // namespace edm::master::rest
