/*
 * memwarden-launch COMMAND [ARGUMENT…]: runs COMMAND so that it gets SIGTERM when its parent ends, whatever
 * ends it. Exit status like a shell's: 127 not found, 126 not executable, 125 for a failure of its own.
 * PR_SET_PDEATHSIG outlives execve unless the program is set-user-ID (prctl(2)).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { OWN_FAILURE = 125, NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fputs("usage: memwarden-launch COMMAND [ARGUMENT...]\n", stderr);
    return OWN_FAILURE;
  }
  const pid_t parent = getppid();
  if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) {
    (void)fprintf(stderr, "memwarden-launch: cannot tie %s to its parent: %s\n", argv[1], strerror(errno));
    return OWN_FAILURE;
  }
  /* The parent may have ended before the line above: then nobody would ever send the signal. */
  if (getppid() != parent || parent == 1) {
    (void)fprintf(stderr, "memwarden-launch: the parent has ended already; %s is not started\n", argv[1]);
    return OWN_FAILURE;
  }
  (void)execvp(argv[1], argv + 1);
  const int error = errno;
  (void)fprintf(stderr, "memwarden-launch: cannot run %s: %s\n", argv[1], strerror(error));
  return error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}
