/* mw-deaf: has a handler for SIGUSR2, notes each in its journal, and gives nothing back. */
#include "asked.h"
#include "workload.h"

#include <sys/mman.h>

int main(int argc, char **argv) {
  die_with_parent(0);
  const struct asked asked = parse_asked(argc, argv, "mw-deaf");
  (void)map_touched(asked.hold_bytes, MAP_PRIVATE);
  listen_for_requests();
  say_ready("deaf", asked.hold_bytes, 0);
  for (;;) {
    wait_for_request();
    note_request(&asked, asked.hold_bytes);
  }
}
