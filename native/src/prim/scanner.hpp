/* What mw_scanner is: open roots and the memory that scans work in, made once. */
#pragma once

#include "memwarden.h"
#include "parse.hpp"
#include "prim/files.hpp"
#include "prim/hierarchy.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace memwarden {

/* /proc/PID/cgroup of v1 has a line of up to 4 KiB for each hierarchy; memory.stat has 7 KiB at most. */
inline constexpr size_t TEXT_BYTES = size_t{64} * 1024;
inline constexpr size_t ENTRIES_BYTES = size_t{32} * 1024;
/* Where paths lie in the buffer, by hash. A slot is overwritten on collision: then a path is stored twice. */
inline constexpr size_t PATH_SLOTS = 4096;

} // namespace memwarden

struct mw_scanner {
  std::atomic_flag busy;
  memwarden::unique_fd proc;
  memwarden::memory_hierarchy memory;
  std::array<uint32_t, memwarden::PATH_SLOTS> paths;
  std::array<char, memwarden::TEXT_BYTES> text;
  std::array<char, memwarden::ENTRIES_BYTES> entries;
};

namespace memwarden {

/* Holds a scanner for the time of one call; false when another thread has it. */
class scanner_turn {
public:
  explicit scanner_turn(mw_scanner &scanner)
      : scanner_(scanner), mine_(!scanner.busy.test_and_set(std::memory_order_acquire)) {}
  ~scanner_turn() {
    if (mine_) scanner_.busy.clear(std::memory_order_release);
  }
  scanner_turn(const scanner_turn &) = delete;
  scanner_turn &operator=(const scanner_turn &) = delete;
  scanner_turn(scanner_turn &&) = delete;
  scanner_turn &operator=(scanner_turn &&) = delete;
  explicit operator bool() const { return mine_; }

private:
  mw_scanner &scanner_;
  bool mine_;
};

/* 8-byte aligned and below 2^32, as mw_scan_* ask for. */
bool is_scan_buffer(const void *buffer, uint64_t bytes);

/*
 * The directory of a process, and its stat from there. MW_ERR_NOT_FOUND: gone. The descriptor means this process
 * and no later one of its pid: files opened through it fail with ESRCH once it was reaped (fs/proc/base.c).
 */
int32_t open_process(mw_scanner &scanner, const char *pid, unique_fd &directory, process_stat &stat);

} // namespace memwarden
