/* mw_lock_acquire. */
#include "memwarden.h"
#include "prim/files.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>

int32_t mw_lock_acquire(const char *path, int32_t *fd) {
  constexpr mode_t OWNER_ONLY = 0600;
  if (path == nullptr || fd == nullptr) return MW_ERR_INVALID;
  memwarden::unique_fd file(open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, OWNER_ONLY));
  if (!file.valid()) return memwarden::status_of(errno);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? MW_ERR_BUSY : memwarden::status_of(errno);
  }
  *fd = file.release();
  return MW_OK;
}
