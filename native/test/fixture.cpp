/* The helpers of fixture.hpp. */
#include "fixture.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace memwarden::test {

namespace {

constexpr int MANY = 20;

struct aligned_buffer {
  explicit aligned_buffer(uint64_t size) : words(size / sizeof(uint64_t)) {}
  std::vector<uint64_t> words;
  [[nodiscard]] char *data() { return reinterpret_cast<char *>(words.data()); }
  [[nodiscard]] uint64_t size() const { return words.size() * sizeof(uint64_t); }
};

using scan_function = int32_t (*)(mw_scanner *, void *, uint64_t, mw_scan_result *);

int32_t scan_growing(scan_function scan, mw_scanner *from, aligned_buffer &buffer, mw_scan_result &result) {
  int32_t status = MW_ERR_TOO_SMALL;
  for (int attempt = 0; attempt < MANY && status == MW_ERR_TOO_SMALL; attempt++) {
    status = scan(from, buffer.data(), buffer.size(), &result);
    if (status == MW_ERR_TOO_SMALL) buffer = aligned_buffer(result.needed_bytes + sizeof(uint64_t));
  }
  return status;
}

std::string text_at(aligned_buffer &buffer, uint32_t offset, uint32_t length) {
  EXPECT_LE(uint64_t{offset} + length + 1, buffer.size());
  EXPECT_EQ(buffer.data()[offset + length], '\0');
  return {buffer.data() + offset, length};
}

} // namespace

file_tree::file_tree() {
  std::string name = std::filesystem::temp_directory_path() / "memwarden-XXXXXX";
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  root_ = name;
}

file_tree::~file_tree() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void file_tree::make_folder(std::string_view path) const { std::filesystem::create_directories(at(path)); }

void file_tree::write(std::string_view path, std::string_view content) const {
  std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
  std::ofstream(at(path), std::ios::binary | std::ios::trunc) << content;
}

void file_tree::remove(std::string_view path) const { std::filesystem::remove_all(at(path)); }

std::string stat_text(uint32_t pid, std::string_view comm, uint64_t start_ticks, uint32_t flags) {
  return std::to_string(pid) + " (" + std::string(comm) + ") S 1 1 1 0 -1 " + std::to_string(flags) +
         " 0 0 0 0 0 0 0 0 20 0 1 0 " + std::to_string(start_ticks) + " 3133440 362 18446744073709551615 0\n";
}

std::string status_text(uint64_t anon_kib) {
  return "Name:\tx\nState:\tS (sleeping)\nUid:\t1000\t1000\t1000\t1000\nVmRSS:\t  99 kB\nRssAnon:\t  " +
         std::to_string(anon_kib) +
         " kB\nRssFile:\t 12 kB\nRssShmem:\t 4 kB\nVmSwap:\t 8 kB\nHugetlbPages:\t 2048 kB\nThreads:\t1\n";
}

void file_tree::write_process(uint32_t pid, std::string_view comm, uint64_t start_ticks,
                              std::string_view cgroup) const {
  const std::string folder = std::to_string(pid) + "/";
  write(folder + "stat", stat_text(pid, comm, start_ticks));
  write(folder + "status", status_text(1024));
  write(folder + "cgroup", cgroup);
}

void file_tree::write_v2(std::string_view path, uint64_t current) const {
  const std::string folder = std::string(path) + "/";
  write(folder + "memory.current", std::to_string(current) + "\n");
  write(folder + "memory.max", "max\n");
  write(folder + "memory.swap.current", "5\n");
  write(folder + "memory.stat", "anon 100\nfile 200\nkernel 300\nkernel_stack 1\nshmem 50\n");
  write(folder + "memory.events", "low 0\nhigh 0\nmax 0\noom 3\noom_kill 2\noom_group_kill 0\n");
  write(folder + "cgroup.stat", "nr_descendants 1\nnr_dying_descendants 7\n");
}

