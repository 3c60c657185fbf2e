#include "master/adapters/backup/master_backup.h"

#include <deque>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "master/adapters/backup/files_part.h"
#include "master/adapters/backup/repo_part.h"
#include "master/adapters/backup/state_part.h"

namespace edm::master {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;

// One content that is in memory already.
class TextPart final : public BackupPart {
 public:
  TextPart(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {}
  Result<bool> Step(TarStream& to) override {
    EDM_CHECK(to.AddFile(name_, 0600, text_));
    return false;
  }

 private:
  const std::string name_;
  const std::string text_;
};

// All bare repos that stand when its turn comes, one after the other. Names with a dot in front are ours.
class ReposPart final : public BackupPart {
 public:
  explicit ReposPart(fs::path root) : root_(std::move(root)) {}

  Result<bool> Step(TarStream& to) override {
    if (!listed_) {
      List();
      return true;
    }
    if (repos_.empty()) return false;
    EDM_TRY(const bool more, repos_.front().Step(to));
    if (!more) repos_.pop_front();
    return true;
  }

 private:
  void List() {
    listed_ = true;
    std::error_code failed;
    for (const auto& owner : Folders(root_)) {
      for (const auto& repo : Folders(owner)) {
        repos_.emplace_back(repo, "git/" + repo.lexically_relative(root_).string());
      }
    }
  }
  static std::vector<fs::path> Folders(const fs::path& folder) {
    std::vector<fs::path> folders;
    std::error_code failed;
    for (auto at = fs::directory_iterator(folder, failed); !failed && at != fs::directory_iterator();
         at.increment(failed)) {
      if (at->is_directory(failed) && !at->path().filename().string().starts_with('.'))
        folders.push_back(at->path());
    }
    return folders;
  }

  const fs::path root_;
  bool listed_ = false;
  std::deque<RepoPart> repos_;
};

}  // namespace

class MasterBackup::Reader final : public BackupReader {
 public:
  explicit Reader(std::shared_ptr<std::atomic<int>> under_way) : under_way_(std::move(under_way)) {}
  ~Reader() override { --*under_way_; }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Add(std::unique_ptr<BackupPart> part) { parts_.push_back(std::move(part)); }

  Result<std::string> Next() override {
    while (tar_.size() < kPieceBytesMax && !closed_) {
      if (parts_.empty()) {
        EDM_CHECK(tar_.Close());
        closed_ = true;
        break;
      }
      EDM_TRY(const bool more, parts_.front()->Step(tar_));
      if (!more) parts_.pop_front();
    }
    return tar_.Take(kPieceBytesMax);
  }

 private:
  const std::shared_ptr<std::atomic<int>> under_way_;
  TarStream tar_;
  std::deque<std::unique_ptr<BackupPart>> parts_;
  bool closed_ = false;
};

std::string MasterBackup::Manifest(const State& state) const {
  return nlohmann::ordered_json{{"format", kFormat},
                                {"edm", parts_.version},
                                {"made_at", FormatRfc3339(parts_.clock.Now())},
                                {"epoch", state.epoch},
                                {"instances", state.instances.size()},
                                {"workers", state.workers.size()},
                                {"has_repos", parts_.has_repos},
                                {"data_dir", parts_.data.string()}}
             .dump(1) +
         "\n";
}

Result<std::unique_ptr<BackupReader>> MasterBackup::Open() {
  if (++*under_way_ > kUnderWayMax) {
    --*under_way_;
    return Error{Code::kResourceExhausted, "backup", "two are under way already", {}, "wait for one of them"};
  }
  auto reader = std::make_unique<Reader>(under_way_);
  const auto state = parts_.view();
  reader->Add(std::make_unique<TextPart>("manifest.json", Manifest(*state)));
  std::deque<FilesPart::File> files{{"keys/ca.pem", parts_.data / "ca" / "ca.pem", true},
                                    {"keys/ca.crt", parts_.data / "ca" / "ca.crt", false},
                                    {"keys/seal.key", parts_.data / "seal.key", true},
                                    {"keys/admin.token", parts_.data / "admin.token", false}};
  if (!parts_.config_file.empty()) files.push_back({"config/master.yaml", parts_.config_file, false});
  reader->Add(std::make_unique<FilesPart>(std::move(files)));
  reader->Add(std::make_unique<StatePart>(*state, parts_.sealer));
  if (parts_.has_repos) reader->Add(std::make_unique<ReposPart>(parts_.git));
  return std::unique_ptr<BackupReader>(std::move(reader));
}

}  // namespace edm::master
