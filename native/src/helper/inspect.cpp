#include "helper/inspect.hpp"

#include "memwarden.h"
#include "parse.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace memwarden::helper {

namespace {

constexpr size_t PATH = 48;
constexpr size_t PIECE = 65536;
/* Twice what execve(2) takes by default. */
constexpr size_t MOST_ENVIRON = size_t{4} << 20U;
/* 65,530 mappings, the default of vm.max_map_count, with long paths. */
constexpr size_t MOST_MAPS = size_t{32} << 20U;
constexpr std::array<std::string_view, 3> OPT_IN{
    "MEMWARDEN_NOTIFY_SIGNAL=", "MEMWARDEN_NOTIFY_PORT=", "MEMWARDEN_NOTIFY_PATH="};
constexpr std::array<std::string_view, 4> MARKED{"libnode.so", "libjvm.so", "libj9vm", "libcoreclr.so"};
/* Elf note of the Go linker: type 4, name "Go". */
constexpr std::string_view GO_NOTE("\4\0\0\0Go\0\0", 8);

using path = std::array<char, PATH>;

path path_of(uint32_t pid, const char *file) {
  path made{};
  (void)std::snprintf(made.data(), made.size(), "/proc/%u/%s", pid,
                      file); // NOLINT(cppcoreguidelines-pro-type-vararg)
  return made;
}

/* A process that is held. */
class held {
public:
  ~held() {
    if (fd_ >= 0) (void)mw_fd_close(fd_);
  }
  held() = default;
  held(const held &) = delete;
  held &operator=(const held &) = delete;
  held(held &&) = delete;
  held &operator=(held &&) = delete;

