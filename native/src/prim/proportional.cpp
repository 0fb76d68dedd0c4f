/* mw_read_proportional. */
#include "prim/scanner.hpp"

#include <array>
#include <cstdio>

namespace memwarden {

namespace {

constexpr size_t PID_TEXT = 12;

int32_t read_rollup(mw_scanner &scanner, int process, mw_proportional &item) {
  std::string_view text;
  const int32_t status = read_file(process, "smaps_rollup", scanner.text, text);
  if (status != MW_OK) return status;
  uint64_t anon = MW_ABSENT;
  uint64_t shmem = MW_ABSENT;
  const std::array<keyed_value, 2> wanted{{{"Pss_Anon", &anon}, {"Pss_Shmem", &shmem}}};
  if (!parse_keyed(text, wanted)) return MW_ERR_MALFORMED;
  if (text.empty()) return MW_ERR_NOT_FOUND;                              // it has lost its memory: a zombie
  if (anon == MW_ABSENT || shmem == MW_ABSENT) return MW_ERR_UNSUPPORTED; // before 5.4
  item.pss_anon = anon;
  item.pss_shmem = shmem;
  return MW_OK;
}

int32_t read_one(mw_scanner &scanner, mw_proportional &item) {
  std::array<char, PID_TEXT> pid{};
  (void)std::snprintf(pid.data(), pid.size(), "%u", item.pid); // NOLINT(cppcoreguidelines-pro-type-vararg)
  unique_fd process;
  process_stat stat{};
  const int32_t status = open_process(scanner, pid.data(), process, stat);
  if (status != MW_OK) return status;
  if (stat.start_ticks != item.start_ticks) return MW_ERR_NOT_FOUND;
  return read_rollup(scanner, process.get(), item);
}

} // namespace

} // namespace memwarden

int32_t mw_read_proportional(mw_scanner *scanner, mw_proportional *items, uint32_t count) {
  if (scanner == nullptr || (items == nullptr && count > 0)) return MW_ERR_INVALID;
  const memwarden::scanner_turn turn(*scanner);
  if (!turn) return MW_ERR_IN_USE;
  for (uint32_t i = 0; i < count; i++) items[i].status = memwarden::read_one(*scanner, items[i]);
  return MW_OK;
}
