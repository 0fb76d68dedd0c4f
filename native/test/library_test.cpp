/* What the library says of itself, and one call at a time. */
#include "fixture.hpp"

#include "prim/scanner.hpp"

#include <gtest/gtest.h>
#include <set>

namespace memwarden::test {
namespace {

TEST(Library, NamesItsAbi) { EXPECT_EQ(mw_abi_version(), static_cast<uint32_t>(MW_ABI_VERSION)); }

TEST(Library, TakesNoValueThatADoubleCannotHold) { EXPECT_EQ(MAX_VALUE, MW_MAX_VALUE); }

TEST(Library, HasATextForEveryStatus) {
  std::set<std::string> texts;
  for (int32_t status = MW_ERR_IN_USE; status <= MW_OK; status++) texts.insert(mw_status_text(status));
  EXPECT_EQ(texts.size(), static_cast<size_t>(1 - MW_ERR_IN_USE));
  EXPECT_FALSE(texts.contains(mw_status_text(12345)));
  EXPECT_STREQ(mw_status_text(INT32_MIN), mw_status_text(12345));
}

TEST(Library, RefusesASecondCallWithOneScanner) {
  const scanner from("/proc");
  std::vector<uint64_t> buffer(1 << 16);
  mw_scan_result result{};
  {
    const scanner_turn other(*from.get());
    ASSERT_TRUE(static_cast<bool>(other));
    EXPECT_EQ(mw_scan_processes(from.get(), buffer.data(), buffer.size(), &result), MW_ERR_IN_USE);
    EXPECT_EQ(mw_scan_cgroups(from.get(), buffer.data(), buffer.size(), &result), MW_ERR_IN_USE);
    EXPECT_EQ(mw_read_proportional(from.get(), nullptr, 0), MW_ERR_IN_USE);
    EXPECT_EQ(result.records, 0U);
  }
  EXPECT_EQ(mw_read_proportional(from.get(), nullptr, 0), MW_OK);
}

} // namespace
} // namespace memwarden::test
