/* Processes by pidfd: mw_pidfd_*. */
#include "memwarden.h"
#include "parse.hpp"
#include "prim/files.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

// One number on every architecture (since 5.1 new calls have one); older C libraries do not know it.
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif

namespace memwarden {

namespace {

constexpr int MOST_SIGNALS = 64;

int32_t send_signal(int fd, int signal) {
  return syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0U) == 0 ? MW_OK : status_of(errno);
}

int32_t start_of(uint32_t pid, uint64_t &start_ticks) {
  constexpr size_t PATH = 32;
  constexpr size_t TEXT = 4096;
  std::array<char, PATH> path{};
  (void)std::snprintf(path.data(), path.size(), "/proc/%u/stat",
                      pid); // NOLINT(cppcoreguidelines-pro-type-vararg)
  std::array<char, TEXT> buffer{};
  std::string_view text;
  const int32_t status = read_file(-1, path.data(), buffer, text);
  if (status != MW_OK) return status;
  process_stat stat{};
  if (!parse_process_stat(text, stat)) return MW_ERR_MALFORMED;
  start_ticks = stat.start_ticks;
  return MW_OK;
}

int32_t poll_for(int fd, uint32_t timeout_ms) {
  const int timeout = timeout_ms > INT_MAX ? INT_MAX : static_cast<int>(timeout_ms);
  pollfd ended{fd, POLLIN, 0};
  const int ready = poll(&ended, 1, timeout);
  if (ready < 0) return status_of(errno);
  if (ready == 0) return MW_ERR_TIMED_OUT;
  return (ended.revents & POLLNVAL) != 0 ? MW_ERR_INVALID : MW_OK;
}

} // namespace

} // namespace memwarden

int32_t mw_pidfd_open(uint32_t pid, uint64_t start_ticks, int32_t *fd) {
  if (fd == nullptr || pid == 0 || pid > INT_MAX) return MW_ERR_INVALID;
  memwarden::unique_fd process(static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U)));
  // EINVAL here: the pid is a thread, not a process.
  if (!process.valid()) return errno == EINVAL ? MW_ERR_NOT_FOUND : memwarden::status_of(errno);
  uint64_t start = 0;
  int32_t status = memwarden::start_of(pid, start);
  if (status != MW_OK) return status;
  if (start != start_ticks) return MW_ERR_NOT_FOUND;
  // Not reaped yet, so the pid was its own while its start time was read.
  status = memwarden::send_signal(process.get(), 0);
  if (status != MW_OK && status != MW_ERR_DENIED) return status;
  *fd = process.release();
  return MW_OK;
}

int32_t mw_pidfd_signal(int32_t fd, int32_t signal) {
  if (fd < 0 || signal < 0 || signal > memwarden::MOST_SIGNALS) return MW_ERR_INVALID;
  return memwarden::send_signal(fd, signal);
}

int32_t mw_pidfd_wait(int32_t fd, uint32_t timeout_ms) {
  if (fd < 0) return MW_ERR_INVALID;
  return memwarden::poll_for(fd, timeout_ms);
}

int32_t mw_pidfd_release_memory(int32_t fd) {
  if (fd < 0) return MW_ERR_INVALID;
  return syscall(SYS_process_mrelease, fd, 0U) == 0 ? MW_OK : memwarden::status_of(errno);
}
