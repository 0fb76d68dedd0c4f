/* memwarden.h is C11, and its records have the sizes that bindings rely on. */
#include "memwarden.h"

_Static_assert(sizeof(mw_scan_result) == 24, "mw_scan_result");
_Static_assert(sizeof(mw_process) == 136, "mw_process");
_Static_assert(sizeof(mw_cgroup) == 120, "mw_cgroup");
_Static_assert(sizeof(mw_proportional) == 32, "mw_proportional");

int32_t (*const header_c_uses)(int32_t) = mw_fd_close;
