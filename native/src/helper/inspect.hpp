/*
 * What the helper reads of one process, and the one thing it does to it. Each call holds the process by a pidfd, checks
 * its start time, and looks again whether it is still there after reading: what is answered is of it.
 */
#pragma once

#include "helper/allow.hpp"
#include "helper/protocol.hpp"
#include "prim/files.hpp"

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

namespace memwarden::helper {

/* Fields of proc_pid_status(5) that decide about a signal. */
struct signal_status {
  std::string_view name;
  uint32_t uid; /* effective */
  uint64_t caught;
  uint64_t ignored;
  uint64_t blocked;
};
bool parse_signal_status(std::string_view text, signal_status &status);

/* Takes the variables of the opt-in out of an environ that comes in pieces; nothing else of it is kept. */
class environ_filter {
public:
  explicit environ_filter(response &to) : to_(to) {}
  void take(std::string_view piece);
  void end();

private:
  void note();

  static constexpr size_t MOST = 512;
  response &to_;
  std::array<char, MOST> kept_{};
  size_t length_ = 0; /* MOST + 1: longer than any that is looked for */
};

/* At most so many a minute: a bucket that fills while time passes. */
class rate_limit {
public:
  bool take(uint32_t per_minute, uint64_t now_ms);

private:
  double tokens_ = 1;
  uint64_t last_ms_ = 0;
  bool begun_ = false;
};

/* Where the node's veto is, with NUL. */
struct veto_files {
  const char *allow_list;
  const char *stop_file;
};

/* mw_status; what it found stands in `to`. */
int32_t inspect(const request &of, response &to);
int32_t rollup(const request &of, response &to);
/* MW_ERR_REFUSED: nothing was sent, for certain, and `to` says why. `limit` is only touched by one caller at a time. */
int32_t send_signal(const request &of, const veto_files &veto, rate_limit &limit, response &to);

} // namespace memwarden::helper
