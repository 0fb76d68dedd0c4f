/* What the library says of itself. */
#include "memwarden.h"

uint32_t mw_abi_version(void) { return MW_ABI_VERSION; }

const char *mw_status_text(int32_t status) {
  switch (status) {
  case MW_OK:
    return "success";
  case MW_ERR_INVALID:
    return "an argument is outside its range";
  case MW_ERR_TOO_SMALL:
    return "the buffer is too small";
  case MW_ERR_NO_MEMORY:
    return "no memory left";
  case MW_ERR_NOT_FOUND:
    return "no such process or file";
  case MW_ERR_DENIED:
    return "permission denied";
  case MW_ERR_UNSUPPORTED:
    return "not supported by this kernel";
  case MW_ERR_NO_CONTROLLER:
    return "no mounted cgroup hierarchy holds the memory controller";
  case MW_ERR_BUSY:
    return "somebody else holds the lock";
  case MW_ERR_TIMED_OUT:
    return "timed out";
  case MW_ERR_IO:
    return "input or output error";
  case MW_ERR_MALFORMED:
    return "a kernel file does not read as documented";
  case MW_ERR_IN_USE:
    return "another thread is inside a call with this scanner";
  case MW_ERR_REFUSED:
    return "nobody accepts the connection";
  default:
    return "unknown status";
  }
}
