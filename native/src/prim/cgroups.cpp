/*
 * mw_scan_cgroups: breadth first, with the records themselves as the queue, so no descriptor and no stack is kept
 * for the levels above.
 */
#include "prim/scan_buffer.hpp"
#include "prim/scanner.hpp"

#include <array>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <sys/stat.h>

namespace memwarden {

namespace {

using buffer = scan_buffer<mw_cgroup>;

/* The hugetlb files of one directory. More page sizes than this exist on no architecture. */
class hugetlb_files {
public:
  static constexpr size_t MOST = 8;
  void add(std::string_view name) {
    if (count_ == MOST || name.size() >= names_.at(count_).size()) return;
    std::memcpy(names_.at(count_).data(), name.data(), name.size());
    names_.at(count_++).at(name.size()) = '\0';
  }
  [[nodiscard]] size_t count() const { return count_; }
  [[nodiscard]] const char *name(size_t index) const { return names_.at(index).data(); }

private:
  static constexpr size_t NAME_BYTES = 48;
  std::array<std::array<char, NAME_BYTES>, MOST> names_{};
  size_t count_ = 0;
};

/* One directory on its way into a record. */
struct visit {
  mw_scanner &scanner;
  buffer &out;
  mw_scan_result &result;
  int directory;
  uint32_t index;
  bool is_root;
};

int32_t read_number(const visit &at, const char *name, uint64_t &value) {
  std::string_view text;
  const int32_t status = read_file(at.directory, name, at.scanner.text, text);
  if (status != MW_OK) return status;
  return parse_single(text, value) && value <= MAX_VALUE ? MW_OK : MW_ERR_MALFORMED;
}

/* "max", and what v1 prints for it (PAGE_COUNTER_MAX in bytes, by page size), is no limit. */
int32_t read_limit(const visit &at, const char *name, uint64_t &limit) {
  std::string_view text;
  const int32_t status = read_file(at.directory, name, at.scanner.text, text);
  if (status != MW_OK) return status;
  if (!parse_single(text, limit)) return MW_ERR_MALFORMED;
  if (limit > MAX_VALUE) limit = MW_ABSENT;
  return MW_OK;
}

/* `value` stays when there is no such file: a controller or accounting that is off. */
int32_t read_optional(const visit &at, const char *name, uint64_t &value) {
  const int32_t status = read_number(at, name, value);
  return status == MW_ERR_NOT_FOUND || status == MW_ERR_UNSUPPORTED ? MW_OK : status;
}

int32_t read_keyed(const visit &at, const char *name, std::span<const keyed_value> wanted) {
  std::string_view text;
  const int32_t status = read_file(at.directory, name, at.scanner.text, text);
  if (status != MW_OK) return status;
  return parse_keyed(text, wanted) ? MW_OK : MW_ERR_MALFORMED;
}

int32_t read_keyed_optional(const visit &at, const char *name, std::span<const keyed_value> wanted) {
  const int32_t status = read_keyed(at, name, wanted);
  return status == MW_ERR_NOT_FOUND || status == MW_ERR_UNSUPPORTED ? MW_OK : status;
}

int32_t read_v2_stat(const visit &at, mw_cgroup &record) {
  uint64_t stacks = 0;
  uint64_t tables = 0;
  uint64_t percpu = 0;
  uint64_t vmalloc = 0;
  uint64_t slab = 0;
  record.kernel = MW_ABSENT;
  record.hugetlb = MW_ABSENT;
  const std::array<keyed_value, 10> wanted{{{"anon", &record.anon},
                                            {"file", &record.file},
                                            {"shmem", &record.shmem},
                                            {"kernel", &record.kernel},
                                            {"kernel_stack", &stacks},
                                            {"pagetables", &tables},
                                            {"percpu", &percpu},
                                            {"vmalloc", &vmalloc},
                                            {"slab", &slab},
                                            {"hugetlb", &record.hugetlb}}};
  const int32_t status = read_keyed(at, "memory.stat", wanted);
  if (status != MW_OK || record.kernel != MW_ABSENT) return status;
  record.kernel = stacks + tables + percpu + vmalloc + slab;
  at.result.flags |= MW_SCAN_KERNEL_DERIVED;
  return record.kernel <= MAX_VALUE ? MW_OK : MW_ERR_MALFORMED;
}

int32_t read_v2(const visit &at, mw_cgroup &record) {
  record.usage = MW_ABSENT;
  record.limit = MW_ABSENT;
  record.own_anon = record.own_file = record.own_shmem = MW_ABSENT;
  int32_t status = at.is_root ? MW_OK : read_number(at, "memory.current", record.usage);
  if (status == MW_OK) status = read_v2_stat(at, record);
  if (status == MW_OK) status = at.is_root ? MW_OK : read_limit(at, "memory.max", record.limit);
  if (status == MW_OK) status = read_optional(at, "memory.swap.current", record.swap);
  const std::array<keyed_value, 1> events{{{"oom_kill", &record.oom_kills}}};
  if (status == MW_OK) status = read_keyed_optional(at, "memory.events", events);
  const std::array<keyed_value, 1> dying{{{"nr_dying_descendants", &record.dying}}};
  if (status == MW_OK) status = read_keyed_optional(at, "cgroup.stat", dying);
  return status;
}

int32_t read_v1(const visit &at, mw_cgroup &record) {
  int32_t status = read_number(at, "memory.usage_in_bytes", record.usage);
  const std::array<keyed_value, 7> wanted{{{"cache", &record.own_file},
                                           {"rss", &record.own_anon},
                                           {"shmem", &record.own_shmem},
                                           {"total_cache", &record.file},
                                           {"total_rss", &record.anon},
                                           {"total_shmem", &record.shmem},
                                           {"total_swap", &record.swap}}};
  if (status == MW_OK) status = read_keyed(at, "memory.stat", wanted);
  if (status == MW_OK) status = read_limit(at, "memory.limit_in_bytes", record.limit);
  if (status == MW_OK) status = read_optional(at, "memory.kmem.usage_in_bytes", record.kernel);
  const std::array<keyed_value, 1> events{{{"oom_kill", &record.oom_kills}}};
  if (status == MW_OK) status = read_keyed_optional(at, "memory.oom_control", events);
  return status;
}

/* Over all page sizes; stays absent when no file is there. */
int32_t read_hugetlb(const visit &at, const hugetlb_files &files, mw_cgroup &record) {
  record.hugetlb = MW_ABSENT;
  for (size_t i = 0; i < files.count(); i++) {
    uint64_t value = MW_ABSENT;
    const int32_t status = read_optional(at, files.name(i), value);
    if (status != MW_OK) return status;
    if (value == MW_ABSENT) continue;
    record.hugetlb = value + (record.hugetlb == MW_ABSENT ? 0 : record.hugetlb);
  }
  return record.hugetlb == MW_ABSENT || record.hugetlb <= MAX_VALUE ? MW_OK : MW_ERR_MALFORMED;
}

/* v1 keeps hugetlb in a hierarchy of its own, with the same paths where a runtime uses both. */
int32_t read_v1_hugetlb(const visit &at, const char *path, mw_cgroup &record) {
  record.hugetlb = MW_ABSENT;
  unique_fd directory;
  const int root = at.scanner.memory.hugetlb.get();
  if (root < 0 || open_directory(root, path, directory) != MW_OK) return MW_OK;
  hugetlb_files files;
  directory_listing listing(directory.get(), at.scanner.entries);
  directory_entry entry{};
  while (listing.next(entry) == MW_OK) {
    if (is_hugetlb_usage(entry.name, ".usage_in_bytes")) files.add(entry.name);
  }
  const visit there{at.scanner, at.out, at.result, directory.get(), at.index, at.is_root};
  return read_hugetlb(there, files, record);
}

bool is_child(const directory_entry &entry) {
  return entry.type == DT_DIR && std::strcmp(entry.name, ".") != 0 && std::strcmp(entry.name, "..") != 0;
}

/* Puts a child at the end of the queue. */
int32_t enqueue(const visit &at, const char *name) {
  const mw_cgroup parent = at.out.at(at.index);
  const std::string_view head = at.is_root ? "" : at.out.string(parent.path_offset, parent.path_bytes);
  const size_t length = head.size() + 1 + std::strlen(name);
  if (length >= PATH_MAX) {
    at.result.skipped++;
    return MW_OK;
  }
  mw_cgroup *child = at.out.add();
  if (child == nullptr) return MW_ERR_TOO_SMALL;
  const uint32_t offset = at.out.add_path(head, name);
  if (offset == 0) return MW_ERR_TOO_SMALL;
  child->path_offset = offset;
  child->path_bytes = static_cast<uint32_t>(length);
  return MW_OK;
}

int32_t list(const visit &at, hugetlb_files &files) {
  directory_listing listing(at.directory, at.scanner.entries);
  directory_entry entry{};
  int32_t status = MW_OK;
  while ((status = listing.next(entry)) == MW_OK) {
    if (is_hugetlb_usage(entry.name, ".current")) files.add(entry.name);
    if (!is_child(entry)) continue;
    status = enqueue(at, entry.name);
    if (status != MW_OK) return status;
  }
  return status == MW_ERR_NOT_FOUND ? MW_OK : status;
}

int32_t fill(const visit &at, const char *path) {
  mw_cgroup record = at.out.at(at.index);
  struct stat about {};
  if (fstat(at.directory, &about) != 0) return MW_ERR_NOT_FOUND;
  record.inode = about.st_ino;
  hugetlb_files files;
  int32_t status = list(at, files);
  if (status != MW_OK) return status;
  if (at.scanner.memory.version == 1) {
    status = read_v1(at, record);
    if (status == MW_OK) status = read_v1_hugetlb(at, path, record);
  } else {
    status = read_v2(at, record);
    // What is inside memory.current, where memory.stat tells (newer kernels), not what the controller counts.
    const bool is_told = at.scanner.memory.hugetlb_charged && record.hugetlb != MW_ABSENT;
    if (status == MW_OK && !is_told) status = read_hugetlb(at, files, record);
  }
  at.out.at(at.index) = record;
  return status;
}

/* Marks what could not be read; path_bytes 0 is no path. */
void leave_out(mw_cgroup &record) { record.path_bytes = 0; }

int32_t visit_one(mw_scanner &scanner, buffer &out, mw_scan_result &result, uint32_t index) {
  const mw_cgroup record = out.at(index);
  const std::string_view absolute = out.string(record.path_offset, record.path_bytes);
  const bool is_root = absolute == "/";
  const char *path = is_root ? "." : absolute.data() + 1;
  unique_fd directory;
  const buffer::mark before = out.here();
  int32_t status = open_directory(scanner.memory.root.get(), path, directory);
  if (status == MW_OK) status = fill({scanner, out, result, directory.get(), index, is_root}, path);
  if (status == MW_OK || status == MW_ERR_TOO_SMALL) return status;
  // Without the root there is nothing to be below. It never vanishes: a file of it is missing on this kernel.
  if (is_root) return status == MW_ERR_NOT_FOUND ? MW_ERR_UNSUPPORTED : status;
  out.drop_records_and_strings(before);
  leave_out(out.at(index));
  if (status != MW_ERR_NOT_FOUND) result.skipped++;
  return MW_OK;
}

int32_t scan(mw_scanner &scanner, buffer &out, mw_scan_result &result) {
  mw_cgroup *root = out.add();
  const uint32_t path = out.add_string("/");
  if (root == nullptr || path == 0) return MW_ERR_TOO_SMALL;
  root->path_offset = path;
  root->path_bytes = 1;
  for (uint32_t index = 0; index < out.count(); index++) {
    const int32_t status = visit_one(scanner, out, result, index);
    if (status != MW_OK) return status;
  }
  out.filter([](const mw_cgroup &record) { return record.path_bytes != 0; });
  return MW_OK;
}

} // namespace

} // namespace memwarden

int32_t mw_scan_cgroups(mw_scanner *scanner, void *buffer, uint64_t bytes, mw_scan_result *result) {
  if (scanner == nullptr || result == nullptr || !memwarden::is_scan_buffer(buffer, bytes)) return MW_ERR_INVALID;
  const memwarden::scanner_turn turn(*scanner);
  if (!turn) return MW_ERR_IN_USE;
  if (scanner->memory.version == 0) return MW_ERR_NO_CONTROLLER;
  memwarden::scan_buffer<mw_cgroup> out(buffer, bytes);
  mw_scan_result found{};
  const int32_t status = memwarden::scan(*scanner, out, found);
  // How many lie below is not known until they are read, so this doubles.
  if (status == MW_ERR_TOO_SMALL) result->needed_bytes = bytes * 2 + sizeof(mw_cgroup) * 2;
  if (status != MW_OK) return status;
  found.needed_bytes = out.used_bytes();
  found.records = out.count();
  found.cgroup_version = scanner->memory.version;
  if (scanner->memory.hugetlb_charged && scanner->memory.version == 2) found.flags |= MW_SCAN_HUGETLB_CHARGED;
  *result = found;
  return MW_OK;
}
