#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/chunked_map.h"

namespace edm::master {

// Records by key. Records are immutable once put, and a copy of the table shares them all: the loop hands
// copies to readers and goes on writing its own.
template <class Record>
class Table {
 public:
  using Pointer = std::shared_ptr<const Record>;
  using Map = ChunkedMap<Pointer>;

  Pointer Find(std::string_view key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : found->second;
  }
  const Map& all() const { return map_; }
  std::size_t size() const { return map_.size(); }
  // What is there now, for a walk during which the table changes.
  std::vector<Pointer> Records() const {
    std::vector<Pointer> records;
    records.reserve(size());
    for (const auto& [key, record] : map_) records.push_back(record);
    return records;
  }

  // The writer's side only.
  void Put(const std::string& key, Pointer record) { map_.Put(key, std::move(record)); }
  void Erase(const std::string& key) { map_.Erase(key); }
  // A table for readers, which never changes again.
  Table Share() {
    Table copy;
    copy.map_ = map_.Share();
    return copy;
  }

 private:
  Map map_;
};

}  // namespace edm::master
