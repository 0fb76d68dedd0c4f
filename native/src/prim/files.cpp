/* The system calls of files.hpp. */
#include "prim/files.hpp"

#include "memwarden.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace memwarden {

namespace {

/* linux/fs/readdir.c; glibc declares it only for _LARGEFILE64_SOURCE users. */
struct kernel_dirent {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[1]; // NOLINT(modernize-avoid-c-arrays): the kernel's layout
};

} // namespace

void unique_fd::reset(int fd) {
  if (fd_ >= 0) (void)close(fd_);
  fd_ = fd;
}

int32_t status_of(int error) {
  switch (error) {
  case ENOENT:
  case ESRCH:
  case ENODEV: // a removed cgroup
  case ENOTDIR:
    return MW_ERR_NOT_FOUND;
  case EPERM:
  case EACCES:
    return MW_ERR_DENIED;
  case ENOMEM:
    return MW_ERR_NO_MEMORY;
  case ENOSYS:
  case EOPNOTSUPP:
    return MW_ERR_UNSUPPORTED;
  case EINVAL:
    return MW_ERR_INVALID;
  default:
    return MW_ERR_IO;
  }
}

int32_t open_directory(int at, const char *path, unique_fd &directory) {
  directory.reset(openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return directory.valid() ? MW_OK : status_of(errno);
}

int32_t read_some(int fd, std::span<char> buffer, size_t &length) {
  ssize_t got = 0;
  do {
    got = read(fd, buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return status_of(errno);
  length = static_cast<size_t>(got);
  return MW_OK;
}

int32_t read_file(int at, const char *name, std::span<char> buffer, std::string_view &text) {
  const unique_fd file(openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid()) return status_of(errno);
  size_t length = 0;
  const int32_t status = read_some(file.get(), buffer, length);
  if (status != MW_OK) return status;
  if (length == buffer.size()) return MW_ERR_MALFORMED;
  text = std::string_view(buffer.data(), length);
  return MW_OK;
}

int32_t line_reader::next(std::string_view &line) {
  for (;;) {
    const size_t length = rest().find('\n');
    if (length == std::string_view::npos) {
      const int32_t status = read_more();
      if (status != MW_OK) return status;
      continue;
    }
    line = std::string_view(buffer_.data() + begin_, length);
    begin_ += length + 1;
    if (!too_long_) return MW_OK;
    too_long_ = false;
  }
}

int32_t line_reader::read_more() {
  if (ended_) return MW_ERR_NOT_FOUND;
  if (begin_ == 0 && end_ == buffer_.size()) {
    too_long_ = true;
    begin_ = end_;
  }
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  size_t length = 0;
  const int32_t status = read_some(fd_, buffer_.subspan(end_), length);
  if (status != MW_OK) return status;
  ended_ = length == 0;
  end_ += length;
  return ended_ ? MW_ERR_NOT_FOUND : MW_OK;
}

directory_listing::directory_listing(int fd, std::span<char> buffer) : fd_(fd), buffer_(buffer) {
  (void)lseek(fd, 0, SEEK_SET);
}

int32_t directory_listing::next(directory_entry &entry) {
  if (at_ == used_) {
    const long got = syscall(SYS_getdents64, fd_, buffer_.data(), buffer_.size());
    if (got < 0) return errno == ENOENT ? MW_ERR_NOT_FOUND : status_of(errno);
    if (got == 0) return MW_ERR_NOT_FOUND;
    used_ = static_cast<size_t>(got);
    at_ = 0;
  }
  const char *record = buffer_.data() + at_;
  uint16_t length = 0;
  std::memcpy(&length, record + offsetof(kernel_dirent, length), sizeof length);
  entry.type = static_cast<uint8_t>(record[offsetof(kernel_dirent, type)]);
  entry.name = record + offsetof(kernel_dirent, name);
  at_ += length;
  return MW_OK;
}

} // namespace memwarden
