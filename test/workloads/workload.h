/*
 * What the workloads share. Each takes known bytes, says so in one JSON line, waits for a line or the end of its
 * stdin, and exits 0. It dies with its parent. Sizes are bytes, or with K, M, G (times 1024).
 * Exit 64: wrong arguments; 69: the kernel refused; 77: skipped, with the reason in the JSON line.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { EXIT_USAGE = 64, EXIT_REFUSED = 69, EXIT_SKIPPED = 77 };

/* Ends with the parent; called first in every process here. `parent`: getppid() before fork, 0 to ask now. */
void die_with_parent(pid_t parent);

/* Exits with EXIT_USAGE and `usage` unless argc is `expected`. */
void expect_arguments(int argc, int expected, const char *usage);

/* Exits with EXIT_USAGE for what is no size. */
size_t parse_size(const char *text);

/* Exits with EXIT_REFUSED and errno's text. */
void refuse(const char *what) __attribute__((noreturn));

/* Prints why and exits with EXIT_SKIPPED. */
void skip(const char *workload, const char *reason) __attribute__((noreturn));

/* mmap of `bytes`, private or shared, every page written. Exits when refused. */
void *map_touched(size_t bytes, int flags);

/* Writes to every page. */
void touch(void *start, size_t bytes);

/* Writes `bytes` of data to a descriptor. Exits when refused. */
void fill_file(int fd, size_t bytes);

/* {"event":"ready","workload":…,"pid":…,"bytes":…,"children":…} and a newline. */
void say_ready(const char *workload, size_t bytes, size_t children);

/* Until a line or the end of stdin. */
void wait_for_end(void);

/* Forks `count` children that run `body` and then wait to be killed; returns their pids, to be ended. */
pid_t *fork_children(size_t count, void (*body)(void *context, size_t index), void *context);

/* Kills and reaps them, and frees the list. */
void end_children(pid_t *children, size_t count);

#endif
