#include "master/api/rest/json_memo.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "master/api/rest/json.h"

namespace edm::master::rest {
namespace {

// Maps in the order of their keys: else one message would have several keys.
std::string KeyOf(const google::protobuf::Message& message) {
  auto key = message.GetDescriptor()->full_name() + '\n';
  google::protobuf::io::StringOutputStream stream(&key);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&out);
  return key;
}

}  // namespace

std::string JsonMemo::Show(const google::protobuf::Message& message) {
  if (message.ByteSizeLong() > kMessageBytesMax) return ToJson(message, true);
  auto key = KeyOf(message);
  std::string text;
  if (Find(key, text)) return text;
  text = ToJson(message, true);
  Keep(std::move(key), text);
  return text;
}

bool JsonMemo::Find(const std::string& key, std::string& text) {
  const std::lock_guard lock(mutex_);
  if (const auto found = recent_.find(key); found != recent_.end()) {
    text = found->second;
    return true;
  }
  auto found = older_.extract(key);
  if (!found) return false;
  text = found.mapped();
  recent_.insert(std::move(found));
  return true;
}

void JsonMemo::Keep(std::string key, const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (recent_.size() >= kEntriesMax) older_ = std::exchange(recent_, {});
  recent_.emplace(std::move(key), text);
}

}  // namespace edm::master::rest
