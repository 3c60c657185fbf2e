#include "common/adapters/kv/sqlite_kv_store.h"

#include <sys/stat.h>

#include <mutex>

#include "common/adapters/kv/change_log.h"
#include "common/adapters/kv/sqlite_database.h"
#include "common/adapters/kv/transaction.h"
#include "common/adapters/system/file_lock.h"

namespace edm {
namespace {

constexpr std::uint64_t kApplicationId = 0x65646d31;  // "edm1", in the file's header
// The row with the empty key holds the counter of revisions.
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS kv(key TEXT PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO kv VALUES('', x'', 1);"
    "PRAGMA application_id=1701080369;";

}  // namespace

// One connection writes, another reads: a reader does not wait for a writer's fsync.
class SqliteKvStore::Database {
 public:
  Database(FileLock lock, std::unique_ptr<SqliteDatabase> writer, std::unique_ptr<SqliteDatabase> reader,
           KvRevision revision)
      : lock_(std::move(lock)), writer_(std::move(writer)), reader_(std::move(reader)), changes_(revision) {
    begin_ = writer_->Prepare("BEGIN IMMEDIATE");
    commit_ = writer_->Prepare("COMMIT");
    find_ = writer_->Prepare("SELECT revision FROM kv WHERE key=?1");
    put_ = writer_->Prepare(
        "INSERT INTO kv VALUES(?1,?2,?3) ON CONFLICT(key) DO UPDATE SET value=?2, revision=?3");
    remove_ = writer_->Prepare("DELETE FROM kv WHERE key=?1");
    get_ = reader_->Prepare("SELECT value, revision FROM kv WHERE key=?1");
    list_ = reader_->Prepare(
        "SELECT key, value, revision FROM kv WHERE key>=?1 AND key<?2 AND key>'' ORDER BY key");
    read_begin_ = reader_->Prepare("BEGIN");
    read_end_ = reader_->Prepare("COMMIT");
  }

  Result<std::optional<KvEntry>> Get(const std::string& key) {
    const std::lock_guard lock(read_mutex_);
    return Find(key);
  }

  Result<KvSnapshot> List(const std::string& prefix) {
    const std::lock_guard lock(read_mutex_);
    EDM_CHECK(read_begin_->Run());
    auto snapshot = Collect(prefix);
    if (!snapshot.ok()) reader_->Rollback();
    EDM_CHECK(snapshot.ok() ? read_end_->Run() : Ok());
    return snapshot;
  }

  Status Transact(const std::vector<KvOp>& ops) {
    const std::lock_guard lock(write_mutex_);
    std::vector<std::string> changed;
    auto revision = Write(ops, changed);
    if (!revision.ok()) {
      writer_->Rollback();
      return std::move(revision).error();
    }
    changes_.Record(changed, *revision);
    return Ok();
  }

  void Await(const std::string& prefix, KvRevision since, Millis wait) {
    changes_.Await(prefix, since, wait);
  }

 private:
  Result<std::optional<KvEntry>> Find(const std::string& key) {
    get_->BindText(1, key);
    EDM_TRY(const bool row, get_->Step());
    std::optional<KvEntry> entry;
    if (row) entry = KvEntry{key, get_->Text(0), get_->Number(1)};
    get_->Reset();
    return entry;
  }

  // Inside one read transaction, so that the revision fits the entries.
  Result<KvSnapshot> Collect(const std::string& prefix) {
    KvSnapshot snapshot;
    EDM_TRY(const auto counter, Find(""));
    snapshot.revision = counter ? counter->revision : 0;
    list_->BindText(1, prefix);
    list_->BindText(2, PrefixEnd(prefix).value_or("\x7f"));
    while (true) {
      EDM_TRY(const bool row, list_->Step());
      if (!row) break;
      snapshot.entries.push_back({list_->Text(0), list_->Text(1), list_->Number(2)});
    }
    list_->Reset();
    return snapshot;
  }

