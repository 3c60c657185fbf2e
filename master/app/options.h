#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/time.h"

namespace edm::master {

// All that can be set about a master; the defaults make one machine's. How it is read is main's business.
struct MasterOptions {
  std::string data = "/var/lib/edm/master";  // state, repos, keys, event logs: this master's alone
  std::string name;                          // among several masters; "": the host's name

  std::string config_file;  // that it was read from, for backups; "" : none

  // For people. On another address than loopback they speak TLS with the cluster's own CA.
  std::vector<std::string> grpc_listen{"127.0.0.1:8800"};
  std::vector<std::string> http_listen{"127.0.0.1:8080"};
  std::string cluster_listen = "0.0.0.0:8801";  // for workers and other masters: mTLS only
  std::string cluster_address;     // where they reach it; "": as it listens, or under the host's name
  std::vector<std::string> names;  // DNS names and addresses that the certificate shall carry as well
  Millis worker_certificate_life{30 * 24 * 3'600'000LL};
  std::string git_url;  // the HTTP port as workers reach it; "" : the first http_listen

  std::string store = "sqlite";  // sqlite, consul, memory
  std::string consul_url = "http://127.0.0.1:8500";
  std::string consul_token;
  std::string consul_prefix;  // laid before each key

  Millis leader_ttl{1'000};  // of several masters: a leader that shows no life for so long has lost

  std::string git = "embedded";  // embedded, gogs
  std::string git_folder;        // of the embedded one; "": in the data folder
  std::string gogs_url;
  std::string gogs_token;        // of an administrator there
  std::string gogs_user_secret;  // users' passwords there are made from it

  // Of the registry for images: Docker's own as edm sets it up beside this master, or any other; "" : none.
  std::string registry_listen;
  std::string registry_url;          // "": by registry_listen
  std::string registry_credentials;  // file "user:password"; "": tokens that this cluster signs
  std::string registry_ca;           // PEM file; "": the cluster's CA, or with credentials the system's

  std::string hook_program;      // "" : edm-git-hook beside this program
  std::string transfer_program;  // "" : edm-git-transfer beside this program

  std::uint64_t upload_bytes_max = 512ULL << 20U;
  std::uint64_t unpacked_bytes_max = 2ULL << 30U;
  std::uint64_t upload_file_bytes_max = 512ULL << 20U;
  std::uint32_t upload_entries_max = 100'000;
  std::uint32_t upload_ratio_max = 200;
  std::uint32_t upload_path_bytes_max = 1024;
  std::uint32_t upload_depth_max = 64;
  std::uint32_t uploads_max = 512;
  std::uint64_t push_bytes_max = 1ULL << 30U;
  std::uint64_t fetch_bytes_max = 1ULL << 30U;  // of a git URL
  Millis fetch_deadline{300'000};               // likewise

  std::uint64_t disk_reserve = 32ULL << 20U;  // of data_dir's disk, for the state of what is under way

  Millis build_deadline{30 * 60'000};
  Millis start_deadline{2 * 60'000};
  Millis deploy_deadline{35 * 60'000};
  Millis stop_deadline{2 * 60'000};
  Millis delete_deadline{10 * 60'000};
  Millis beat_interval{1'000};
  std::uint32_t beats_missed = 3;             // then a worker is lost
  Millis fence_after{10'000};                 // that long without a master, a worker stops its singletons
  Millis evict_after{3'000};                  // a copy that has moved away stays that long
  std::uint32_t moves_at_once = 8;            // that the master begins by itself
  double suspect_share = 0.5;                 // of all workers: more that vanish at once are no disaster
  std::string placement_strategy = "spread";  // spread, binpack
  Millis placement_wait{5 * 60'000};          // for a worker with room
  std::uint32_t releases_kept = 5;
  std::uint32_t operations_kept = 1'000;
  Millis operations_kept_for{7 * 24 * 3'600'000LL};
  Millis operations_of_deleted_kept_for{60'000};

  std::string log_format = "text";  // text, json
  std::string log_level = "info";   // debug, info, warn, error

  std::uint32_t work_threads = 16;   // uploads, git, watchers
  std::uint32_t fetch_threads = 16;  // clones and fetches at once
  std::uint32_t push_threads = 16;   // pushes at once, each as long as its deploy
  Millis stop_patience{5'000};       // for calls under way when it stops
};

}  // namespace edm::master
