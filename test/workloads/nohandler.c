/* mw-nohandler: has no handler. SIGUSR2 would end it: that it is still there shows that nothing was sent. */
#include "asked.h"
#include "workload.h"

#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  const struct asked asked = parse_asked(argc, argv, "mw-nohandler");
  (void)map_touched(asked.hold_bytes, MAP_PRIVATE);
  say_ready("nohandler", asked.hold_bytes, 0);
  for (;;) (void)pause();
}
