#include "tests/unit/master/archive_bytes.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zlib.h>

namespace edm::master {
namespace {

constexpr std::size_t kBlock = 512;

std::string Padded(std::string bytes) {
  bytes.resize((bytes.size() + kBlock - 1) / kBlock * kBlock, '\0');
  return bytes;
}

std::string Written(archive* writer, const auto& fill) {
  std::string out(1U << 20U, '\0');
  std::size_t used = 0;
  archive_write_set_bytes_in_last_block(writer, 1);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  fill();
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

}  // namespace

std::string TarEntry(const TarFields& fields) {
  std::string header(kBlock, '\0');
  const auto put = [&](std::size_t at, std::string_view text, std::size_t most) {
    header.replace(at, std::min(text.size(), most), text.substr(0, most));
  };
  const auto size = fields.claimed_size == UINT64_MAX ? fields.content.size() : fields.claimed_size;
  put(0, fields.name, 100);
  put(100, fmt::format("{:07o}", fields.mode), 7);
  put(108, "0000000", 7);
  put(116, "0000000", 7);
  put(124, fmt::format("{:011o}", size), 11);
  put(136, "00000000000", 11);
  put(148, "        ", 8);
  header[156] = fields.type;
  put(157, fields.link, 100);
  put(257, std::string_view("ustar\00000", 8), 8);
  unsigned sum = 0;
  for (const auto c : header) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum), 6);
  header[154] = '\0';
  return header + Padded(fields.content);
}

std::string PaxHeader(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string body;
  for (const auto& [key, value] : records) {
    const auto rest = key.size() + value.size() + 3;  // space, '=', newline
    auto length = rest + 1;
    while (std::to_string(length).size() + rest != length) ++length;
    body += fmt::format("{} {}={}\n", length, key, value);
  }
  return TarEntry({.name = "PaxHeaders/x", .content = body, .type = 'x'});
}

std::string TarEnd() { return std::string(2 * kBlock, '\0'); }

std::string Tar(const std::vector<TarFields>& entries) {
  std::string bytes;
  for (const auto& entry : entries) bytes += TarEntry(entry);
  return bytes + TarEnd();
}

std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(std::string_view bytes) {
  auto* writer = archive_write_new();
  archive_write_add_filter_zstd(writer);
  archive_write_set_format_raw(writer);
  return Written(writer, [&] {
    auto* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(writer, entry);
    archive_write_data(writer, bytes.data(), bytes.size());
    archive_entry_free(entry);
  });
}

std::string Zip(const std::vector<TarFields>& entries) {
  auto* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  return Written(writer, [&] {
    for (const auto& fields : entries) {
      auto* entry = archive_entry_new();
      archive_entry_copy_pathname(entry, fields.name.c_str());
      archive_entry_set_filetype(entry, fields.type == '2'   ? AE_IFLNK
                                        : fields.type == '5' ? AE_IFDIR
                                                             : AE_IFREG);
      archive_entry_set_perm(entry, fields.mode);
      if (fields.type == '2') archive_entry_copy_symlink(entry, fields.link.c_str());
      archive_entry_set_size(entry, static_cast<la_int64_t>(fields.content.size()));
      archive_write_header(writer, entry);
      archive_write_data(writer, fields.content.data(), fields.content.size());
      archive_entry_free(entry);
    }
  });
}

}  // namespace edm::master
