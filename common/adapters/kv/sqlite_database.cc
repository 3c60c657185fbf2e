#include "common/adapters/kv/sqlite_database.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace edm {
namespace {

// Only an administrator's sqlite3 shell can hold the file beside us.
constexpr int kBusyTimeoutMs = 5'000;

Error SqliteError(sqlite3* database, const std::string& path) {
  const int code = database == nullptr ? SQLITE_NOMEM : sqlite3_errcode(database);
  const int system = database == nullptr ? 0 : sqlite3_system_errno(database);
  const std::string cause = database == nullptr ? "out of memory" : sqlite3_errmsg(database);
  const auto error = [&](Code which, std::string why, std::string hint) {
    return Error{which, "state file " + path, std::move(why), {}, std::move(hint)};
  };
  if (code == SQLITE_FULL || system == ENOSPC || system == EDQUOT) {
    return error(Code::kResourceExhausted, "the disk is full", "free space; nothing was written");
  }
  switch (code) {
    case SQLITE_CANTOPEN:
      if (system == ENOENT || system == ENOTDIR) {
        return error(Code::kNotFound, "its folder is not there", "make the folder, or set another path");
      }
      [[fallthrough]];
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return error(Code::kPermissionDenied, cause, "check the owner and mode of the file and its folder");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return error(Code::kDataLoss, cause, "put back a copy of the file");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error(Code::kUnavailable, "another program holds it", "close that program");
    case SQLITE_TOOBIG:
      return error(Code::kResourceExhausted, cause, "");
    case SQLITE_IOERR:
      return error(Code::kUnavailable, cause + (system != 0 ? std::string(": ") + std::strerror(system) : ""),
                   "check the disk");
    default:
      return error(Code::kInternal, cause, "");
  }
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3* database, std::string path, const char* sql)
    : database_(database), path_(std::move(path)) {
  sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::BindText(int index, std::string_view text) {
  sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

void SqliteStatement::BindBlob(int index, std::string_view bytes) {
  // A null pointer would bind NULL.
  sqlite3_bind_blob(statement_, index, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()),
                    SQLITE_TRANSIENT);
}

void SqliteStatement::BindNumber(int index, std::uint64_t number) {
  sqlite3_bind_int64(statement_, index, static_cast<sqlite3_int64>(number));
}

Result<bool> SqliteStatement::Step() {
  const int code = statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  auto error = SqliteError(database_, path_);
  Reset();
  return error;
}

Status SqliteStatement::Run() {
  while (true) {
    EDM_TRY(const bool row, Step());
    if (!row) break;
  }
  Reset();
  return Ok();
}

void SqliteStatement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::string SqliteStatement::Text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::uint64_t SqliteStatement::Number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path, bool writes) {
  sqlite3* handle = nullptr;
  const int flags =
      (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(handle, path));
  if (code != SQLITE_OK) return SqliteError(handle, path);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return database;
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close_v2(handle_); }

Status SqliteDatabase::Execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return Ok();
  return SqliteError(handle_, path_);
}

Result<std::uint64_t> SqliteDatabase::Number(const char* sql) {
  SqliteStatement statement(handle_, path_, sql);
  EDM_TRY(const bool row, statement.Step());
  return row ? statement.Number(0) : 0;
}

std::unique_ptr<SqliteStatement> SqliteDatabase::Prepare(const char* sql) {
  return std::make_unique<SqliteStatement>(handle_, path_, sql);
}

void SqliteDatabase::Rollback() {
  if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace edm
