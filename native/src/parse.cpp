/* The parsers of parse.hpp. */
#include "parse.hpp"

#include <array>
#include <cstring>
#include <limits>

namespace memwarden {

namespace {

constexpr uint64_t DECIMAL = 10;
constexpr uint64_t KIB = 1024;

bool parse_u32(std::string_view text, uint32_t &value) {
  uint64_t wide = 0;
  if (!parse_unsigned(text, wide) || wide > std::numeric_limits<uint32_t>::max()) return false;
  value = static_cast<uint32_t>(wide);
  return true;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Where the first blank, or the colon behind a key, lies. By hand: find_first_of calls memchr for every byte. */
size_t key_length_of(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && text[length] != ':' && !is_blank(text[length])) length++;
  return length;
}

/* rfind, a vector at a time. */
size_t last_of(std::string_view text, char wanted) {
  const void *found = text.empty() ? nullptr : memrchr(text.data(), wanted, text.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<size_t>(static_cast<const char *>(found) - text.data());
}

std::string_view take_word(std::string_view &text) {
  size_t begin = 0;
  while (begin < text.size() && is_blank(text[begin])) begin++;
  size_t end = begin;
  while (end < text.size() && !is_blank(text[end])) end++;
  const std::string_view word(text.data() + begin, end - begin);
  text.remove_prefix(end);
  return word;
}

/* "123" or "123 kB". */
bool parse_amount(std::string_view text, uint64_t &value) {
  uint64_t number = 0;
  if (!parse_unsigned(take_word(text), number)) return false;
  const std::string_view unit = take_word(text);
  const uint64_t scale = unit.empty() ? 1 : KIB;
  if ((!unit.empty() && unit != "kB") || number > MAX_VALUE / scale) return false;
  value = number * scale;
  return true;
}

bool parse_line(std::string_view line, std::span<const keyed_value> wanted) {
  const size_t key_length = key_length_of(line);
  if (key_length == line.size()) return true;
  const std::string_view key(line.data(), key_length);
  for (const keyed_value &candidate : wanted) {
    if (candidate.key != key) continue;
    line.remove_prefix(key_length + 1);
    return parse_amount(line, *candidate.value);
  }
  return true;
}

bool take_prefix(std::string_view &text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/* 0: there is none. */
char first_letter(std::string_view text) {
  const std::string_view word = take_word(text);
  return word.empty() ? '\0' : word.front();
}

/* Every other line that is asked for comes before it (fs/proc/task_mmu.c, task_mem). */
constexpr std::string_view LAST_MEMORY_LINE = "HugetlbPages:";

/* Whether it is worth comparing with the wanted keys. */
bool is_memory_line(std::string_view line) {
  return line.starts_with("Rss") || line.starts_with("VmSwap") || line.starts_with(LAST_MEMORY_LINE);
}

} // namespace

bool parse_unsigned(std::string_view text, uint64_t &value) {
  if (text.empty()) return false;
  uint64_t sum = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return false;
    const auto addend = static_cast<uint64_t>(digit - '0');
    if (sum > (std::numeric_limits<uint64_t>::max() - addend) / DECIMAL) return false;
    sum = sum * DECIMAL + addend;
  }
  value = sum;
  return true;
}

std::string_view take_until(std::string_view &text, char separator) {
  size_t length = text.find(separator);
  const bool last = length == std::string_view::npos;
  if (last) length = text.size();
  const std::string_view head(text.data(), length);
  text.remove_prefix(last ? length : length + 1);
  return head;
}

bool parse_process_stat(std::string_view text, process_stat &stat) {
  constexpr int FLAGS = 9;
  constexpr int START = 22;
  constexpr int BEHIND_PARENT = 5;
  const size_t open = text.find(" (");
  const size_t close = last_of(text, ')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return false;
  if (!parse_u32(std::string_view(text.data(), open), stat.pid)) return false;
  stat.comm = std::string_view(text.data() + open + 2, close - open - 2);
  text.remove_prefix(close + 1);
  const std::string_view state = take_word(text);
  if (state.size() != 1) return false;
  stat.state = state.front();
  if (!parse_u32(take_word(text), stat.parent_pid)) return false;
  for (int field = BEHIND_PARENT; field < FLAGS; field++) (void)take_word(text);
  if (!parse_u32(take_word(text), stat.flags)) return false;
  for (int field = FLAGS + 1; field < START; field++) (void)take_word(text);
  const std::string_view start = take_word(text);
  // A blank must follow, or the number itself was cut.
  return !text.empty() && parse_unsigned(start, stat.start_ticks) && stat.start_ticks <= MAX_VALUE;
}

bool parse_process_status(std::string_view text, process_memory &memory) {
  memory = {};
  const std::array<keyed_value, 5> sizes{{{"RssAnon", &memory.rss_anon},
                                          {"RssFile", &memory.rss_file},
                                          {"RssShmem", &memory.rss_shmem},
                                          {"VmSwap", &memory.swap},
                                          {"HugetlbPages", &memory.hugetlb}}};
  bool has_uid = false;
  std::string_view line;
  // Name comes first, with its newlines escaped (seq_file), so no name can put a line of its own here.
  while (!text.empty() && !line.starts_with(LAST_MEMORY_LINE)) {
    line = take_until(text, '\n');
    std::string_view value = line;
    if (take_prefix(value, "State:")) memory.state = first_letter(value);
    if (take_prefix(value, "Uid:")) has_uid = parse_u32(take_word(value), memory.uid);
    if (is_memory_line(line) && !parse_line(line, sizes)) return false;
  }
  return memory.state != 0 && has_uid;
}

bool find_cgroup_path(std::string_view text, std::string_view controller, std::string_view &path) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view id = take_until(line, ':');
    const std::string_view controllers = take_until(line, ':');
    const bool found = controller.empty() ? id == "0" && controllers.empty() : list_has(controllers, ',', controller);
    if (!found) continue;
    path = line;
    return !line.empty() && line.front() == '/';
  }
  return false;
}

bool parse_keyed(std::string_view text, std::span<const keyed_value> wanted) {
  while (!text.empty()) {
    if (!parse_line(take_until(text, '\n'), wanted)) return false;
  }
  return true;
}

bool parse_single(std::string_view text, uint64_t &value) {
  const std::string_view line = take_until(text, '\n');
  if (line != "max") return parse_unsigned(line, value);
  value = std::numeric_limits<uint64_t>::max();
  return true;
}

bool parse_mount_line(std::string_view line, mount_line &mount) {
  // 36 35 98:0 /root /mount/point rw,noatime master:1 - type source super,options
  for (int field = 0; field < 3; field++) (void)take_until(line, ' ');
  mount.root = take_until(line, ' ');
  mount.mount_point = take_until(line, ' ');
  while (!line.empty()) {
    if (take_until(line, ' ') == "-") break;
  }
  mount.type = take_until(line, ' ');
  (void)take_until(line, ' ');
  mount.super_options = line;
  return !mount.root.empty() && !mount.mount_point.empty() && !mount.type.empty();
}

bool list_has(std::string_view list, char separator, std::string_view word) {
  while (!list.empty()) {
    if (take_until(list, separator) == word) return true;
  }
  return false;
}

bool is_hugetlb_usage(std::string_view name, std::string_view suffix) {
  constexpr std::string_view PREFIX = "hugetlb.";
  if (!name.starts_with(PREFIX) || !name.ends_with(suffix)) return false;
  if (name.size() <= PREFIX.size() + suffix.size()) return false;
  name.remove_prefix(PREFIX.size());
  name.remove_suffix(suffix.size());
  return name.find('.') == std::string_view::npos;
}

} // namespace memwarden
