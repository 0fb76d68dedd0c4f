/*
 * A library for LD_PRELOAD that makes a process die, or its disk full, at a chosen call that changes a file. What the
 * product does is not changed: it is the same program, killed where the test says.
 *
 * MW_FAULT_DIR names a folder with a control file per role (controller.ctl, agent.ctl, redis.ctl); a process whose command
 * line fits no role, or whose role has no file, is left alone. The test writes to the file, the process sees it at once
 * (one shared mapping of the page cache).
 *
 * An event is a write, sync, rename or removal of a file below `prefix`. The counter counts down with every event; the one
 * that takes it to zero is the chosen one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ACTION_NONE = 0, ACTION_KILL_BEFORE = 1, ACTION_KILL_AFTER = 2, ACTION_NO_SPACE = 3 };
enum { CONTROL_BYTES = 4096, PREFIX_BYTES = 1024 };

struct control {
  _Atomic uint32_t action;
  _Atomic int32_t countdown;
  _Atomic uint32_t fired;
  _Atomic uint32_t events;
  char prefix[PREFIX_BYTES];
};
_Static_assert(sizeof(struct control) <= CONTROL_BYTES, "one page");

static struct control *control;

static const char *role_of(const char *command) {
  if (strstr(command, "controller/main.mjs") != NULL) return "controller";
  if (strstr(command, "node-agent/main.mjs") != NULL) return "agent";
  if (strstr(command, "redis-server") != NULL) return "redis";
  return NULL;
}

__attribute__((constructor)) static void find_control(void) {
  const char *folder = getenv("MW_FAULT_DIR");
  if (folder == NULL) return;
  char command[4096] = {0};
  const int cmdline = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (cmdline < 0) return;
  const ssize_t length = read(cmdline, command, sizeof command - 1);
  close(cmdline);
  for (ssize_t at = 0; at < length; at++)
    if (command[at] == 0) command[at] = ' ';
  const char *role = role_of(command);
  if (role == NULL) return;
  char path[PREFIX_BYTES];
  if (snprintf(path, sizeof path, "%s/%s.ctl", folder, role) >= (int)sizeof path) return;
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *page = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (page != MAP_FAILED) control = page;
}

static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

#define NEXT(name) \
  static __typeof__(&name) real; \
  if (real == NULL) *(void **)&real = next(#name)

static int is_below(const char *path) {
  const size_t length = strlen(control->prefix);
  return length > 0 && strncmp(path, control->prefix, length) == 0;
}

static int fd_is_below(int fd) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path);
}

static void die(void) {
  atomic_fetch_add(&control->fired, 1);
  raise(SIGKILL);
}

/* What is to be done after the call: nothing, die, or fail without making it. */
static uint32_t event(int is_ours) {
  if (!is_ours) return ACTION_NONE;
  atomic_fetch_add(&control->events, 1);
  const uint32_t action = atomic_load(&control->action);
  if (action == ACTION_NONE) return ACTION_NONE;
  const int32_t left = atomic_fetch_sub(&control->countdown, 1) - 1;
  /* A full disk stays full until the test says otherwise; one dies once. */
  if (action == ACTION_NO_SPACE) {
    if (left > 0) return ACTION_NONE;
    atomic_fetch_add(&control->fired, 1);
    return ACTION_NO_SPACE;
  }
  if (left != 0) return ACTION_NONE;
  if (action == ACTION_KILL_BEFORE) die();
  return action;
}

#define GUARDED(is_ours, call) \
  do { \
    const uint32_t todo = control == NULL ? ACTION_NONE : event(is_ours); \
    if (todo == ACTION_NO_SPACE) { \
      errno = ENOSPC; \
      return -1; \
    } \
    __typeof__(call) result = (call); \
    const int saved = errno; \
    if (todo == ACTION_KILL_AFTER) die(); \
    errno = saved; \
    return result; \
  } while (0)

/* From here on libc's own calls are taken the place of. */
#pragma GCC visibility push(default)

int fsync(int fd) {
  NEXT(fsync);
  GUARDED(fd_is_below(fd), real(fd));
}

int fdatasync(int fd) {
  NEXT(fdatasync);
  GUARDED(fd_is_below(fd), real(fd));
}

ssize_t write(int fd, const void *bytes, size_t count) {
  NEXT(write);
  GUARDED(fd_is_below(fd), real(fd, bytes, count));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  NEXT(pwrite64);
  GUARDED(fd_is_below(fd), real(fd, bytes, count, offset));
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
  NEXT(writev);
  GUARDED(fd_is_below(fd), real(fd, pieces, count));
}

int rename(const char *from, const char *to) {
  NEXT(rename);
  GUARDED(is_below(to), real(from, to));
}

int unlink(const char *path) {
  NEXT(unlink);
  const uint32_t todo = control == NULL ? ACTION_NONE : event(is_below(path));
  /* Removing needs no space. */
  const int result = real(path);
  const int saved = errno;
  if (todo == ACTION_KILL_AFTER) die();
  errno = saved;
  return result;
}

#pragma GCC visibility pop