  int32_t open(const request &of) { return mw_pidfd_open(of.pid, of.start_ticks, &fd_); }
  /* MW_ERR_NOT_FOUND: it ended while it was looked at. A zombie has no program any more: it ended, too. */
  [[nodiscard]] int32_t still_there() const {
    const int32_t waited = mw_pidfd_wait(fd_, 0);
    return waited == MW_ERR_TIMED_OUT ? static_cast<int32_t>(MW_OK)
                                      : static_cast<int32_t>(waited == MW_OK ? MW_ERR_NOT_FOUND : waited);
  }
  [[nodiscard]] int32_t signal(uint16_t number) const { return mw_pidfd_signal(fd_, number); }

private:
  int32_t fd_ = -1;
};

template <typename taker> int32_t in_pieces(const path &file, size_t most, taker take) {
  const unique_fd fd(open(file.data(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return status_of(errno);
  std::array<char, PIECE> buffer{};
  for (size_t total = 0; total <= most;) {
    size_t length = 0;
    const int32_t status = read_some(fd.get(), buffer, length);
    if (status != MW_OK) return status;
    if (length == 0) return MW_OK;
    total += length;
    take(std::string_view(buffer.data(), length));
  }
  return MW_ERR_MALFORMED;
}

int32_t add_program(uint32_t pid, response &to) {
  constexpr size_t MOST_TARGET = 4096;
  std::array<char, MOST_TARGET> target{};
  const ssize_t length = readlink(path_of(pid, "exe").data(), target.data(), target.size());
  if (length < 0) return status_of(errno);
  std::string_view program(target.data(), static_cast<size_t>(length));
  constexpr std::string_view DELETED = " (deleted)";
  if (program.ends_with(DELETED)) program.remove_suffix(DELETED.size());
  to.add('P', program.substr(program.rfind('/') + 1));
  return MW_OK;
}

int32_t add_opt_in(uint32_t pid, response &to) {
  environ_filter filter(to);
  const int32_t status =
      in_pieces(path_of(pid, "environ"), MOST_ENVIRON, [&](std::string_view piece) { filter.take(piece); });
  filter.end();
  // Its mode is 0400: another user's needs CAP_DAC_READ_SEARCH, which would open every file of the node.
  if (status != MW_ERR_DENIED) return status;
  to.add('U', "");
  return MW_OK;
}

int32_t add_libraries(uint32_t pid, response &to) {
  // A name may lie across two pieces: the end of one stays in front of the next.
  constexpr size_t OVERLAP = 32;
  std::array<char, OVERLAP + PIECE> window{};
  size_t kept = 0;
  std::array<bool, MARKED.size()> found{};
  const int32_t status = in_pieces(path_of(pid, "maps"), MOST_MAPS, [&](std::string_view piece) {
    std::copy(piece.begin(), piece.end(), window.begin() + static_cast<std::ptrdiff_t>(kept));
    const std::string_view text(window.data(), kept + piece.size());
    for (size_t i = 0; i < MARKED.size(); i++)
      found.at(i) = found.at(i) || text.find(MARKED.at(i)) != std::string_view::npos;
    kept = std::min(OVERLAP, text.size());
    std::copy(text.end() - static_cast<std::ptrdiff_t>(kept), text.end(), window.begin());
  });
  for (size_t i = 0; i < MARKED.size(); i++)
    if (found.at(i)) to.add('L', MARKED.at(i));
  return status;
}

int32_t add_go_note(uint32_t pid, response &to) {
  constexpr size_t HEAD = 4096;
  const unique_fd fd(open(path_of(pid, "exe").data(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return status_of(errno);
  std::array<char, HEAD> head{};
  size_t length = 0;
  const int32_t status = read_some(fd.get(), head, length);
  if (status != MW_OK) return status;
  if (std::string_view(head.data(), length).find(GO_NOTE) != std::string_view::npos) to.add('G', "");
  return MW_OK;
}

/* -1: none of the kernel's digits. */
int digit_of(char c) {
  constexpr int TEN = 10;
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + TEN : -1;
}

bool parse_hex(std::string_view text, uint64_t &value) {
  constexpr size_t MOST_DIGITS = 16;
  constexpr unsigned FOUR = 4;
  if (text.empty() || text.size() > MOST_DIGITS) return false;
  value = 0;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0) return false;
    value = (value << FOUR) | static_cast<uint64_t>(digit);
  }
  return true;
}

/* Uid: real, effective, saved, filesystem. */
bool parse_effective(std::string_view text, uint32_t &uid) {
  (void)take_until(text, '\t');
  uint64_t number = 0;
  if (!parse_unsigned(take_until(text, '\t'), number) || number > UINT32_MAX) return false;
  uid = static_cast<uint32_t>(number);
  return true;
}

/* The kernel escapes newlines in Name, so no other line can be made up by it. */
bool take_field(std::string_view key, std::string_view value, signal_status &status) {
  if (key == "Uid:") return parse_effective(value, status.uid);
  if (key == "SigCgt:") return parse_hex(value, status.caught);
  if (key == "SigIgn:") return parse_hex(value, status.ignored);
  if (key == "SigBlk:") return parse_hex(value, status.blocked);
  if (key == "Name:") status.name = value;
  return key == "Name:";
}

int32_t refused(response &to, std::string_view why) {
  to.add('D', why);
  return MW_ERR_REFUSED;
}

/* Only a file that is certainly not there is none. */
bool is_stopped(const char *stop_file) {
  struct stat unused {};
  return lstat(stop_file, &unused) == 0 || errno != ENOENT;
}

/* In a container these paths start with "/..": where in the path it stands does not matter. */
bool is_system_service(uint32_t pid) {
  constexpr size_t TEXT = 16384;
  std::array<char, TEXT> buffer{};
  std::string_view text;
  if (read_file(-1, path_of(pid, "cgroup").data(), buffer, text) != MW_OK) return true;
  return text.find("/system.slice/") != std::string_view::npos;
}

/* `signal` is one of those that are offered, so it is in the mask. */
bool has(uint64_t mask, uint16_t signal) { return ((mask >> (signal - 1U)) & 1U) != 0; }

std::string_view why_not(const signal_status &status, uint16_t signal) {
  if (!has(status.caught, signal)) return "NoHandler";
  if (has(status.ignored, signal) || has(status.blocked, signal)) return "NoHandler";
  return {};
}

uint64_t now_ms() {
  timespec now{};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  constexpr uint64_t MILLI = 1000;
  constexpr uint64_t NANOS = 1000000;
  return static_cast<uint64_t>(now.tv_sec) * MILLI + static_cast<uint64_t>(now.tv_nsec) / NANOS;
}

/* A ConfigMap's files are links, so links are followed; its folder is not the peer's to change. */
bool read_list(const char *file, std::span<char> buffer, std::string_view &list) {
  const unique_fd fd(open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  size_t used = 0;
  for (size_t length = 1; length > 0; used += length) {
    if (!fd.valid() || used == buffer.size() || read_some(fd.get(), buffer.subspan(used), length) != MW_OK)
      return false;
  }
  list = {buffer.data(), used};
  return true;
}

int32_t refused_by_list(const veto_files &veto, const asked &what, rate_limit &limit, response &to) {
  std::array<char, MOST_LIST_BYTES + 1> buffer{};
  std::string_view list;
  if (!read_list(veto.allow_list, buffer, list)) return refused(to, "NotAllowedHere");
  uint32_t per_minute = 0;
  if (judge(list, what, per_minute) != verdict::ALLOWED) return refused(to, "NotAllowedHere");
  return limit.take(per_minute, now_ms()) ? static_cast<int32_t>(MW_OK) : refused(to, "RateLimited");
}

} // namespace

bool parse_signal_status(std::string_view text, signal_status &status) {
  status = {};
  constexpr unsigned ALL = 5;
  unsigned found = 0;
  while (!text.empty()) {
    std::string_view value = take_until(text, '\n');
    const std::string_view key = take_until(value, '\t');
    if (take_field(key, value, status)) found++;
  }
  return found == ALL;
}

void environ_filter::take(std::string_view piece) {
  for (const char c : piece) {
    if (c == '\0') {
      note();
    } else if (length_ < MOST) {
      kept_.at(length_++) = c;
    } else {
      length_ = MOST + 1;
    }
  }
}

void environ_filter::end() { note(); }

void environ_filter::note() {
  if (length_ <= MOST) {
    const std::string_view entry(kept_.data(), length_);
    for (const std::string_view name : OPT_IN)
      if (entry.starts_with(name)) to_.add('E', entry);
  }
  length_ = 0;
}

bool rate_limit::take(uint32_t per_minute, uint64_t now_ms) {
  constexpr double MINUTE_MS = 60000;
  if (begun_) tokens_ += static_cast<double>(now_ms - last_ms_) * per_minute / MINUTE_MS;
  begun_ = true;
  last_ms_ = now_ms;
  tokens_ = std::min(tokens_, static_cast<double>(per_minute));
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

int32_t inspect(const request &of, response &to) {
  held process;
  int32_t status = process.open(of);
  if (status == MW_OK) status = add_program(of.pid, to);
  if (status == MW_OK) status = add_opt_in(of.pid, to);
  if (status == MW_OK) status = add_libraries(of.pid, to);
  if (status == MW_OK) status = add_go_note(of.pid, to);
  // A process that ends while it is read fails in many ways: gone is the true one.
  const int32_t there = process.still_there();
  return there == MW_ERR_NOT_FOUND ? there : status;
}

int32_t rollup(const request &of, response &to) {
  constexpr size_t TEXT = 8192;
  held process;
  const int32_t opened = process.open(of);
  if (opened != MW_OK) return opened;
  std::array<char, TEXT> buffer{};
  std::string_view text;
  const int32_t status = read_file(-1, path_of(of.pid, "smaps_rollup").data(), buffer, text);
  if (status == MW_OK) to.add('R', text);
  const int32_t there = process.still_there();
  return there == MW_OK ? status : there;
}

int32_t send_signal(const request &of, const veto_files &veto, rate_limit &limit, response &to) {
  if (!is_offered(of.signal)) return refused(to, "Unsupported");
  if (is_stopped(veto.stop_file)) return refused(to, "StopFile");
  held process;
  const int32_t opened = process.open(of);
  if (opened != MW_OK) return opened;
  if (is_system_service(of.pid)) return refused(to, "SystemService");
  constexpr size_t TEXT = 16384;
  std::array<char, TEXT> buffer{};
  std::string_view text;
  signal_status status{};
  const int32_t read = read_file(-1, path_of(of.pid, "status").data(), buffer, text);
  if (read != MW_OK) return read;
  if (!parse_signal_status(text, status)) return MW_ERR_MALFORMED;
  const std::string_view why = why_not(status, of.signal);
  if (!why.empty()) return refused(to, why);
  const int32_t listed = refused_by_list(veto, {of.signal, status.uid, status.name}, limit, to);
  if (listed != MW_OK) return listed;
  const int32_t there = process.still_there();
  return there == MW_OK ? process.signal(of.signal) : there;
}

} // namespace memwarden::helper
