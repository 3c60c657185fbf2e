#include "worker/adapters/disk/cache_ledger.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

namespace edm::worker {
namespace {

using nlohmann::json;

struct Kept {
  CacheIds ours;
  std::optional<CacheWindow> window;
};

Kept Read(const std::filesystem::path& path) {
  std::ifstream file(path);
  const auto read = json::parse(std::string(std::istreambuf_iterator<char>(file), {}), nullptr, false);
  Kept kept;
  try {
    if (!read.is_object()) return kept;
    kept.ours = read.at("ours").get<CacheIds>();
    if (!read.contains("window")) return kept;
    const auto& window = read["window"];
    kept.window = {.uses = window.at("uses").get<std::map<std::string, std::uint64_t>>(),
                   .was_busy = window.at("was_busy").get<bool>(),
                   .contexts = window.at("contexts").get<std::uint32_t>()};
  } catch (const json::exception&) {
    return {};
  }
  return kept;
}

}  // namespace

CacheLedger::CacheLedger(EngineDisk& engine, std::filesystem::path file)
    : engine_(engine), file_(std::move(file)) {
  auto kept = Read(file_);
  ours_ = std::move(kept.ours);
  window_ = std::move(kept.window);
  Keep();
}

void CacheLedger::Expect() {
  const std::lock_guard lock(mutex_);
  is_expecting_ = true;
  if (window_ && window_->contexts == 0) window_.reset();
}

void CacheLedger::Begin(std::size_t images) {
  const std::lock_guard lock(mutex_);
  ++under_way_;
  is_expecting_ = false;
  if (!window_) {
    const auto records = engine_.Cache();
    if (!records.ok()) return;
    window_ = OpenWindow(*records, ours_);
  }
  window_->contexts += static_cast<std::uint32_t>(images);
  Keep();
}

void CacheLedger::End() {
  const std::lock_guard lock(mutex_);
  --under_way_;
}

Result<CacheLedger::Look> CacheLedger::Records() {
  const std::lock_guard lock(mutex_);
  EDM_TRY(auto records, engine_.Cache());
  const bool is_watched = window_ || is_expecting_;
  if (window_) Claim(records);
  if (!window_ && is_expecting_) window_ = OpenWindow(records, ours_);
  if (is_watched) Keep();
  return Look{std::move(records), ours_};
}

void CacheLedger::Claim(const std::vector<CacheRecord>& records) {
  auto claimed = ClaimNew(*window_, records);
  bool is_at_rest = under_way_ == 0;
  for (const auto& one : records) {
    if (ours_.contains(one.id)) claimed.insert(one.id);
    // An engine ends a build that was broken off a moment later: what comes then is ours as well.
    if (one.is_in_use && !window_->uses.contains(one.id)) is_at_rest = false;
  }
  ours_ = std::move(claimed);
  if (is_at_rest) window_.reset();
}

void CacheLedger::Keep() const {
  json kept = {{"ours", ours_}};
  if (window_) {
    kept["window"] = {
        {"uses", window_->uses}, {"was_busy", window_->was_busy}, {"contexts", window_->contexts}};
  }
  // Replaced at once, and not synced: what a power cut takes from here stays on the engine, as if others had
  // made it.
  const auto part = std::filesystem::path(file_) += ".part";
  std::ofstream(part, std::ios::trunc) << kept.dump();
  std::error_code ignored;
  std::filesystem::rename(part, file_, ignored);
}

}  // namespace edm::worker
