#include "common/app/resident_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>

namespace edm {
namespace {

// Two cores' worth of threads that allocate at the same time; each heap keeps some freed memory of its own.
constexpr int kHeapsMax = 4;

SteadyTime SteadyNow() { return std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()); }

#ifdef NDEBUG
int UnmapUntouched(dl_phdr_info* object, std::size_t, void*) {
  const auto page = static_cast<ElfW(Addr)>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    // What is writable holds relocated pointers, even where it is read-only by now: those exist here alone.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const auto begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const auto end = (object->dlpi_addr + segment.p_vaddr + segment.p_filesz) & ~(page - 1);
    if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}
#endif

}  // namespace

ResidentMemory::ResidentMemory() : next_(SteadyNow() + kFirstAfter) { ::mallopt(M_ARENA_MAX, kHeapsMax); }

void ResidentMemory::Tick() {
  if (SteadyNow() < next_) return;
  ReturnMemory();
  next_ = SteadyNow() + kEvery;
}

void ReturnMemory() {
  ::malloc_trim(0);
#ifdef NDEBUG
  ::dl_iterate_phdr(UnmapUntouched, nullptr);
#endif
}

}  // namespace edm
