/*
 * mw-gives: a program that gives back on SIGUSR2 all that it holds, half of it by munmap(2), half by free(3) and
 * malloc_trim(3), as a program with caches of both kinds does.
 */
#include "asked.h"
#include "workload.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { BLOCK = 1 << 16, MOST_MAPPED = 1 << 30 };

static void **take_blocks(size_t count) {
  void **blocks = calloc(count == 0 ? 1 : count, sizeof *blocks);
  if (blocks == NULL) refuse("calloc");
  for (size_t i = 0; i < count; i++) {
    blocks[i] = malloc(BLOCK);
    if (blocks[i] == NULL) refuse("malloc");
    touch(blocks[i], BLOCK);
  }
  return blocks;
}

int main(int argc, char **argv) {
  die_with_parent(0);
  const struct asked asked = parse_asked(argc, argv, "mw-gives");
  /* All blocks from the heap: what is mapped one by one would go back by itself. */
  if (mallopt(M_MMAP_THRESHOLD, MOST_MAPPED) != 1) refuse("mallopt");
  const size_t count = asked.hold_bytes / 2 / BLOCK;
  const size_t mapped_bytes = asked.hold_bytes - count * BLOCK;
  void **blocks = take_blocks(count);
  void *mapped = map_touched(mapped_bytes, MAP_PRIVATE);
  size_t held = asked.hold_bytes;
  listen_for_requests();
  say_ready("gives", held, 0);
  for (;;) {
    wait_for_request();
    note_request(&asked, held);
    if (held == 0) continue;
    if (munmap(mapped, mapped_bytes) != 0) refuse("munmap");
    for (size_t i = 0; i < count; i++) free(blocks[i]);
    (void)malloc_trim(0);
    held = 0;
  }
}
