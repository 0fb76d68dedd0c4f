/*
 * What the suites share: a tree of files in a folder of its own, scanners that close themselves, scans that grow
 * their buffer, and children with known memory.
 */
#pragma once

#include "memwarden.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace memwarden::test {

/* A folder under the temporary directory; gone with the object. */
class file_tree {
public:
  file_tree();
  ~file_tree();
  file_tree(const file_tree &) = delete;
  file_tree &operator=(const file_tree &) = delete;
  [[nodiscard]] const std::string &root() const { return root_; }
  [[nodiscard]] std::string at(std::string_view path) const { return root_ + "/" + std::string(path); }
  /* Makes the folders above too. */
  void write(std::string_view path, std::string_view content) const;
  void make_folder(std::string_view path) const;
  void remove(std::string_view path) const;

  /* A process of a fake /proc. `comm` as raw bytes. */
  void write_process(uint32_t pid, std::string_view comm, uint64_t start_ticks, std::string_view cgroup) const;
  /* A cgroup of a fake hierarchy with everything that this version prints. */
  void write_v2(std::string_view path, uint64_t current) const;
  void write_v1(std::string_view path, uint64_t usage) const;

private:
  std::string root_;
};

std::string stat_text(uint32_t pid, std::string_view comm, uint64_t start_ticks, uint32_t flags = 0);
std::string status_text(uint64_t anon_kib);

class scanner {
public:
  /* cgroup_root empty: NULL. */
  explicit scanner(const std::string &proc_root, const std::string &cgroup_root = {});
  ~scanner();
  scanner(const scanner &) = delete;
  scanner &operator=(const scanner &) = delete;
  [[nodiscard]] mw_scanner *get() const { return scanner_; }
  [[nodiscard]] int32_t opened() const { return opened_; }

private:
  mw_scanner *scanner_ = nullptr;
  int32_t opened_;
};

struct process_row {
  mw_process record;
  std::string comm;
  std::string cgroup;
  bool has_cgroup;
};
struct cgroup_row {
  mw_cgroup record;
  std::string path;
};

/* Scans with a buffer that starts at `bytes` and grows as asked. */
struct process_scan {
  int32_t status;
  mw_scan_result result;
  std::vector<process_row> rows;
  [[nodiscard]] const process_row *find(uint32_t pid) const;
};
struct cgroup_scan {
  int32_t status;
  mw_scan_result result;
  std::vector<cgroup_row> rows;
  [[nodiscard]] const cgroup_row *find(std::string_view path) const;
};
process_scan scan_processes(const scanner &from, uint64_t bytes = 1 << 16);
cgroup_scan scan_cgroups(const scanner &from, uint64_t bytes = 1 << 16);

/* A forked child that runs `body`, says so, and waits until the object ends. */
class child {
public:
  explicit child(const std::function<void()> &body);
  ~child();
  child(const child &) = delete;
  child &operator=(const child &) = delete;
  [[nodiscard]] uint32_t pid() const { return static_cast<uint32_t>(pid_); }
  /* From the real /proc. */
  [[nodiscard]] uint64_t start_ticks() const;
  /* SIGKILL; stays a zombie until reap(). */
  void kill() const;
  void reap();

private:
  pid_t pid_;
};

/* Exit status of a program, and what it wrote to stderr. */
struct run_result {
  int exit_code;
  std::string errors;
};
run_result run_program(const std::vector<std::string> &command);

} // namespace memwarden::test