  Result<KvRevision> RevisionOf(const std::string& key) {
    find_->BindText(1, key);
    EDM_TRY(const bool row, find_->Step());
    const KvRevision revision = row ? find_->Number(0) : 0;
    find_->Reset();
    return revision;
  }

  Status Put(const std::string& key, const std::string& value, KvRevision revision) {
    put_->BindText(1, key);
    put_->BindBlob(2, value);
    put_->BindNumber(3, revision);
    return put_->Run();
  }

  Result<KvRevision> Write(const std::vector<KvOp>& ops, std::vector<std::string>& changed) {
    EDM_CHECK(begin_->Run());
    EDM_TRY(const auto last, RevisionOf(""));
    const auto revision = last + 1;
    for (const auto& op : ops) {
      if (op.expected || op.kind == KvOp::Kind::kDelete) {
        EDM_TRY(const auto found, RevisionOf(op.key));
        EDM_CHECK(CheckExpected(op, found));
        if (op.kind == KvOp::Kind::kCheck || (op.kind == KvOp::Kind::kDelete && found == 0)) continue;
      }
      changed.push_back(op.key);
      if (op.kind == KvOp::Kind::kPut) {
        EDM_CHECK(Put(op.key, op.value, revision));
      } else {
        remove_->BindText(1, op.key);
        EDM_CHECK(remove_->Run());
      }
    }
    if (!changed.empty()) EDM_CHECK(Put("", "", revision));
    EDM_CHECK(commit_->Run());
    return revision;
  }

  const FileLock lock_;
  std::mutex write_mutex_;
  std::mutex read_mutex_;
  const std::unique_ptr<SqliteDatabase> writer_;
  const std::unique_ptr<SqliteDatabase> reader_;
  ChangeLog changes_;
  std::unique_ptr<SqliteStatement> begin_, commit_, find_, put_, remove_;  // guarded by write_mutex_
  std::unique_ptr<SqliteStatement> get_, list_, read_begin_, read_end_;    // guarded by read_mutex_
};

Result<std::unique_ptr<SqliteKvStore>> SqliteKvStore::Open(const std::string& path) {
  EDM_TRY(auto lock, FileLock::Take(path + ".lock"));
  EDM_TRY(auto writer, SqliteDatabase::Open(path, true));
  EDM_TRY(const auto application, writer->Number("PRAGMA application_id"));
  EDM_TRY(const auto tables, writer->Number("SELECT count(*) FROM sqlite_schema"));
  if (tables > 0 && application != kApplicationId) {
    return Error{
        Code::kFailedPrecondition, "state file " + path, "it was not made by edm", {}, "set another path"};
  }
  // The journal's files take this mode over.
  ::chmod(path.c_str(), 0600);
  EDM_CHECK(writer->Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF;"));
  if (tables == 0) EDM_CHECK(writer->Execute((std::string("BEGIN;") + kSchema + "COMMIT;").c_str()));
  EDM_TRY(auto reader, SqliteDatabase::Open(path, false));
  EDM_TRY(const auto revision, writer->Number("SELECT revision FROM kv WHERE key=''"));
  return std::unique_ptr<SqliteKvStore>(new SqliteKvStore(
      std::make_unique<Database>(std::move(lock), std::move(writer), std::move(reader), revision)));
}

SqliteKvStore::SqliteKvStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
SqliteKvStore::~SqliteKvStore() = default;

Result<std::optional<KvEntry>> SqliteKvStore::Get(const std::string& key) {
  EDM_CHECK(CheckKey(key));
  return database_->Get(key);
}

Result<KvSnapshot> SqliteKvStore::List(const std::string& prefix) { return database_->List(prefix); }

Status SqliteKvStore::Transact(const std::vector<KvOp>& ops) {
  EDM_CHECK(CheckTransaction(ops, limits()));
  return database_->Transact(ops);
}

Result<KvSnapshot> SqliteKvStore::Watch(const std::string& prefix, KvRevision since, Millis wait) {
  database_->Await(prefix, since, wait);
  return database_->List(prefix);
}

}  // namespace edm
