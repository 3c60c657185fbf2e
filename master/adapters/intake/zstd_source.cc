#include <archive_entry.h>

#include <array>
#include <optional>

#include "master/adapters/intake/byte_source.h"
#include "master/adapters/intake/libarchive_handle.h"

namespace edm::master {
namespace {

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(std::unique_ptr<ByteSource> packed)
      : packed_(std::move(packed)), reader_(archive_read_new()) {}

  Status Open() {
    archive_read_support_filter_zstd(reader_.get());
    archive_read_support_format_raw(reader_.get());
    archive_entry* entry = nullptr;
    if (archive_read_open(reader_.get(), this, nullptr, &ZstdSource::Pull, nullptr) != ARCHIVE_OK ||
        archive_read_next_header(reader_.get(), &entry) != ARCHIVE_OK) {
      return ArchiveError(reader_.get(), below_);
    }
    return Ok();
  }

  Result<std::size_t> Read(std::span<char> into) override {
    const auto count = archive_read_data(reader_.get(), into.data(), into.size());
    if (count < 0) return ArchiveError(reader_.get(), below_);
    return static_cast<std::size_t>(count);
  }

 private:
  static la_ssize_t Pull(archive* reader, void* self, const void** bytes) {
    auto* source = static_cast<ZstdSource*>(self);
    auto count = source->packed_->Read(source->input_);
    *bytes = source->input_.data();
    if (count.ok()) return static_cast<la_ssize_t>(*count);
    source->below_ = count.error();
    archive_set_error(reader, EIO, "the upload cannot be read");
    return -1;
  }

  const std::unique_ptr<ByteSource> packed_;
  std::array<char, 64 * 1024> input_;
  std::optional<Error> below_;
  ArchiveHandle reader_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> Unzstd(std::unique_ptr<ByteSource> packed) {
  auto source = std::make_unique<ZstdSource>(std::move(packed));
  EDM_CHECK(source->Open());
  return std::unique_ptr<ByteSource>(std::move(source));
}

}  // namespace edm::master
