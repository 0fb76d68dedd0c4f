/*
 * Waits, and takes in the orphans of its PID namespace: the first process of every pod and of every node of the test cluster.
 * Static and without a library beside it, so that it runs in an empty image.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal) {
  _exit(128 + signal);
}

static void take_in(int signal) {
  (void)signal;
  int saved = errno;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
  errno = saved;
}

int main(void) {
  struct sigaction on_end = {.sa_handler = end};
  struct sigaction on_child = {.sa_handler = take_in, .sa_flags = SA_NOCLDSTOP};
  if (sigaction(SIGINT, &on_end, NULL) < 0 || sigaction(SIGTERM, &on_end, NULL) < 0 ||
      sigaction(SIGCHLD, &on_child, NULL) < 0)
    return 1;
  /* Children that ended before the handler stood. */
  take_in(SIGCHLD);
  for (;;)
    pause();
}
