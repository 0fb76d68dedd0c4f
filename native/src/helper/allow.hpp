/*
 * The helper's own veto. Pure: the text of a list and what is asked in, yes or a reason out. The text is read anew for
 * each signal, so that an edit is in force with the next one.
 *
 *   rate 6                                          signals a minute, 1 to 600; without this line 6
 *   allow signals=SIGUSR2,SIGHUP uids=1000,2000-2999 comms=cache-server,my%20program
 *
 * An entry allows what matches each list that it has; `signals` must be there. Without `uids` it allows every user but
 * 0, who must be named. A comm's blank, comma, '=', '#' and '%' are written as %XX. A line that is none of these, and a
 * list that is longer than it may be, allows nothing at all: nobody guesses what was meant.
 */
#pragma once

#include <cstdint>
#include <string_view>

namespace memwarden::helper {

inline constexpr size_t MOST_LIST_BYTES = 65536;
inline constexpr uint32_t MOST_PER_MINUTE = 600;

struct asked {
  uint16_t signal;
  uint32_t uid;
  std::string_view comm; /* as proc_pid_status(5) prints it: newline and backslash escaped */
};

enum class verdict { ALLOWED, NOT_NAMED, MALFORMED };

/* `per_minute` is set unless the list is malformed. */
verdict judge(std::string_view list, const asked &what, uint32_t &per_minute);

/* SIGUSR1, SIGUSR2 and SIGHUP: what programs catch by convention. 0: another name. */
uint16_t signal_of(std::string_view name);
bool is_offered(uint16_t signal);

} // namespace memwarden::helper
