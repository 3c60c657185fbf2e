#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edm::master {

// Archives made byte by byte, as no honest program would make them.
struct TarFields {
  std::string name;
  std::string content;
  char type = '0';
  unsigned mode = 0644;
  std::string link;
  std::uint64_t claimed_size = UINT64_MAX;  // in the header; by default that of the content
};

std::string TarEntry(const TarFields& fields);
// A pax header in front of the entry: "path", "linkpath", "size".
std::string PaxHeader(const std::vector<std::pair<std::string, std::string>>& records);
std::string TarEnd();  // two blocks of zeros
std::string Tar(const std::vector<TarFields>& entries);

std::string Gzip(std::string_view bytes);
std::string Zstd(std::string_view bytes);
// Deflated, names and modes as given; symlinks have type '2'.
std::string Zip(const std::vector<TarFields>& entries);

}  // namespace edm::master
