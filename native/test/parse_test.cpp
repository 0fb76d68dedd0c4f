/* Parsers: documented text, and text that means harm. */
#include "parse.hpp"

#include "fixture.hpp"

#include <array>
#include <gtest/gtest.h>

namespace memwarden {
namespace {

using test::stat_text;
using test::status_text;

TEST(ParseUnsigned, TakesWholeRange) {
  uint64_t value = 0;
  EXPECT_TRUE(parse_unsigned("0", value));
  EXPECT_EQ(value, 0U);
  EXPECT_TRUE(parse_unsigned("18446744073709551615", value));
  EXPECT_EQ(value, UINT64_MAX);
}

TEST(ParseUnsigned, RefusesWhatIsNoNumberOrTooLarge) {
  uint64_t value = 7;
  for (const char *text :
       {"", " 1", "1 ", "-1", "+1", "0x1", "1.5", "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_unsigned(text, value)) << text;
  }
  EXPECT_EQ(value, 7U);
}

TEST(ParseProcessStat, ReadsItsFields) {
  process_stat stat{};
  ASSERT_TRUE(
      parse_process_stat("42 (cat) R 41 41 36 0 -1 2097216 101 0 0 0 0 0 0 0 20 0 1 0 92118 3133440 362 1\n", stat));
  EXPECT_EQ(stat.pid, 42U);
  EXPECT_EQ(stat.comm, "cat");
  EXPECT_EQ(stat.state, 'R');
  EXPECT_EQ(stat.parent_pid, 41U);
  EXPECT_EQ(stat.flags & KERNEL_THREAD, KERNEL_THREAD);
  EXPECT_EQ(stat.start_ticks, 92118U);
}

class HostileComm : public testing::TestWithParam<const char *> {};

TEST_P(HostileComm, IsTheNameAndNothingElse) {
  process_stat stat{};
  const std::string text = stat_text(7, GetParam(), 1234);
  ASSERT_TRUE(parse_process_stat(text, stat));
  EXPECT_EQ(stat.comm, GetParam());
  EXPECT_EQ(stat.pid, 7U);
  EXPECT_EQ(stat.state, 'S');
  EXPECT_EQ(stat.parent_pid, 1U);
  EXPECT_EQ(stat.start_ticks, 1234U);
}

INSTANTIATE_TEST_SUITE_P(Parse, HostileComm,
                         testing::Values("", " ", ")", "(", ") R 1", "a) R 1 (b", "x\ny", "\n",
                                         ") S 9 9 9 0 -1 4194560", "\xff\xfe", "\t", "\x1b[31m", "((((((((((((((",
                                         "))))))))))))))"));

TEST(ParseProcessStat, RefusesEveryCutThatLosesAField) {
  const std::string text = stat_text(7, "x) y", 1234);
  const size_t needed = text.find(" 1234 ") + std::string(" 1234 ").size();
  for (size_t length = 0; length < needed - 1; length++) {
    process_stat stat{};
    EXPECT_FALSE(parse_process_stat(std::string_view(text.data(), length), stat)) << length;
  }
}

TEST(ParseProcessStat, RefusesNumbersThatDoNotFit) {
  process_stat stat{};
  EXPECT_FALSE(parse_process_stat("4294967296 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n", stat));
  EXPECT_FALSE(parse_process_stat("1 (x) S 4294967296 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n", stat));
  EXPECT_FALSE(parse_process_stat("1 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9007199254740992 0 0\n", stat));
}

TEST(ParseProcessStatus, ReadsBytes) {
  process_memory memory{};
  ASSERT_TRUE(parse_process_status(status_text(1000), memory));
  EXPECT_EQ(memory.rss_anon, 1024000U);
  EXPECT_EQ(memory.rss_file, 12288U);
  EXPECT_EQ(memory.rss_shmem, 4096U);
  EXPECT_EQ(memory.swap, 8192U);
  EXPECT_EQ(memory.hugetlb, 2097152U);
  EXPECT_EQ(memory.uid, 1000U);
  EXPECT_EQ(memory.state, 'S');
}

TEST(ParseProcessStatus, GivesAZombieNoMemory) {
  process_memory memory{};
  ASSERT_TRUE(parse_process_status("Name:\tx\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\nThreads:\t1\n", memory));
  EXPECT_EQ(memory.state, 'Z');
  EXPECT_EQ(memory.rss_anon + memory.rss_file + memory.rss_shmem + memory.swap + memory.hugetlb, 0U);
}

TEST(ParseProcessStatus, RefusesWhatIsIncompleteOrTooLarge) {
  process_memory memory{};
  EXPECT_FALSE(parse_process_status("", memory));
  EXPECT_FALSE(parse_process_status("State:\tS\n", memory));
  EXPECT_FALSE(parse_process_status("Uid:\t0\t0\t0\t0\n", memory));
  EXPECT_FALSE(parse_process_status("State:\tS\nUid:\t0\nRssAnon:\t8796093022208 kB\n", memory));
  EXPECT_FALSE(parse_process_status("State:\tS\nUid:\t0\nRssAnon:\t-1 kB\n", memory));
  EXPECT_FALSE(parse_process_status("State:\tS\nUid:\t0\nRssAnon:\t1 MB\n", memory));
  EXPECT_FALSE(parse_process_status("State:\tS\nUid:\t4294967296\n", memory));
}

TEST(FindCgroupPath, TakesTheRightHierarchy) {
  const std::string_view text = "9:name=memory:/no\n5:cpu,cpuacct:/cpu\n4:memory,hugetlb:/a:b/c\n0::/unified\n";
  std::string_view path;
  ASSERT_TRUE(find_cgroup_path(text, "memory", path));
  EXPECT_EQ(path, "/a:b/c");
  ASSERT_TRUE(find_cgroup_path(text, "", path));
  EXPECT_EQ(path, "/unified");
}

TEST(FindCgroupPath, FindsNothingInWhatHasNone) {
  std::string_view path;
  for (const char *text : {"", "\n", "0:", "0::", "0::relative\n", "4:memory\n", "4:memory:\n", "::::\n"}) {
    EXPECT_FALSE(find_cgroup_path(text, "memory", path)) << text;
    EXPECT_FALSE(find_cgroup_path(text, "", path)) << text;
  }
}

TEST(ParseKeyed, TakesWantedKeysWhole) {
  uint64_t anon = 1;
  uint64_t file = 2;
  const std::array<keyed_value, 2> wanted{{{"anon", &anon}, {"file", &file}}};
  ASSERT_TRUE(parse_keyed("anon_thp 9\nanon 5\nfile_mapped 8\nnonsense\n\nfil 7\n", wanted));
  EXPECT_EQ(anon, 5U);
  EXPECT_EQ(file, 2U);
}

TEST(ParseKeyed, RefusesAWantedKeyWithoutANumber) {
  uint64_t anon = 1;
  const std::array<keyed_value, 1> wanted{{{"anon", &anon}}};
  EXPECT_FALSE(parse_keyed("anon \n", wanted));
  EXPECT_FALSE(parse_keyed("anon max\n", wanted));
  EXPECT_FALSE(parse_keyed("anon 9007199254740992\n", wanted));
}

TEST(ParseSingle, TakesNumbersAndMax) {
  uint64_t value = 0;
  EXPECT_TRUE(parse_single("4096\n", value));
  EXPECT_EQ(value, 4096U);
  EXPECT_TRUE(parse_single("max\n", value));
  EXPECT_EQ(value, UINT64_MAX);
  EXPECT_FALSE(parse_single("", value));
  EXPECT_FALSE(parse_single("maximum\n", value));
}

TEST(ParseMountLine, SkipsOptionalFields) {
  mount_line mount{};
  ASSERT_TRUE(parse_mount_line(
      "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 master:1 - cgroup cgroup rw,memory", mount));
  EXPECT_EQ(mount.root, "/");
  EXPECT_EQ(mount.mount_point, "/sys/fs/cgroup/memory");
  EXPECT_EQ(mount.type, "cgroup");
  EXPECT_EQ(mount.super_options, "rw,memory");
  EXPECT_FALSE(parse_mount_line("35 31 0:32 / /sys", mount));
  EXPECT_FALSE(parse_mount_line("", mount));
}

TEST(IsHugetlbUsage, LeavesReservationsAndLimitsOut) {
  EXPECT_TRUE(is_hugetlb_usage("hugetlb.2MB.current", ".current"));
  EXPECT_TRUE(is_hugetlb_usage("hugetlb.1GB.usage_in_bytes", ".usage_in_bytes"));
  EXPECT_FALSE(is_hugetlb_usage("hugetlb.2MB.rsvd.current", ".current"));
  EXPECT_FALSE(is_hugetlb_usage("hugetlb.current", ".current"));
  EXPECT_FALSE(is_hugetlb_usage("hugetlb.2MB.max", ".current"));
  EXPECT_FALSE(is_hugetlb_usage("memory.current", ".current"));
}

} // namespace
} // namespace memwarden
