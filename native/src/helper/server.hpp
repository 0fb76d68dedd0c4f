/*
 * The helper's socket: who may ask, how many at once, and for how long. Each connection asks one thing and has a thread
 * of its own, because the kernel may keep a reader of /proc waiting as long as the process it reads holds its memory
 * lock: then that thread is stuck and the others go on. No more than MOST_AT_ONCE; further ones are closed at once.
 */
#pragma once

#include "helper/inspect.hpp"

#include <cstdint>

namespace memwarden::helper {

inline constexpr unsigned MOST_AT_ONCE = 8;

struct settings {
  const char *socket;
  veto_files veto;
};

/* A listening socket at `path`, mode 0600; one that a killed helper left there is replaced. @return -1 and errno */
int listen_at(const char *path);

/* Serves until `stop_fd` can be read. @return mw_status */
int32_t serve(int listener, int stop_fd, const settings &how);

} // namespace memwarden::helper
