#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "edmctl/source/scan.h"

namespace edm::ctl {

inline constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;  // of an archive, as the API takes it

struct ArchiveSink {
  // Takes the next piece, of kPieceBytes at most; false: no more is wanted.
  std::function<bool(std::string_view piece)> on_piece;
  // Bytes of the files read so far.
  std::function<void(std::uint64_t read)> on_progress;
};

// A tar.gz of what was scanned, streamed. The same files give the same bytes: sorted, without times, owners
// and other modes than 0644 and 0755. Error kAborted: a file changed its size meanwhile, or the sink stopped.
Status WriteArchive(const std::string& folder, const Scan& scan, const ArchiveSink& sink);

}  // namespace edm::ctl
