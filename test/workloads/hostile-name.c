/* mw-hostile-name HEX: a process whose comm is these bytes (at most 15, none of them 00), like 29205220310a. */
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum { COMM = 16, HEX = 16 };

static unsigned char parse_byte(const char *text) {
  const char digits[3] = {text[0], text[1], '\0'};
  char *end = NULL;
  const unsigned long value = strtoul(digits, &end, HEX);
  if (end != digits + 2 || value == 0) {
    (void)fprintf(stderr, "not a byte of a name: %s\n", digits);
    exit(EXIT_USAGE);
  }
  return (unsigned char)value;
}

int main(int argc, char **argv) {
  die_with_parent(0);
  expect_arguments(argc, 2, "mw-hostile-name HEX");
  char name[COMM] = {0};
  const size_t length = strlen(argv[1]) / 2;
  if (length >= COMM || strlen(argv[1]) % 2 != 0) expect_arguments(0, 2, "mw-hostile-name HEX (at most 15 bytes)");
  for (size_t i = 0; i < length; i++) name[i] = (char)parse_byte(argv[1] + 2 * i);
  if (prctl(PR_SET_NAME, name) != 0) refuse("prctl(PR_SET_NAME)");
  say_ready("hostile-name", 0, 0);
  wait_for_end();
  return 0;
}
