/* What the workloads share: workload.h. */
#include "workload.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, CHUNK = 1 << 16, KIB_SHIFT = 10, DECIMAL = 10 };

void die_with_parent(pid_t parent) {
  const pid_t expected = parent == 0 ? getppid() : parent;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) refuse("prctl(PR_SET_PDEATHSIG)");
  if (getppid() != expected) _exit(EXIT_REFUSED);
}

void expect_arguments(int argc, int expected, const char *usage) {
  if (argc == expected) return;
  (void)fprintf(stderr, "usage: %s\n", usage);
  exit(EXIT_USAGE);
}

static unsigned unit_shift(const char *unit) {
  if (strcmp(unit, "") == 0) return 0;
  if (strcmp(unit, "K") == 0) return KIB_SHIFT;
  if (strcmp(unit, "M") == 0) return 2 * KIB_SHIFT;
  if (strcmp(unit, "G") == 0) return 3 * KIB_SHIFT;
  (void)fprintf(stderr, "not a unit: %s\n", unit);
  exit(EXIT_USAGE);
}

size_t parse_size(const char *text) {
  char *unit = NULL;
  errno = 0;
  const unsigned long long number = strtoull(text, &unit, DECIMAL);
  const unsigned shift = unit == text ? 0 : unit_shift(unit);
  if (unit == text || errno != 0 || text[0] == '-' || number > (SIZE_MAX >> shift)) {
    (void)fprintf(stderr, "not a size: %s\n", text);
    exit(EXIT_USAGE);
  }
  return (size_t)number << shift;
}

void refuse(const char *what) {
  (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(EXIT_REFUSED);
}

void skip(const char *workload, const char *reason) {
  (void)printf("{\"event\":\"skipped\",\"workload\":\"%s\",\"reason\":\"%s\"}\n", workload, reason);
  exit(EXIT_SKIPPED);
}

void *map_touched(size_t bytes, int flags) {
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) refuse("mmap");
  touch(start, bytes);
  return start;
}

void touch(void *start, size_t bytes) {
  volatile unsigned char *page = start;
  for (size_t offset = 0; offset < bytes; offset += PAGE) page[offset] = (unsigned char)(offset >> KIB_SHIFT | 1U);
}

void fill_file(int fd, size_t bytes) {
  static char chunk[CHUNK];
  memset(chunk, 'm', sizeof chunk);
  while (bytes > 0) {
    const size_t part = bytes < sizeof chunk ? bytes : sizeof chunk;
    const ssize_t written = write(fd, chunk, part);
    if (written < 0) refuse("write");
    bytes -= (size_t)written;
  }
}

void say_ready(const char *workload, size_t bytes, size_t children) {
  (void)printf("{\"event\":\"ready\",\"workload\":\"%s\",\"pid\":%d,\"bytes\":%zu,\"children\":%zu}\n", workload,
               getpid(), bytes, children);
  if (fflush(stdout) != 0) refuse("stdout");
}

void wait_for_end(void) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = read(STDIN_FILENO, &byte, 1);
  } while ((got < 0 && errno == EINTR) || (got == 1 && byte != '\n'));
}

static void run_child(pid_t parent, void (*body)(void *, size_t), void *context, size_t index) {
  die_with_parent(parent);
  body(context, index);
  for (;;) (void)pause();
}

pid_t *fork_children(size_t count, void (*body)(void *context, size_t index), void *context) {
  pid_t *children = calloc(count == 0 ? 1 : count, sizeof *children);
  if (children == NULL) refuse("calloc");
  const pid_t parent = getpid();
  for (size_t index = 0; index < count; index++) {
    const pid_t child = fork();
    if (child == 0) run_child(parent, body, context, index);
    if (child < 0) {
      const int error = errno;
      end_children(children, index);
      errno = error;
      refuse("fork");
    }
    children[index] = child;
  }
  return children;
}

void end_children(pid_t *children, size_t count) {
  for (size_t index = 0; index < count; index++) (void)kill(children[index], SIGKILL);
  for (size_t index = 0; index < count; index++) (void)waitpid(children[index], NULL, 0);
  free(children);
}
