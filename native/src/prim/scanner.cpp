/* Opening and closing of scanners, and what the scans share. */
#include "prim/scanner.hpp"

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <memory>
#include <new>

namespace memwarden {

bool is_scan_buffer(const void *buffer, uint64_t bytes) {
  const bool aligned = reinterpret_cast<uintptr_t>(buffer) % alignof(uint64_t) == 0;
  return buffer != nullptr && aligned && bytes <= std::numeric_limits<uint32_t>::max();
}

int32_t open_process(mw_scanner &scanner, const char *pid, unique_fd &directory, process_stat &stat) {
  directory.reset(openat(scanner.proc.get(), pid, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.valid()) return status_of(errno);
  std::string_view text;
  const int32_t status = read_file(directory.get(), "stat", scanner.text, text);
  if (status != MW_OK) return status;
  return parse_process_stat(text, stat) ? MW_OK : MW_ERR_MALFORMED;
}

} // namespace memwarden

int32_t mw_scanner_open(const char *proc_root, const char *cgroup_root, mw_scanner **scanner) {
  if (proc_root == nullptr || scanner == nullptr) return MW_ERR_INVALID;
  std::unique_ptr<mw_scanner> made(new (std::nothrow) mw_scanner());
  if (made == nullptr) return MW_ERR_NO_MEMORY;
  made->proc.reset(open(proc_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!made->proc.valid()) return memwarden::status_of(errno);
  const int32_t status = memwarden::find_memory_hierarchy(made->proc.get(), cgroup_root, made->text, made->memory);
  if (status != MW_OK) return status;
  *scanner = made.release();
  return MW_OK;
}

void mw_scanner_close(mw_scanner *scanner) { const std::unique_ptr<mw_scanner> ended(scanner); }

int32_t mw_fd_close(int32_t fd) {
  if (fd < 0) return MW_ERR_INVALID;
  const memwarden::unique_fd ended(fd);
  return MW_OK;
}
