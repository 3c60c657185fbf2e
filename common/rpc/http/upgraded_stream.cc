#include "common/rpc/http/upgraded_stream.h"

#include <poll.h>

#include <algorithm>

namespace edm::rpc {
namespace {

// Lives as long as its session: no deadline, ended by Close.
class UpgradedStream final : public DuplexStream {
 public:
  UpgradedStream(std::unique_ptr<Transport> transport, std::string begun, std::string url)
      : transport_(std::move(transport)), begun_(std::move(begun)), url_(std::move(url)) {}

  Result<std::size_t> Read(std::span<char> into) override {
    if (!begun_.empty()) {
      const auto count = std::min(into.size(), begun_.size());
      std::copy_n(begun_.begin(), count, into.begin());
      begun_.erase(0, count);
      return count;
    }
    while (true) {
      auto moved = transport_->ReadSome(into);
      if (!moved.ok()) return About(std::move(moved).error(), url_);
      if (moved->bytes > 0 || moved->ended) return moved->bytes;
      if (auto ready = patience_.Await(transport_->fd(), POLLIN); !ready.ok())
        return About(std::move(ready).error(), url_);
    }
  }

  Status Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      auto moved = transport_->WriteSome(bytes);
      if (!moved.ok()) return About(std::move(moved).error(), url_);
      bytes.remove_prefix(moved->bytes);
      if (moved->bytes > 0) continue;
      if (auto ready = patience_.Await(transport_->fd(), POLLOUT); !ready.ok())
        return About(std::move(ready).error(), url_);
    }
    return Ok();
  }

  void CloseWrite() override { transport_->ShutdownWrite(); }
  void Close() override { closed_.Set(); }

 private:
  const std::unique_ptr<Transport> transport_;
  std::string begun_;
  const std::string url_;
  WakeEvent closed_;
  const Patience patience_{kNever, kNever, &closed_};
};

}  // namespace

std::unique_ptr<DuplexStream> MakeUpgradedStream(std::unique_ptr<Transport> transport, std::string begun,
                                                 std::string url) {
  return std::make_unique<UpgradedStream>(std::move(transport), std::move(begun), std::move(url));
}

}  // namespace edm::rpc
