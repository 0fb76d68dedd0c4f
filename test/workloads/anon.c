/* mw-anon BYTES: private anonymous memory. */
#include "workload.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 2, "mw-anon BYTES");
  const size_t bytes = parse_size(argv[1]);
  (void)map_touched(bytes, MAP_PRIVATE);
  say_ready("anon", bytes, 0);
  wait_for_end();
  return 0;
}
