#pragma once

#include <archive.h>
#include <locale.h>

#include <optional>

#include "common/base/owned.h"
#include "common/base/result.h"

namespace edm::master {

using ArchiveHandle = Owned<archive, archive_read_free>;

// libarchive turns names into this thread's character set: for as long as this lives, that is UTF-8.
class Utf8Names {
 public:
  Utf8Names() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(uselocale(utf8_)) {}
  ~Utf8Names() {
    uselocale(before_);
    if (utf8_ != nullptr) freelocale(utf8_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  const locale_t utf8_;
  const locale_t before_;
};

// What libarchive says, or, when our own callback failed below it, that error.
Error ArchiveError(archive* reader, const std::optional<Error>& below);

}  // namespace edm::master
