/* mw_scan_processes. */
#include "prim/scan_buffer.hpp"
#include "prim/scanner.hpp"

#include <algorithm>
#include <functional>

namespace memwarden {

namespace {

using buffer = scan_buffer<mw_process>;

bool is_pid(const char *name) {
  const auto first = static_cast<unsigned char>(name[0]);
  return first >= '1' && first <= '9';
}

void fill_stat(mw_process &record, const process_stat &stat) {
  record.start_ticks = stat.start_ticks;
  record.pid = stat.pid;
  record.parent_pid = stat.parent_pid;
  record.state = static_cast<uint8_t>(stat.state);
  const size_t length = std::min<size_t>(stat.comm.size(), MW_COMM_BYTES);
  record.comm_bytes = static_cast<uint8_t>(length);
  std::copy_n(stat.comm.data(), length, record.comm);
}

void fill_memory(mw_process &record, const process_memory &memory) {
  record.rss_anon = memory.rss_anon;
  record.rss_file = memory.rss_file;
  record.rss_shmem = memory.rss_shmem;
  record.swap = memory.swap;
  record.hugetlb = memory.hugetlb;
  record.uid = memory.uid;
  record.state = static_cast<uint8_t>(memory.state);
}

/* Stores a path once while its slot lasts. False: no room. */
bool put_path(mw_scanner &scanner, buffer &out, mw_process &record, std::string_view path) {
  uint32_t &slot = scanner.paths.at(std::hash<std::string_view>{}(path) % PATH_SLOTS);
  if (slot == 0 || !out.string_is(slot, path)) slot = out.add_string(path);
  record.cgroup_offset = slot;
  record.cgroup_bytes = static_cast<uint32_t>(path.size());
  return slot != 0;
}

/* MW_ERR_TOO_SMALL: no room. An unreadable path leaves the record without one; only a lost process ends it. */
int32_t read_path(mw_scanner &scanner, buffer &out, int process, mw_process &record) {
  std::string_view text;
  const int32_t status = read_file(process, "cgroup", scanner.text, text);
  if (status == MW_ERR_NOT_FOUND) return status;
  std::string_view path;
  const std::string_view controller = scanner.memory.version == 1 ? "memory" : "";
  if (status != MW_OK || !find_cgroup_path(text, controller, path)) return MW_OK;
  return put_path(scanner, out, record, path) ? MW_OK : MW_ERR_TOO_SMALL;
}

int32_t read_user_process(mw_scanner &scanner, buffer &out, int process, mw_process &record) {
  std::string_view text;
  const int32_t status = read_file(process, "status", scanner.text, text);
  if (status != MW_OK) return status;
  process_memory memory{};
  if (!parse_process_status(text, memory)) return MW_ERR_MALFORMED;
  fill_memory(record, memory);
  return read_path(scanner, out, process, record);
}

/* One process from one directory descriptor, so that every file is of the same process even if its pid is reused. */
int32_t read_process(mw_scanner &scanner, buffer &out, const char *pid) {
  unique_fd process;
  process_stat stat{};
  const int32_t status = open_process(scanner, pid, process, stat);
  if (status != MW_OK) return status;
  mw_process *record = out.add();
  if (record == nullptr) return MW_ERR_TOO_SMALL;
  fill_stat(*record, stat);
  if ((stat.flags & KERNEL_THREAD) == 0) return read_user_process(scanner, out, process.get(), *record);
  // A kernel thread has no memory of its own and nothing is charged through it.
  return put_path(scanner, out, *record, "/") ? MW_OK : MW_ERR_TOO_SMALL;
}

/* Goes on counting where the buffer ended. */
uint64_t needed_for(directory_listing &listing, uint64_t used) {
  constexpr uint64_t PATH_ESTIMATE = 192;
  uint64_t needed = used + sizeof(mw_process) + PATH_ESTIMATE;
  directory_entry entry{};
  while (listing.next(entry) == MW_OK) {
    if (is_pid(entry.name)) needed += sizeof(mw_process) + PATH_ESTIMATE;
  }
  return needed;
}

int32_t scan(mw_scanner &scanner, buffer &out, mw_scan_result &result) {
  scanner.paths.fill(0);
  directory_listing listing(scanner.proc.get(), scanner.entries);
  directory_entry entry{};
  int32_t status = MW_OK;
  while ((status = listing.next(entry)) == MW_OK) {
    if (!is_pid(entry.name)) continue;
    const buffer::mark before = out.here();
    status = read_process(scanner, out, entry.name);
    if (status == MW_OK) continue;
    if (status == MW_ERR_TOO_SMALL) {
      result.needed_bytes = needed_for(listing, out.capacity());
      return status;
    }
    out.drop_records(before);
    if (status != MW_ERR_NOT_FOUND) result.skipped++;
  }
  return status == MW_ERR_NOT_FOUND ? MW_OK : status;
}

} // namespace

} // namespace memwarden

int32_t mw_scan_processes(mw_scanner *scanner, void *buffer, uint64_t bytes, mw_scan_result *result) {
  if (scanner == nullptr || result == nullptr || !memwarden::is_scan_buffer(buffer, bytes)) return MW_ERR_INVALID;
  const memwarden::scanner_turn turn(*scanner);
  if (!turn) return MW_ERR_IN_USE;
  memwarden::scan_buffer<mw_process> out(buffer, bytes);
  mw_scan_result found{};
  const int32_t status = memwarden::scan(*scanner, out, found);
  if (status == MW_ERR_TOO_SMALL) result->needed_bytes = found.needed_bytes;
  if (status != MW_OK) return status;
  found.needed_bytes = out.used_bytes();
  found.records = out.count();
  found.cgroup_version = scanner->memory.version;
  *result = found;
  return MW_OK;
}
