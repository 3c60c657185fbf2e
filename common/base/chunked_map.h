#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edm {

// A map with string keys in order, for one writer and many readers: Share() gives a copy that never changes,
// in constant time, and a write after it copies the list of chunks once and each chunk that it touches, not
// the whole. Copies may be read on any thread while the writer goes on. Iterators die with the next write.
template <class Value>
class ChunkedMap {
 public:
  using value_type = std::pair<std::string, Value>;
  static constexpr std::size_t kEntriesMax = 64;               // of a chunk; then it is halved
  static constexpr std::size_t kEntriesFew = kEntriesMax / 4;  // with fewer it is joined to its neighbour

 private:
  // The writer whose number it bears may change it where it is.
  struct Chunk {
    std::uint64_t owner = 0;
    std::vector<value_type> entries;  // never empty
  };
  struct Spine {
    std::vector<std::shared_ptr<Chunk>> chunks;
    std::size_t size = 0;
  };

 public:
  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = ChunkedMap::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    const_iterator() = default;
    reference operator*() const { return spine_->chunks[chunk_]->entries[entry_]; }
    pointer operator->() const { return &**this; }
    const_iterator& operator++() {
      if (++entry_ == spine_->chunks[chunk_]->entries.size()) {
        ++chunk_;
        entry_ = 0;
      }
      return *this;
    }
    const_iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    bool operator==(const const_iterator&) const = default;

   private:
    friend ChunkedMap;
    const_iterator(const Spine* spine, std::size_t chunk, std::size_t entry)
        : spine_(spine), chunk_(chunk), entry_(entry) {}
    const Spine* spine_ = nullptr;
    std::size_t chunk_ = 0;
    std::size_t entry_ = 0;
  };

  ChunkedMap() = default;
  ChunkedMap(ChunkedMap&&) noexcept = default;
  ChunkedMap& operator=(ChunkedMap&&) noexcept = default;
  // By Share() alone: what is copied must know that it is shared from now on.
  ChunkedMap(const ChunkedMap&) = delete;
  ChunkedMap& operator=(const ChunkedMap&) = delete;

  // The writer's side only.
  ChunkedMap Share() {
    owner_ = NextOwner();
    is_spine_shared_ = true;
    ChunkedMap copy;
    copy.spine_ = spine_;
    copy.is_spine_shared_ = true;
    return copy;
  }

  std::size_t size() const { return spine_->size; }
  bool empty() const { return spine_->size == 0; }
  const_iterator begin() const { return {spine_.get(), 0, 0}; }
  const_iterator end() const { return {spine_.get(), spine_->chunks.size(), 0}; }

  const_iterator lower_bound(std::string_view key) const {
    const auto chunk = ChunkOf(key);
    if (chunk == spine_->chunks.size()) return end();
    const auto& entries = spine_->chunks[chunk]->entries;
    const auto entry = Position(entries, key);
    return entry == entries.size() ? const_iterator(spine_.get(), chunk + 1, 0)
                                   : const_iterator(spine_.get(), chunk, entry);
  }
  const_iterator upper_bound(std::string_view key) const {
    auto at = lower_bound(key);
    if (at != end() && at->first == key) ++at;
    return at;
  }
  const_iterator find(std::string_view key) const {
    const auto at = lower_bound(key);
    return at != end() && at->first == key ? at : end();
  }
  bool contains(std::string_view key) const { return find(key) != end(); }

  void Put(std::string_view key, Value value) {
    auto& spine = OwnSpine();
    const auto number = ChunkOf(key);
    if (spine.chunks.empty()) spine.chunks.push_back(std::make_shared<Chunk>(Chunk{owner_, {}}));
    auto& entries = OwnChunk(spine, number).entries;
    const auto at = Position(entries, key);
    if (at < entries.size() && entries[at].first == key) {
      entries[at].second = std::move(value);
      return;
    }
    entries.emplace(Iterator(entries, at), std::string(key), std::move(value));
    ++spine.size;
    if (entries.size() > kEntriesMax) Halve(spine, number);
  }

  void Erase(std::string_view key) {
    const auto found = find(key);
    if (found == end()) return;
    auto& spine = OwnSpine();
    auto& entries = OwnChunk(spine, found.chunk_).entries;
    entries.erase(Iterator(entries, found.entry_));
    --spine.size;
    if (entries.empty()) {
      spine.chunks.erase(Iterator(spine.chunks, found.chunk_));
    } else if (entries.size() < kEntriesFew) {
      Join(spine, found.chunk_ == 0 ? 0 : found.chunk_ - 1);
    }
  }

 private:
  static std::uint64_t NextOwner() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }

  template <class Items>
  static auto Iterator(Items& items, std::size_t number) {
    return items.begin() + static_cast<std::ptrdiff_t>(number);
  }

  // The last chunk that begins at or before the key, or the first one; 0 too when there is none.
  std::size_t ChunkOf(std::string_view key) const {
    const auto& chunks = spine_->chunks;
    const auto after = std::ranges::upper_bound(
        chunks, key, {}, [](const auto& chunk) -> std::string_view { return chunk->entries.front().first; });
    const auto number = static_cast<std::size_t>(after - chunks.begin());
    return number == 0 ? 0 : number - 1;
  }

  static std::size_t Position(const std::vector<value_type>& entries, std::string_view key) {
    const auto at = std::ranges::lower_bound(
        entries, key, {}, [](const auto& entry) -> std::string_view { return entry.first; });
    return static_cast<std::size_t>(at - entries.begin());
  }

  Spine& OwnSpine() {
    if (is_spine_shared_) spine_ = std::make_shared<Spine>(*spine_);
    is_spine_shared_ = false;
    return *spine_;
  }

  Chunk& OwnChunk(Spine& spine, std::size_t number) {
    auto& chunk = spine.chunks[number];
    if (chunk->owner != owner_) chunk = std::make_shared<Chunk>(Chunk{owner_, chunk->entries});
    return *chunk;
  }

  void Halve(Spine& spine, std::size_t number) {
    auto& entries = spine.chunks[number]->entries;
    const auto middle = Iterator(entries, entries.size() / 2);
    auto upper = std::make_shared<Chunk>(
        Chunk{owner_, {std::make_move_iterator(middle), std::make_move_iterator(entries.end())}});
    entries.erase(middle, entries.end());
    spine.chunks.insert(Iterator(spine.chunks, number + 1), std::move(upper));
  }

  // Two neighbours, when both fit into one and leave room.
  void Join(Spine& spine, std::size_t number) {
    if (number + 1 >= spine.chunks.size()) return;
    const auto& upper = spine.chunks[number + 1]->entries;
    if (spine.chunks[number]->entries.size() + upper.size() > kEntriesMax / 2) return;
    auto& entries = OwnChunk(spine, number).entries;
    entries.insert(entries.end(), upper.begin(), upper.end());
    spine.chunks.erase(Iterator(spine.chunks, number + 1));
  }

  std::shared_ptr<Spine> spine_ = std::make_shared<Spine>();
  std::uint64_t owner_ = NextOwner();
  bool is_spine_shared_ = false;
};

}  // namespace edm
