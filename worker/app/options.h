#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "worker/core/disk/room.h"

namespace edm::worker {

// All that can be set about a worker; the defaults make one machine's. How it is read is main's business.
struct WorkerOptions {
  std::string data = "/var/lib/edm-worker";  // journal, checkouts, mirrors, keys: this worker's alone
  std::string id;                            // "": the host's name
  std::string master = "127.0.0.1:8801";     // its cluster port; of several masters each, with commas
  std::string rpc_listen = "0.0.0.0:8834";   // for the master: mTLS
  std::string rpc_address;  // where the master reaches it; "": public_address and rpc_listen's port
  std::string http_listen = "127.0.0.1:8833";  // health and metrics; TLS unless on loopback
  std::string public_address;            // where people reach instances; "": the machine's first address
  std::string bind_address = "0.0.0.0";  // of published ports
  std::map<std::string, std::string> labels;

  std::string docker_socket = "/var/run/docker.sock";
  std::string docker_certs = "/etc/docker/certs.d";  // where the engine looks for the CAs of registries
  std::string ports = "20000-32000";                 // host ports for instances, outside the ephemeral range
  std::string subnets;  // networks in pieces: "10.201.0.0/16,10.202.0.0/16"; "": the default pool
  std::uint32_t networks_max = 200;          // of instances; an engine that restarts takes its time for each
  std::uint64_t memory_bytes = 2ULL << 30U;  // for a service that sets no limit itself; 0: none
  std::uint32_t pids = 4'096;
  double cpus = 0;
  Millis ready_timeout{60'000};  // for a start whose edm.yaml says nothing

  std::string directory = "master";                  // who is told of holders and endpoints: master, consul
  std::string consul_url = "http://127.0.0.1:8500";  // of the agent on this machine
  std::string consul_token;
  std::string consul_prefix;  // laid before each key

  std::string fetch_program;  // "": edm-fetch beside this program
  std::string git_ca;         // PEM file for https; "": the cluster's CA

  RoomBudgets room;               // what may lie on the disks, and what is to stay free
  Millis garbage_every{600'000};  // between two looks at the budgets; a disk that is short is seen at once

  std::string log_format = "text";  // text, json
  std::string log_level = "info";   // debug, info, warn, error

  std::uint32_t builds_at_once = 2;  // instances that fetch, judge or build
  std::uint32_t jobs_at_once = 32;   // instances that start, stop or go
  std::uint32_t streams_max = 64;    // threads for logs and terminals
  Millis fence_after{10'000};        // without a master; then what must not run twice stops
  Millis stop_patience{5'000};       // for calls under way when it stops
};

}  // namespace edm::worker
