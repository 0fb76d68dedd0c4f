/* Finding the hierarchy of hierarchy.hpp. */
#include "prim/hierarchy.hpp"

#include "memwarden.h"
#include "parse.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace memwarden {

namespace {

using path_buffer = std::array<char, PATH_MAX>;

/* The byte at the front, taken off: \ooo is one byte. */
char take_escaped(std::string_view &text) {
  constexpr size_t ESCAPE = 4;
  constexpr unsigned OCTAL_BITS = 3;
  const bool escaped = text.size() >= ESCAPE && text.front() == '\\' && text.find_first_not_of("01234567", 1) >= ESCAPE;
  unsigned value = 0;
  for (size_t i = 1; escaped && i < ESCAPE; i++) {
    value = (value << OCTAL_BITS) + static_cast<unsigned>(text[i] - '0');
  }
  const char byte = escaped ? static_cast<char>(value) : text.front();
  text.remove_prefix(escaped ? ESCAPE : 1);
  return byte;
}

/* Undoes the escapes of mountinfo (blank, tab, newline, backslash). False: too long. */
bool unescape(std::string_view text, path_buffer &path) {
  size_t length = 0;
  while (!text.empty() && length + 1 < path.size()) path.at(length++) = take_escaped(text);
  path.at(length) = '\0';
  return text.empty();
}

bool has_file(int at, const char *name) { return faccessat(at, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0; }

bool v2_holds_memory(int root) {
  constexpr size_t SIZE = 1024;
  std::array<char, SIZE> buffer{};
  std::string_view text;
  if (read_file(root, "cgroup.controllers", buffer, text) != MW_OK) return false;
  return list_has(take_until(text, '\n'), ' ', "memory");
}

/* A folder given by the caller: a cgroup2 mount, a v1 memory mount, or the folder of v1 mounts. */
int32_t look_into(const char *path, memory_hierarchy &found) {
  unique_fd folder;
  // The last component may be a link here: it is the caller's own path.
  folder.reset(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return status_of(errno);
  if (v2_holds_memory(folder.get())) {
    found.version = 2;
    found.root = std::move(folder);
    return MW_OK;
  }
  unique_fd memory;
  if (open_directory(folder.get(), "memory", memory) == MW_OK && has_file(memory.get(), "memory.usage_in_bytes")) {
    found.version = 1;
    found.root = std::move(memory);
    (void)open_directory(folder.get(), "hugetlb", found.hugetlb);
  } else if (has_file(folder.get(), "memory.usage_in_bytes")) {
    found.version = 1;
    found.root = std::move(folder);
  }
  return MW_OK;
}

bool is_hierarchy(const mount_line &mount) {
  // A mount of a subtree (a container's own) has other paths than /proc/PID/cgroup.
  return mount.root == "/" && (mount.type == "cgroup" || mount.type == "cgroup2");
}

bool open_mount_point(const mount_line &mount, unique_fd &root) {
  path_buffer path{};
  return unescape(mount.mount_point, path) && open_directory(AT_FDCWD, path.data(), root) == MW_OK;
}

void take_v1(const mount_line &mount, unique_fd &root, memory_hierarchy &found) {
  if (list_has(mount.super_options, ',', "hugetlb")) (void)open_directory(root.get(), ".", found.hugetlb);
  if (found.version == 1 || !list_has(mount.super_options, ',', "memory")) return;
  found.version = 1;
  found.root = std::move(root);
}

void take_v2(unique_fd &root, memory_hierarchy &found) {
  if (found.version != 0 || !v2_holds_memory(root.get())) return;
  found.version = 2;
  found.root = std::move(root);
}

void take_mount(const mount_line &mount, memory_hierarchy &found) {
  unique_fd root;
  if (!is_hierarchy(mount) || !open_mount_point(mount, root)) return;
  if (mount.type == "cgroup")
    take_v1(mount, root, found);
  else
    take_v2(root, found);
}

bool charges_hugetlb(const mount_line &mount) {
  return mount.type == "cgroup2" && list_has(mount.super_options, ',', "memory_hugetlb_accounting");
}

/* A given root is looked into later; only the option, which all cgroup2 mounts share, is taken from here then. */
void take_line(const mount_line &mount, bool any_root, memory_hierarchy &found) {
  if (charges_hugetlb(mount)) found.hugetlb_charged = true;
  if (any_root) take_mount(mount, found);
}

} // namespace

int32_t find_memory_hierarchy(int proc, const char *cgroup_root, std::span<char> scratch, memory_hierarchy &found) {
  const unique_fd file(openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC));
  line_reader mounts(file.get(), scratch);
  int32_t status = file.valid() ? MW_OK : MW_ERR_NOT_FOUND;
  std::string_view line;
  while (status == MW_OK && (status = mounts.next(line)) == MW_OK) {
    mount_line mount{};
    if (parse_mount_line(line, mount)) take_line(mount, cgroup_root == nullptr, found);
  }
  if (status != MW_ERR_NOT_FOUND) return status;
  return cgroup_root == nullptr ? MW_OK : look_into(cgroup_root, found);
}

} // namespace memwarden
