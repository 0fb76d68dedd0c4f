/*
 * What the workloads that are asked to give memory back share. Each takes --hold MIB, keeps a journal of what it
 * received (--journal FILE: one JSON line a request, appended and synced before anything is done about it), says that
 * it is ready in one JSON line and runs until a signal ends it. It dies with its parent.
 */
#ifndef ASKED_H
#define ASKED_H

#include <stddef.h>

struct asked {
  const char *name;
  size_t hold_bytes;
  /* -1: none. */
  int journal;
};

/* Exits with EXIT_USAGE for what is no such option. Without --hold: 64 MiB. */
struct asked parse_asked(int argc, char **argv, const char *name);

/* From now on SIGUSR2 has a handler, and `wait_for_request` tells of each. */
void listen_for_requests(void);

/* Until the next request. */
void wait_for_request(void);

/* One line, on the disk when this returns. Exits when refused. */
void note_request(const struct asked *asked, size_t held_bytes);

#endif
