/* mw-hugetlb BYTES: private huge pages of the default size. Skipped when the pool has too few free ones. */
#include "workload.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 2, "mw-hugetlb BYTES");
  const size_t bytes = parse_size(argv[1]);
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (start == MAP_FAILED) skip("hugetlb", "the pool has too few free huge pages: raise vm.nr_hugepages");
  touch(start, bytes);
  say_ready("hugetlb", bytes, 0);
  wait_for_end();
  return 0;
}
