/* mw-swarm COUNT: COUNT tiny processes, ended and reaped together. */
#include "workload.h"

static void do_nothing(void *context, size_t index) {
  (void)context;
  (void)index;
}

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 2, "mw-swarm COUNT");
  const size_t count = parse_size(argv[1]);
  pid_t *children = fork_children(count, do_nothing, NULL);
  say_ready("swarm", 0, count);
  wait_for_end();
  end_children(children, count);
  return 0;
}
