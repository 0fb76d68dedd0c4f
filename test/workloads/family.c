/*
 * mw-family shared|private BYTES CHILDREN: one mapping that the parent fills and CHILDREN children map too.
 * shared: shared anonymous memory, so shmem, written by all. private: copy on write, read by all.
 * In both the kernel charges BYTES once, and every process shows BYTES in its RSS.
 */
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096 };

struct family {
  volatile unsigned char *start;
  size_t bytes;
  int is_shared;
  int touched; /* eventfd: one per child that is done */
};

static void use(void *context, size_t index) {
  const struct family *family = context;
  const uint64_t one = 1;
  (void)index;
  unsigned char seen = 0;
  for (size_t offset = 0; offset < family->bytes; offset += PAGE) {
    if (family->is_shared)
      family->start[offset] = 1;
    else
      seen |= family->start[offset];
  }
  (void)seen;
  if (write(family->touched, &one, sizeof one) != (ssize_t)sizeof one) refuse("eventfd");
}

static void wait_for_children(const struct family *family, size_t children) {
  uint64_t done = 0;
  while (done < children) {
    uint64_t more = 0;
    if (read(family->touched, &more, sizeof more) != (ssize_t)sizeof more) refuse("eventfd");
    done += more;
  }
}

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 4, "mw-family shared|private BYTES CHILDREN");
  struct family family = {NULL, parse_size(argv[2]), strcmp(argv[1], "shared") == 0, eventfd(0, EFD_CLOEXEC)};
  const size_t count = parse_size(argv[3]);
  if (family.touched < 0) refuse("eventfd");
  family.start = map_touched(family.bytes, family.is_shared ? MAP_SHARED : MAP_PRIVATE);
  pid_t *children = fork_children(count, use, &family);
  wait_for_children(&family, count);
  say_ready(argv[1], family.bytes, count);
  wait_for_end();
  end_children(children, count);
  return 0;
}
