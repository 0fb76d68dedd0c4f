/*
 * mw-leak BYTES_PER_SECOND LIMIT: anonymous memory that grows steadily to LIMIT and is never given back.
 * Ready at once, with bytes 0; ends like the others, also while it grows.
 */
#include "workload.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, PAGE = 4096, MS = 1000, NS_PER_MS = 1000000 };

static uint64_t now_ms(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) refuse("clock_gettime");
  return (uint64_t)now.tv_sec * MS + (uint64_t)now.tv_nsec / NS_PER_MS;
}

static size_t due(uint64_t elapsed_ms, size_t rate, size_t limit) {
  const uint64_t bytes = elapsed_ms * rate / MS;
  return bytes < limit ? (size_t)(bytes / PAGE * PAGE) : limit;
}

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 3, "mw-leak BYTES_PER_SECOND LIMIT");
  const size_t rate = parse_size(argv[1]);
  const size_t limit = parse_size(argv[2]);
  unsigned char *start = mmap(NULL, limit, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) refuse("mmap");
  say_ready("leak", 0, 0);
  const uint64_t begun = now_ms();
  struct pollfd end = {STDIN_FILENO, POLLIN, 0};
  size_t grown = 0;
  for (;;) {
    const int ready = poll(&end, 1, grown < limit ? TICK_MS : -1);
    if (ready > 0 || (ready < 0 && errno != EINTR)) break;
    const size_t now = due(now_ms() - begun, rate, limit);
    touch(start + grown, now - grown);
    grown = now;
  }
  wait_for_end();
  return 0;
}