void file_tree::write_v1(std::string_view path, uint64_t usage) const {
  const std::string folder = std::string(path) + "/";
  write(folder + "memory.usage_in_bytes", std::to_string(usage) + "\n");
  write(folder + "memory.limit_in_bytes", "9223372036854771712\n");
  write(folder + "memory.kmem.usage_in_bytes", "300\n");
  write(folder + "memory.stat",
        "cache 20\nrss 10\nshmem 5\nswap 0\ntotal_cache 200\ntotal_rss 100\ntotal_shmem 50\ntotal_swap 6\n");
  write(folder + "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
}

scanner::scanner(const std::string &proc_root, const std::string &cgroup_root)
    : opened_(mw_scanner_open(proc_root.c_str(), cgroup_root.empty() ? nullptr : cgroup_root.c_str(), &scanner_)) {}

scanner::~scanner() { mw_scanner_close(scanner_); }

const process_row *process_scan::find(uint32_t pid) const {
  for (const process_row &row : rows) {
    if (row.record.pid == pid) return &row;
  }
  return nullptr;
}

const cgroup_row *cgroup_scan::find(std::string_view path) const {
  for (const cgroup_row &row : rows) {
    if (row.path == path) return &row;
  }
  return nullptr;
}

process_scan scan_processes(const scanner &from, uint64_t bytes) {
  aligned_buffer buffer(bytes);
  process_scan scan{};
  scan.status = scan_growing(mw_scan_processes, from.get(), buffer, scan.result);
  const auto *records = reinterpret_cast<const mw_process *>(buffer.data());
  for (uint32_t i = 0; i < scan.result.records; i++) {
    const mw_process &record = records[i];
    const bool has_path = record.cgroup_offset != 0;
    scan.rows.push_back({record, std::string(reinterpret_cast<const char *>(record.comm), record.comm_bytes),
                         has_path ? text_at(buffer, record.cgroup_offset, record.cgroup_bytes) : "", has_path});
  }
  return scan;
}

cgroup_scan scan_cgroups(const scanner &from, uint64_t bytes) {
  aligned_buffer buffer(bytes);
  cgroup_scan scan{};
  scan.status = scan_growing(mw_scan_cgroups, from.get(), buffer, scan.result);
  const auto *records = reinterpret_cast<const mw_cgroup *>(buffer.data());
  for (uint32_t i = 0; i < scan.result.records; i++) {
    scan.rows.push_back({records[i], text_at(buffer, records[i].path_offset, records[i].path_bytes)});
  }
  return scan;
}

child::child(const std::function<void()> &body) : pid_(0) {
  std::array<int, 2> ready{};
  EXPECT_EQ(pipe(ready.data()), 0);
  pid_ = fork();
  EXPECT_GE(pid_, 0);
  if (pid_ == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    (void)!write(ready[1], "r", 1);
    for (;;) (void)pause();
  }
  (void)close(ready[1]);
  char byte = 0;
  EXPECT_EQ(read(ready[0], &byte, 1), 1);
  (void)close(ready[0]);
}

child::~child() {
  kill();
  reap();
}

uint64_t child::start_ticks() const {
  const scanner real("/proc");
  const process_scan scan = scan_processes(real);
  const process_row *row = scan.find(pid());
  EXPECT_NE(row, nullptr);
  return row == nullptr ? 0 : row->record.start_ticks;
}

void child::kill() const {
  if (pid_ > 0) (void)::kill(pid_, SIGKILL);
}

void child::reap() {
  if (pid_ > 0) (void)waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

run_result run_program(const std::vector<std::string> &command) {
  std::vector<char *> arguments;
  for (const std::string &argument : command) arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);
  std::array<int, 2> errors{};
  EXPECT_EQ(pipe(errors.data()), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    (void)dup2(errors[1], STDERR_FILENO);
    (void)close(errors[0]);
    (void)close(errors[1]);
    (void)execv(arguments[0], arguments.data());
    _exit(99);
  }
  (void)close(errors[1]);
  run_result result{-1, {}};
  std::array<char, 512> chunk{};
  for (ssize_t got = 0; (got = read(errors[0], chunk.data(), chunk.size())) > 0;) {
    result.errors.append(chunk.data(), static_cast<size_t>(got));
  }
  (void)close(errors[0]);
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return result;
}

} // namespace memwarden::test
