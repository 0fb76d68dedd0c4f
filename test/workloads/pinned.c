/* mw-pinned BYTES: private anonymous memory that cannot be reclaimed (mlock). */
#include "workload.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 2, "mw-pinned BYTES");
  const size_t bytes = parse_size(argv[1]);
  void *start = map_touched(bytes, MAP_PRIVATE);
  if (mlock(start, bytes) != 0) refuse("mlock");
  say_ready("pinned", bytes, 0);
  wait_for_end();
  return 0;
}
