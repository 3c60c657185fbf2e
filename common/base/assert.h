#pragma once

namespace edm {

// Prints where, and aborts. A broken promise between functions of ours must not run on in any build.
[[noreturn]] void AssertionFailed(const char* condition, const char* file, int line);

}  // namespace edm

#define EDM_ASSERT(condition)                                 \
  do {                                                        \
    if (!(condition)) [[unlikely]]                            \
      ::edm::AssertionFailed(#condition, __FILE__, __LINE__); \
  } while (false)
