/* Finding the hierarchy of hierarchy.hpp. */
#include "prim/hierarchy.hpp"

#include "memwarden.h"
#include "parse.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <unistd.h>

namespace memwarden {

namespace {

using path_buffer = std::array<char, PATH_MAX>;

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

/* Undoes the \ooo of mountinfo (blank, tab, newline, backslash). False: too long. */
bool unescape(std::string_view text, path_buffer &path) {
  constexpr size_t ESCAPE = 4;
  constexpr unsigned BITS = 3;
  size_t length = 0;
  while (!text.empty()) {
    if (length + 1 >= path.size()) return false;
    const bool escaped = text.size() >= ESCAPE && text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) && is_octal(text[3]);
    unsigned value = static_cast<unsigned char>(text[0]);
    if (escaped) value = 0;
    for (size_t i = 1; escaped && i < ESCAPE; i++) value = (value << BITS) + static_cast<unsigned>(text[i] - '0');
    path.at(length++) = static_cast<char>(value);
    text.remove_prefix(escaped ? ESCAPE : 1);
  }
  path.at(length) = '\0';
  return true;
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
    found.root = static_cast<unique_fd &&>(folder);
    return MW_OK;
  }
  unique_fd memory;
  if (open_directory(folder.get(), "memory", memory) == MW_OK && has_file(memory.get(), "memory.usage_in_bytes")) {
    found.version = 1;
    found.root = static_cast<unique_fd &&>(memory);
    (void)open_directory(folder.get(), "hugetlb", found.hugetlb);
  } else if (has_file(folder.get(), "memory.usage_in_bytes")) {
    found.version = 1;
    found.root = static_cast<unique_fd &&>(folder);
  }
  return MW_OK;
}

void take_mount(const mount_line &mount, memory_hierarchy &found) {
  const bool v1 = mount.type == "cgroup";
  if (mount.root != "/" || (!v1 && mount.type != "cgroup2")) return;
  path_buffer path{};
  unique_fd root;
  if (!unescape(mount.mount_point, path) || open_directory(AT_FDCWD, path.data(), root) != MW_OK) return;
  if (v1 && list_has(mount.super_options, ',', "hugetlb") && !found.hugetlb.valid()) {
    (void)open_directory(root.get(), ".", found.hugetlb);
  }
  const bool memory = v1 ? list_has(mount.super_options, ',', "memory") : v2_holds_memory(root.get());
  if (!memory || found.version == 1) return;
  found.version = v1 ? 1 : 2;
  found.root = static_cast<unique_fd &&>(root);
}

} // namespace

int32_t find_memory_hierarchy(int proc, const char *cgroup_root, std::span<char> scratch, memory_hierarchy &found) {
  std::string_view mounts;
  const int32_t status = read_file(proc, "self/mountinfo", scratch, mounts);
  if (status != MW_OK && cgroup_root == nullptr) return status == MW_ERR_NOT_FOUND ? MW_OK : status;
  while (!mounts.empty()) {
    mount_line mount{};
    if (!parse_mount_line(take_until(mounts, '\n'), mount)) continue;
    if (mount.type == "cgroup2" && list_has(mount.super_options, ',', "memory_hugetlb_accounting")) {
      found.hugetlb_charged = true;
    }
    if (cgroup_root == nullptr) take_mount(mount, found);
  }
  return cgroup_root == nullptr ? MW_OK : look_into(cgroup_root, found);
}

} // namespace memwarden
