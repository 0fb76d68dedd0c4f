#include "helper/protocol.hpp"

#include "memwarden.h"

#include <bit>
#include <climits>
#include <cstring>

namespace memwarden::helper {

namespace {

static_assert(std::endian::native == std::endian::little, "the wire is little-endian");

constexpr std::string_view MAGIC = "MWH1";

template <typename number> number at(std::span<const std::byte, REQUEST_BYTES> bytes, size_t offset) {
  number value{};
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

bool is_known(uint16_t what, uint16_t signal) {
  switch (static_cast<operation>(what)) {
  case operation::INSPECT:
  case operation::ROLLUP:
    return signal == 0;
  case operation::SIGNAL:
    return signal > 0;
  }
  return false;
}

} // namespace

bool parse_request(std::span<const std::byte, REQUEST_BYTES> bytes, request &parsed) {
  constexpr size_t WHAT = 4;
  constexpr size_t SIGNAL = 6;
  constexpr size_t PID = 8;
  constexpr size_t RESERVED = 12;
  constexpr size_t START = 16;
  if (std::memcmp(bytes.data(), MAGIC.data(), MAGIC.size()) != 0) return false;
  const auto what = at<uint16_t>(bytes, WHAT);
  const auto signal = at<uint16_t>(bytes, SIGNAL);
  const auto pid = at<uint32_t>(bytes, PID);
  if (!is_known(what, signal) || at<uint32_t>(bytes, RESERVED) != 0) return false;
  // 1 is the node's init: nothing is ever asked of it.
  if (pid <= 1 || pid > INT_MAX) return false;
  parsed = {static_cast<operation>(what), signal, pid, at<uint64_t>(bytes, START)};
  return true;
}

void response::add(char kind, std::string_view value) {
  if (too_small_ || value.size() + 2 > MOST_PAYLOAD - used_) {
    too_small_ = true;
    return;
  }
  std::byte *to = bytes_.data() + HEADER_BYTES + used_;
  to[0] = static_cast<std::byte>(kind);
  // A NUL inside would end the record early.
  for (size_t i = 0; i < value.size(); i++)
    to[i + 1] = value[i] == '\0' ? std::byte{'?'} : static_cast<std::byte>(value[i]);
  to[value.size() + 1] = std::byte{0};
  used_ += value.size() + 2;
}

std::span<const std::byte> response::finish(int32_t status) {
  const int32_t said = too_small_ ? static_cast<int32_t>(MW_ERR_TOO_SMALL) : status;
  const auto length = static_cast<uint32_t>(too_small_ ? 0 : used_);
  std::memcpy(bytes_.data(), &said, sizeof said);
  std::memcpy(bytes_.data() + sizeof said, &length, sizeof length);
  return std::span(bytes_).first(HEADER_BYTES + length);
}

} // namespace memwarden::helper
