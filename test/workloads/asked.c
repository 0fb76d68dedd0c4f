/* What the workloads that are asked share: asked.h. */
#include "asked.h"

#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_MIB = 64, MIB_SHIFT = 20, LINE = 256, MODE = 0644, MS_A_SECOND = 1000, NS_A_MS = 1000000 };

/* A handler may only write to it. */
static int requests[2] = {-1, -1};

static void fail_usage(const char *name) {
  (void)fprintf(stderr, "usage: %s [--hold MIB] [--journal FILE]\n", name);
  exit(EXIT_USAGE);
}

struct asked parse_asked(int argc, char **argv, const char *name) {
  struct asked asked = {.name = name, .hold_bytes = (size_t)DEFAULT_MIB << MIB_SHIFT, .journal = -1};
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) fail_usage(name);
    if (strcmp(argv[i], "--hold") == 0) {
      asked.hold_bytes = parse_size(argv[i + 1]) << MIB_SHIFT;
    } else if (strcmp(argv[i], "--journal") == 0) {
      asked.journal = open(argv[i + 1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, MODE);
      if (asked.journal < 0) refuse(argv[i + 1]);
    } else {
      fail_usage(name);
    }
  }
  return asked;
}

static void tell(int signal) {
  (void)signal;
  const int error = errno;
  (void)!write(requests[1], "r", 1);
  errno = error;
}

void listen_for_requests(void) {
  if (pipe2(requests, O_CLOEXEC) != 0) refuse("pipe2");
  const struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
  if (sigaction(SIGUSR2, &action, NULL) != 0) refuse("sigaction");
}

void wait_for_request(void) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = read(requests[0], &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) refuse("read");
}

static long long now_ms(void) {
  struct timespec now = {0};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) refuse("clock_gettime");
  return (long long)now.tv_sec * MS_A_SECOND + now.tv_nsec / NS_A_MS;
}

void note_request(const struct asked *asked, size_t held_bytes) {
  if (asked->journal < 0) return;
  char line[LINE];
  const int length = snprintf(line, sizeof line, "{\"atMs\":%lld,\"pid\":%d,\"how\":\"SIGUSR2\",\"heldBytes\":%zu}\n",
                              now_ms(), getpid(), held_bytes);
  if (length < 0 || (size_t)length >= sizeof line) refuse("journal line");
  if (write(asked->journal, line, (size_t)length) != length) refuse("journal");
  if (fsync(asked->journal) != 0) refuse("fsync");
}
