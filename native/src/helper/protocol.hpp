/*
 * What travels over the helper's socket. A request has one size, so that nothing in it says how much to read.
 *   request   magic "MWH1" · operation u16 · signal u16 · pid u32 · reserved u32 (0) · start_ticks u64      24 bytes
 *   response  status i32 (mw_status) · length u32 · `length` bytes                                         ≤ 8 +
 * MOST_PAYLOAD Little-endian. Records of a payload end with NUL: the first byte says what it is.
 */
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace memwarden::helper {

inline constexpr size_t REQUEST_BYTES = 24;
inline constexpr size_t HEADER_BYTES = 8;
inline constexpr size_t MOST_PAYLOAD = 16384;

enum class operation : uint16_t {
  INSPECT = 1, /* P<program> · E<NAME=VALUE> of the opt-in, or U (its environment may not be read) · L<marked library> ·
                  G (a Go program) */
  ROLLUP = 2, /* R<text of smaps_rollup> */
  SIGNAL = 3, /* D<why not>, when it was refused */
};

struct request {
  operation what;
  uint16_t signal; /* 0 unless operation::SIGNAL */
  uint32_t pid;
  uint64_t start_ticks;
};

/* False for anything that a client of this version would not send. */
bool parse_request(std::span<const std::byte, REQUEST_BYTES> bytes, request &parsed);

/* A response under construction. What does not fit makes it MW_ERR_TOO_SMALL: half an answer is none. */
class response {
public:
  void add(char kind, std::string_view value);
  [[nodiscard]] std::span<const std::byte> finish(int32_t status);

private:
  std::array<std::byte, HEADER_BYTES + MOST_PAYLOAD> bytes_{};
  size_t used_ = 0;
  bool too_small_ = false;
};

} // namespace memwarden::helper
