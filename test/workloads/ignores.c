/* mw-ignores: SIGUSR2 is SIG_IGN. It would do no harm and no good: nothing may be said to have been done by it. */
#include "asked.h"
#include "workload.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  const struct asked asked = parse_asked(argc, argv, "mw-ignores");
  if (signal(SIGUSR2, SIG_IGN) == SIG_ERR) refuse("signal");
  (void)map_touched(asked.hold_bytes, MAP_PRIVATE);
  say_ready("ignores", asked.hold_bytes, 0);
  for (;;) (void)pause();
}
