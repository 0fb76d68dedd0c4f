/*
 * mw-file keep|remove BYTES PATH: a new file of BYTES, written through the page cache and synced.
 * On tmpfs that is shmem, elsewhere clean page cache. remove: the file goes at the end; keep: it outlives this.
 */
#include "workload.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 4, "mw-file keep|remove BYTES PATH");
  const size_t bytes = parse_size(argv[2]);
  const int fd = open(argv[3], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) refuse(argv[3]);
  fill_file(fd, bytes);
  if (fsync(fd) != 0) refuse("fsync");
  say_ready("file", bytes, 0);
  wait_for_end();
  if (strcmp(argv[1], "remove") == 0 && unlink(argv[3]) != 0) refuse(argv[3]);
  return 0;
}
