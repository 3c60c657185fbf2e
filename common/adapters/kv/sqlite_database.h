#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace edm {

// One prepared statement, bound and stepped by one thread at a time. Parameters count from 1, columns from 0.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3* database, std::string path, const char* sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  void BindText(int index, std::string_view text);
  void BindBlob(int index, std::string_view bytes);
  void BindNumber(int index, std::uint64_t number);
  // True: a row is there to be read; false: done.
  Result<bool> Step();
  // Steps to the end, and makes it ready for the next time.
  Status Run();
  void Reset();
  std::string Text(int column) const;
  std::uint64_t Number(int column) const;

 private:
  sqlite3* const database_;
  const std::string path_;
  sqlite3_stmt* statement_ = nullptr;
};

// One connection. Not thread-safe.
class SqliteDatabase {
 public:
  static Result<std::unique_ptr<SqliteDatabase>> Open(const std::string& path, bool writes);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  Status Execute(const char* sql);
  Result<std::uint64_t> Number(const char* sql);
  // A statement that was not understood fails at its first step.
  std::unique_ptr<SqliteStatement> Prepare(const char* sql);
  // Ends a transaction that is still open, without its effects.
  void Rollback();

 private:
  SqliteDatabase(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  sqlite3* handle_;
  const std::string path_;
};

}  // namespace edm
