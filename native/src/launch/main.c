/*
 * memwarden-launch [--parent PID] COMMAND [ARGUMENT...]
 * Runs COMMAND so that it gets SIGTERM when its parent ends, whatever ends it (for a Node parent: when its main
 * thread ends). With --parent it refuses to run when the parent is not PID, which also covers a parent that ended
 * before this program began. Exit status like a shell's: 127 not found, 126 not executable, 125 its own failure.
 * PR_SET_PDEATHSIG outlives execve unless the program is set-user-ID (prctl(2)).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { OWN_FAILURE = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127, DECIMAL = 10 };

static int usage(void) {
  (void)fputs("usage: memwarden-launch [--parent PID] COMMAND [ARGUMENT...]\n", stderr);
  return OWN_FAILURE;
}

static const char *why(void) { return strerror(errno); /* NOLINT(concurrency-mt-unsafe): one thread */ }

/* 0: not a pid. */
static pid_t parse_pid(const char *text) {
  char *end = NULL;
  errno = 0;
  const long value = strtol(text, &end, DECIMAL);
  return errno != 0 || *end != '\0' || value < 1 || value != (pid_t)value ? 0 : (pid_t)value;
}

static int run(pid_t parent, char **command) {
  if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) {
    (void)fprintf(stderr, "memwarden-launch: cannot tie %s to its parent: %s\n", command[0], why());
    return OWN_FAILURE;
  }
  /* The parent may have ended before the line above: then nobody would ever send the signal. */
  if (getppid() != parent) {
    (void)fprintf(stderr, "memwarden-launch: the parent %d has ended; %s is not started\n", parent, command[0]);
    return OWN_FAILURE;
  }
  (void)execvp(command[0], command);
  const int status = errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
  (void)fprintf(stderr, "memwarden-launch: cannot run %s: %s\n", command[0], why());
  return status;
}

int main(int argc, char **argv) {
  if (argc >= 2 && strcmp(argv[1], "--parent") != 0) return run(getppid(), argv + 1);
  if (argc < 4) return usage();
  const pid_t parent = parse_pid(argv[2]);
  return parent == 0 ? usage() : run(parent, argv + 3);
}
