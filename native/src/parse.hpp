/*
 * Parsers of what the kernel prints. Pure: text in, numbers out.
 * No parser reads outside its text, allocates, or takes a number that does not fit; each says false for text
 * that is not as documented, and then its results are not to be used.
 */
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace memwarden {

/* The largest count that is taken from a file: MW_MAX_VALUE of memwarden.h. */
inline constexpr uint64_t MAX_VALUE = (uint64_t{1} << 53U) - 1;

/* Decimal digits and nothing else; false when empty or above 2^64 - 1. */
bool parse_unsigned(std::string_view text, uint64_t &value);

/* Takes the text before `separator` (all of it when there is none) off the front. */
std::string_view take_until(std::string_view &text, char separator);

/* proc_pid_stat(5). comm may hold ')' and newlines, so the fields behind it start at the last ')'. */
struct process_stat {
  std::string_view comm;
  uint64_t start_ticks;
  uint32_t pid;
  uint32_t parent_pid;
  uint32_t flags; /* PF_* */
  char state;
};
bool parse_process_stat(std::string_view text, process_stat &stat);

/* PF_KTHREAD of include/linux/sched.h: no user memory, no cgroup but the root. */
inline constexpr uint32_t KERNEL_THREAD = 0x00200000;

/* proc_pid_status(5), in bytes; 0 for the memory lines that a zombie does not have. */
struct process_memory {
  uint64_t rss_anon;
  uint64_t rss_file;
  uint64_t rss_shmem;
  uint64_t swap;
  uint64_t hugetlb;
  uint32_t uid;
  char state;
};
bool parse_process_status(std::string_view text, process_memory &memory);

/* The path of one controller in /proc/PID/cgroup. `controller` empty: the cgroup2 line "0::". */
bool find_cgroup_path(std::string_view text, std::string_view controller, std::string_view &path);

/*
 * Lines "key value" or "Key:   value kB" (then in bytes). Values of keys that do not occur stay as they are.
 * False for a wanted key without a number up to MAX_VALUE.
 */
struct keyed_value {
  std::string_view key;
  uint64_t *value;
};
bool parse_keyed(std::string_view text, std::span<const keyed_value> wanted);

/* A file with one number, or "max" (then UINT64_MAX), and a newline. */
bool parse_single(std::string_view text, uint64_t &value);

/* One line of proc_pid_mountinfo(5). Text is as printed: \ooo escapes are not undone. */
struct mount_line {
  std::string_view root;
  std::string_view mount_point;
  std::string_view type;
  std::string_view super_options;
};
bool parse_mount_line(std::string_view line, mount_line &mount);

/* Whether `list` (comma- or blank-separated, no blanks at its ends) has `word`. */
bool list_has(std::string_view list, char separator, std::string_view word);

/* "hugetlb.2MB.current" with suffix ".current": true; the .rsvd. and .limit files: false. */
bool is_hugetlb_usage(std::string_view name, std::string_view suffix);

} // namespace memwarden
