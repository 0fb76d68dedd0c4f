/* memwarden.h is C++ too, and its records are plain memory. */
#include "memwarden.h"

#include <type_traits>

static_assert(std::is_trivially_copyable_v<mw_process> && std::is_standard_layout_v<mw_process>);
static_assert(std::is_trivially_copyable_v<mw_cgroup> && std::is_standard_layout_v<mw_cgroup>);
static_assert(std::is_trivially_copyable_v<mw_proportional> && std::is_standard_layout_v<mw_proportional>);

int32_t (*const header_cpp_uses)(int32_t) = mw_fd_close;
