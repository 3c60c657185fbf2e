#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace edm::master {

// Records by key. Records are immutable once put, and a copy of the table shares them all: the loop hands
// copies to readers and goes on writing its own. The map itself is cloned at the first write after Share().
template <class Record>
class Table {
 public:
  using Pointer = std::shared_ptr<const Record>;
  using Map = std::map<std::string, Pointer, std::less<>>;

  Pointer Find(std::string_view key) const {
    const auto found = map_->find(key);
    return found == map_->end() ? nullptr : found->second;
  }
  const Map& all() const { return *map_; }
  std::size_t size() const { return map_->size(); }

  // The writer's side only.
  void Put(const std::string& key, Pointer record) { Own()[key] = std::move(record); }
  void Erase(const std::string& key) { Own().erase(key); }
  // A table for readers, which never changes again.
  Table Share() {
    shared_ = true;
    return *this;
  }

 private:
  Map& Own() {
    if (shared_) {
      map_ = std::make_shared<Map>(*map_);
      shared_ = false;
    }
    return *map_;
  }

  std::shared_ptr<Map> map_ = std::make_shared<Map>();
  bool shared_ = false;
};

}  // namespace edm::master
