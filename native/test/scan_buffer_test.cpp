/* scan_buffer: records and strings never meet. */
#include "prim/scan_buffer.hpp"

#include <array>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace memwarden {
namespace {

struct record {
  uint64_t value;
  uint32_t offset;
  uint32_t length;
};

TEST(ScanBuffer, KeepsWhatItTookWhateverTheOrder) {
  std::mt19937 random(7); // NOLINT(cert-msc51-cpp): repeatable on purpose
  for (uint64_t bytes = 0; bytes < 600; bytes += 8) {
    std::vector<uint64_t> memory(bytes / 8 + 1);
    scan_buffer<record> buffer(memory.data(), bytes);
    std::vector<std::string> texts;
    for (;;) {
      record *added = buffer.add();
      if (added == nullptr) break;
      const std::string text(random() % 20, static_cast<char>('a' + texts.size() % 26));
      const uint32_t offset = buffer.add_string(text);
      if (offset == 0) break;
      *added = {texts.size(), offset, static_cast<uint32_t>(text.size())};
      texts.push_back(text);
      ASSERT_LE(buffer.used_bytes(), bytes);
    }
    for (uint32_t i = 0; i < texts.size(); i++) {
      const record &kept = buffer.at(i);
      ASSERT_EQ(kept.value, i);
      ASSERT_EQ(buffer.string(kept.offset, kept.length), texts.at(i));
      ASSERT_TRUE(buffer.string_is(kept.offset, texts.at(i)));
    }
  }
}

TEST(ScanBuffer, TellsAStringFromItsPrefixAndFromWhatIsOutside) {
  std::array<uint64_t, 16> memory{};
  scan_buffer<record> buffer(memory.data(), sizeof memory);
  const uint32_t offset = buffer.add_string("abc");
  EXPECT_TRUE(buffer.string_is(offset, "abc"));
  EXPECT_FALSE(buffer.string_is(offset, "ab"));
  EXPECT_FALSE(buffer.string_is(offset, "abcd"));
  EXPECT_FALSE(buffer.string_is(offset, std::string(1000, 'a')));
}

TEST(ScanBuffer, ForgetsWhatIsDropped) {
  std::array<uint64_t, 32> memory{};
  scan_buffer<record> buffer(memory.data(), sizeof memory);
  ASSERT_NE(buffer.add(), nullptr);
  ASSERT_NE(buffer.add_string("kept"), 0U);
  const auto before = buffer.here();
  const uint64_t used = buffer.used_bytes();
  ASSERT_NE(buffer.add(), nullptr);
  ASSERT_NE(buffer.add_path("/a", "b"), 0U);
  buffer.drop_records_and_strings(before);
  EXPECT_EQ(buffer.count(), 1U);
  EXPECT_EQ(buffer.used_bytes(), used);
}

TEST(ScanBuffer, FiltersInOrder) {
  std::array<uint64_t, 64> memory{};
  scan_buffer<record> buffer(memory.data(), sizeof memory);
  for (uint64_t value = 0; value < 6; value++) buffer.add()->value = value;
  buffer.filter([](const record &r) { return r.value % 2 == 1; });
  ASSERT_EQ(buffer.count(), 3U);
  for (uint32_t i = 0; i < 3; i++) EXPECT_EQ(buffer.at(i).value, uint64_t{2} * i + 1);
}

} // namespace
} // namespace memwarden
