/*
 * The caller's buffer while a scan fills it: records grow from its start, strings from its end.
 * Invariant: records end where or before strings begin, and both stay inside the buffer.
 */
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

namespace memwarden {

template <typename Record> class scan_buffer {
public:
  /* pre: start is aligned for Record, bytes < 2^32. */
  scan_buffer(void *start, uint64_t bytes) : start_(static_cast<char *>(start)), bytes_(bytes), strings_(bytes) {}

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] uint64_t capacity() const { return bytes_; }
  [[nodiscard]] uint64_t used_bytes() const { return records_end() + (bytes_ - strings_); }

  /* pre: index < count(). */
  Record &at(uint32_t index) { return *std::launder(reinterpret_cast<Record *>(start_ + offset_of(index))); }

  /* A zeroed record, or nullptr when there is no room. */
  Record *add() {
    if (strings_ - records_end() < sizeof(Record)) return nullptr;
    Record *record = std::construct_at(reinterpret_cast<Record *>(start_ + records_end()));
    count_++;
    return record;
  }

  /* The offset of `text` and a NUL, or 0 when there is no room (no string lies at 0: a record does). */
  uint32_t add_string(std::string_view text) {
    char *to = take_from_the_end(text.size() + 1);
    if (to == nullptr) return 0;
    *put(to, text) = '\0';
    return static_cast<uint32_t>(strings_);
  }

  /* The same for "head/name". */
  uint32_t add_path(std::string_view head, std::string_view name) {
    char *to = take_from_the_end(head.size() + name.size() + 2);
    if (to == nullptr) return 0;
    *put(put(put(to, head), "/"), name) = '\0';
    return static_cast<uint32_t>(strings_);
  }

  /* pre: offset and length came from add_string. */
  [[nodiscard]] std::string_view string(uint32_t offset, uint32_t length) const { return {start_ + offset, length}; }

  /* Whether `text` and its NUL lie at `offset`, which came from add_string. */
  [[nodiscard]] bool string_is(uint32_t offset, std::string_view text) const {
    if (offset + text.size() >= bytes_) return false;
    return std::memcmp(start_ + offset, text.data(), text.size()) == 0 && start_[offset + text.size()] == '\0';
  }

  /* Undoing: the records added since `then` are gone. */
  struct mark {
    uint32_t count;
    uint64_t strings;
  };
  [[nodiscard]] mark here() const { return {count_, strings_}; }
  void drop_records(mark then) { count_ = then.count; }
  void drop_records_and_strings(mark then) {
    count_ = then.count;
    strings_ = then.strings;
  }

  /* Leaves out the records that `keep` says no to; the order stays. */
  template <typename Keep> void filter(Keep keep) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count_; i++) {
      if (keep(at(i))) at(kept++) = at(i);
    }
    count_ = kept;
  }

private:
  char *take_from_the_end(uint64_t length) {
    if (strings_ - records_end() < length) return nullptr;
    strings_ -= length;
    return start_ + strings_;
  }
  static char *put(char *to, std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
  }
  [[nodiscard]] static uint64_t offset_of(uint32_t index) { return static_cast<uint64_t>(index) * sizeof(Record); }
  [[nodiscard]] uint64_t records_end() const { return offset_of(count_); }

  char *start_;
  uint64_t bytes_;
  uint64_t strings_;
  uint32_t count_ = 0;
};

} // namespace memwarden
