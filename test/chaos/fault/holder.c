/*
 * A program that holds memory, gives it back when it is told to by SIGUSR2, and takes it again after a while. Its journal
 * is the truth that outcomes are compared with: one synced line for each time it was told, written in the handler.
 *
 *   chaos-holder NAME MIB JOURNAL REGROW_MS
 *
 * NAME becomes its comm: what runs beside this test is none of its targets.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static int journal = -1;
static volatile sig_atomic_t told;

static void on_signal(int signal) {
  (void)signal;
  const int saved = errno;
  told = 1;
  if (write(journal, "told\n", 5) != 5 || fsync(journal) != 0) _exit(70);
  errno = saved;
}

/* How long a signal that came just before the sleep may go unnoticed. */
enum { NOTICE_MS = 50 };

static void pause_ms(long ms) {
  const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
  nanosleep(&pause, NULL);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: chaos-holder NAME MIB JOURNAL REGROW_MS\n");
    return 64;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, argv[1]);
  const size_t bytes = strtoul(argv[2], NULL, 10) << 20;
  const long regrow_ms = strtol(argv[4], NULL, 10);
  journal = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (journal < 0) {
    perror(argv[3]);
    return 69;
  }
  char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) {
    perror("mmap");
    return 69;
  }
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR2, &action, NULL);
  for (;;) {
    memset(block, 1, bytes);
    puts("ready");
    fflush(stdout);
    while (!told) pause_ms(NOTICE_MS);
    told = 0;
    madvise(block, bytes, MADV_DONTNEED);
    pause_ms(regrow_ms);
  }
}
