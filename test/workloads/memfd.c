/* mw-memfd BYTES: an unlinked tmpfs file that no process maps: shmem of the cgroup and of no RSS. */
#include "workload.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 2, "mw-memfd BYTES");
  const size_t bytes = parse_size(argv[1]);
  const int fd = memfd_create("mw-memfd", MFD_CLOEXEC);
  if (fd < 0) refuse("memfd_create");
  fill_file(fd, bytes);
  say_ready("memfd", bytes, 0);
  wait_for_end();
  return 0;
}
