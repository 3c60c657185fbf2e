#pragma once

#include <memory>

namespace edm {

// Calls a C library's own function when the owner goes: std::unique_ptr<BIO, FreeBy<BIO_free>>.
template <auto kFree>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

// One object of a C library; null holds nothing.
template <class T, auto kFree>
using Owned = std::unique_ptr<T, FreeBy<kFree>>;

}  // namespace edm
