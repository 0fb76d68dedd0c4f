/* mw_read_proportional. */
#include "fixture.hpp"

#include <array>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace memwarden::test {
namespace {

constexpr size_t BYTES = size_t{16} << 20;

TEST(ReadProportional, DividesWhatIsShared) {
  auto *start = static_cast<char *>(mmap(nullptr, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const auto touch = [start] {
    for (size_t at = 0; at < BYTES; at += 4096) start[at] = 1;
  };
  const child first(touch);
  const child second(touch);
  std::array<mw_proportional, 2> items{};
  items[0] = {first.start_ticks(), 0, 0, first.pid(), MW_ERR_IO};
  items[1] = {second.start_ticks(), 0, 0, second.pid(), MW_ERR_IO};
  ASSERT_EQ(mw_read_proportional(scanner("/proc").get(), items.data(), 2), MW_OK);
  for (const mw_proportional &item : items) {
    ASSERT_EQ(item.status, MW_OK);
    EXPECT_NEAR(static_cast<double>(item.pss_shmem), BYTES / 2.0, BYTES / 20.0);
    EXPECT_GT(item.pss_anon, 0U);
  }
  (void)munmap(start, BYTES);
}

TEST(ReadProportional, KnowsAReplacedProcess) {
  const child living([] {});
  mw_proportional item{living.start_ticks() + 1, 0, 0, living.pid(), MW_OK};
  ASSERT_EQ(mw_read_proportional(scanner("/proc").get(), &item, 1), MW_OK);
  EXPECT_EQ(item.status, MW_ERR_NOT_FOUND);
}

TEST(ReadProportional, KnowsOneThatHasGone) {
  child gone([] {});
  mw_proportional item{gone.start_ticks(), 0, 0, gone.pid(), MW_OK};
  gone.kill();
  gone.reap();
  ASSERT_EQ(mw_read_proportional(scanner("/proc").get(), &item, 1), MW_OK);
  EXPECT_EQ(item.status, MW_ERR_NOT_FOUND);
}

TEST(ReadProportional, TakesAnEmptyListAndRefusesNone) {
  const scanner from("/proc");
  EXPECT_EQ(mw_read_proportional(from.get(), nullptr, 0), MW_OK);
  EXPECT_EQ(mw_read_proportional(from.get(), nullptr, 1), MW_ERR_INVALID);
  EXPECT_EQ(mw_read_proportional(nullptr, nullptr, 0), MW_ERR_INVALID);
}

TEST(ReadProportional, SaysWhenTheFileIsNotAsDocumented) {
  const file_tree proc;
  proc.write_process(1, "cut", 5, "0::/\n");
  proc.write("1/smaps_rollup", "x [rollup]\nPss_Anon: 1");
  proc.write_process(2, "bad", 5, "0::/\n");
  proc.write("2/smaps_rollup", "x [rollup]\nPss_Anon: many kB\nPss_Shmem: 1 kB\n");
  proc.write_process(3, "zombie", 5, "0::/\n");
  proc.write("3/smaps_rollup", "");
  std::array<mw_proportional, 3> items{{{5, 0, 0, 1, 0}, {5, 0, 0, 2, 0}, {5, 0, 0, 3, 0}}};
  ASSERT_EQ(mw_read_proportional(scanner(proc.root()).get(), items.data(), 3), MW_OK);
  EXPECT_EQ(items[0].status, MW_ERR_UNSUPPORTED);
  EXPECT_EQ(items[1].status, MW_ERR_MALFORMED);
  EXPECT_EQ(items[2].status, MW_ERR_NOT_FOUND);
}

} // namespace
} // namespace memwarden::test
