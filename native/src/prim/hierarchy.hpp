/* Which mounted cgroup hierarchy holds the memory controller. */
#pragma once

#include "prim/files.hpp"

#include <cstdint>
#include <span>

namespace memwarden {

/* version 0: none was found, and root is not valid. */
struct memory_hierarchy {
  uint32_t version = 0;
  bool hugetlb_charged = false; /* v2 mount option memory_hugetlb_accounting */
  unique_fd root;
  unique_fd hugetlb; /* v1: the root of the hugetlb hierarchy, when mounted */
};

/*
 * cgroup_root may be NULL: then from proc/self/mountinfo, where a v1 memory mount wins, because a cgroup2 mount
 * beside it cannot hold the controller. `scratch` holds mountinfo meanwhile.
 */
int32_t find_memory_hierarchy(int proc, const char *cgroup_root, std::span<char> scratch, memory_hierarchy &found);

} // namespace memwarden
