#pragma once

#include <google/protobuf/message.h>

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace edm::master::rest {

// The JSON of messages that were shown lately: making it takes longer than all the rest of a GET. Found by
// type and content, so it is never out of date. Any thread.
class JsonMemo {
 public:
  static constexpr std::size_t kEntriesMax = 128;            // twice: recent and older
  static constexpr std::size_t kMessageBytesMax = 4 * 1024;  // larger ones are made each time

  // As json.h has it, indented.
  std::string Show(const google::protobuf::Message& message);

 private:
  using Texts = std::unordered_map<std::string, std::string>;  // by type and bytes

  bool Find(const std::string& key, std::string& text);
  void Keep(std::string key, const std::string& text);

  std::mutex mutex_;
  Texts recent_;  // guarded by mutex_
  Texts older_;   // guarded by mutex_; what is asked for again moves to recent_, the rest goes with the next
                  // turn
};

}  // namespace edm::master::rest
