/* mw_scan_cgroups on fake hierarchies of both versions and on this machine. */
#include "fixture.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace memwarden::test {
namespace {

void make_v2_root(const file_tree &tree) {
  tree.write("cgroup.controllers", "cpu memory pids\n");
  tree.write("memory.stat", "anon 1000\nfile 2000\nkernel 3000\nshmem 500\n");
  tree.write("cgroup.stat", "nr_descendants 1\nnr_dying_descendants 9\n");
}

TEST(ScanCgroupsV2, ReadsEveryField) {
  const file_tree tree;
  make_v2_root(tree);
  tree.write_v2("pod", 4096);
  tree.write("pod/memory.max", "8192\n");
  tree.write("pod/hugetlb.2MB.current", "2097152\n");
  tree.write("pod/hugetlb.2MB.rsvd.current", "999\n");
  tree.write("pod/hugetlb.1GB.current", "1073741824\n");
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  ASSERT_EQ(scan.status, MW_OK);
  EXPECT_EQ(scan.result.cgroup_version, 2U);
  ASSERT_EQ(scan.rows.size(), 2U);
  const mw_cgroup &pod = scan.rows.at(1).record;
  EXPECT_EQ(scan.rows.at(1).path, "/pod");
  EXPECT_EQ(pod.usage, 4096U);
  EXPECT_EQ(pod.limit, 8192U);
  EXPECT_EQ(pod.swap, 5U);
  EXPECT_EQ(pod.anon, 100U);
  EXPECT_EQ(pod.file, 200U);
  EXPECT_EQ(pod.shmem, 50U);
  EXPECT_EQ(pod.kernel, 300U);
  EXPECT_EQ(pod.own_anon, MW_ABSENT);
  EXPECT_EQ(pod.hugetlb, 2097152U + 1073741824U);
  EXPECT_EQ(pod.dying, 7U);
  EXPECT_EQ(pod.oom_kills, 2U);
  struct stat about {};
  ASSERT_EQ(stat(tree.at("pod").c_str(), &about), 0);
  EXPECT_EQ(pod.inode, about.st_ino);
}

TEST(ScanCgroupsV2, TakesTheRootWithoutWhatARootLacks) {
  const file_tree tree;
  make_v2_root(tree);
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  ASSERT_EQ(scan.rows.size(), 1U);
  const mw_cgroup &root = scan.rows.front().record;
  EXPECT_EQ(scan.rows.front().path, "/");
  EXPECT_EQ(root.usage, MW_ABSENT);
  EXPECT_EQ(root.limit, MW_ABSENT);
  EXPECT_EQ(root.hugetlb, MW_ABSENT);
  EXPECT_EQ(root.anon, 1000U);
  EXPECT_EQ(root.kernel, 3000U);
  EXPECT_EQ(root.dying, 9U);
  EXPECT_EQ(root.swap, 0U);
}

TEST(ScanCgroupsV2, TakesALimitThatNoMachineReachesForNone) {
  const file_tree tree;
  make_v2_root(tree);
  tree.write_v2("g", 1);
  tree.write("g/memory.max", "9007199254740992\n");
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).find("/g")->record.limit, MW_ABSENT);
  tree.write("g/memory.max", "9007199254740991\n");
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).find("/g")->record.limit, MW_MAX_VALUE);
  tree.write("g/memory.max", "9223372036854775808\n");
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).find("/g")->record.limit, MW_ABSENT);
}

TEST(ScanCgroupsV2, FailsAsAWholeWithoutARoot) {
  const file_tree tree;
  make_v2_root(tree);
  tree.write_v2("g", 1);
  tree.write("memory.stat", "anon x\n");
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).status, MW_ERR_MALFORMED);
  tree.remove("memory.stat");
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).status, MW_ERR_UNSUPPORTED);
}

TEST(ScanCgroupsV2, SumsKernelMemoryWhereTheKernelDoesNot) {
  const file_tree tree;
  make_v2_root(tree);
  tree.write_v2("old", 1);
  tree.write("old/memory.stat",
             "anon 1\nfile 2\nshmem 0\nkernel_stack 1\npagetables 10\npercpu 100\nsock 7\nslab 1000\n");
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  EXPECT_EQ(scan.find("/old")->record.kernel, 1111U);
  EXPECT_NE(scan.result.flags & MW_SCAN_KERNEL_DERIVED, 0U);
}

TEST(ScanCgroupsV2, LeavesOutWhereTheControllerIsOff) {
  const file_tree tree;
  make_v2_root(tree);
  tree.write_v2("on", 1);
  tree.write("off/cgroup.procs", "1\n");
  tree.write("off/below/cgroup.procs", "2\n");
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  ASSERT_EQ(scan.rows.size(), 2U);
  EXPECT_EQ(scan.rows.at(1).path, "/on");
  EXPECT_EQ(scan.result.skipped, 0U);
}

TEST(ScanCgroupsV2, LeavesOutAndCountsWhatDoesNotRead) {
  const file_tree tree;
  make_v2_root(tree);
  tree.write_v2("cut", 1);
  tree.write("cut/memory.current", "");
  tree.write_v2("cut/below", 1);
  tree.write_v2("huge", 1);
  tree.write("huge/memory.current", "18446744073709551616\n");
  tree.write_v2("inexact", 1);
  tree.write("inexact/memory.current", "9007199254740992\n");
  tree.write_v2("underflow", 1);
  tree.write("underflow/memory.stat", "anon 18446744073709547520\nkernel 1\n");
  tree.write_v2("sum", 1);
  tree.write("sum/hugetlb.2MB.current", "9007199254740991\n");
  tree.write("sum/hugetlb.1GB.current", "1\n");
  tree.write_v2("whole", 1);
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  ASSERT_EQ(scan.rows.size(), 2U);
  EXPECT_EQ(scan.rows.at(1).path, "/whole");
  EXPECT_EQ(scan.result.skipped, 5U);
}

TEST(ScanCgroupsV2, PutsParentsBeforeChildren) {
  const file_tree tree;
  make_v2_root(tree);
  for (const char *path : {"b/y/1", "a/x", "b/y", "a", "b", "a/x/2", "a/x/2/deep/er"}) {
    tree.write_v2(path, 1);
  }
  tree.write_v2("a/x/2/deep", 1);
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  ASSERT_EQ(scan.rows.size(), 9U);
  std::map<std::string, size_t> order;
  for (const cgroup_row &row : scan.rows) order.emplace(row.path, order.size());
  for (const auto &[path, index] : order) {
    if (path == "/") continue;
    const std::string above = std::filesystem::path(path).parent_path();
    ASSERT_TRUE(order.contains(above)) << path;
    EXPECT_LT(order.at(above), index) << path;
  }
}

TEST(ScanCgroupsV2, TakesHostileNamesAsTheyAre) {
  const file_tree tree;
  make_v2_root(tree);
  const std::string longest(255, 'x');
  for (const std::string &name :
       {std::string("with space"), std::string("tab\t"), std::string("\xff\xfe"), std::string("\\x2d"),
        std::string("0::"), std::string("..."), std::string("\x1b[31m"), longest}) {
    tree.write_v2(name, 1);
  }
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  EXPECT_EQ(scan.rows.size(), 9U);
  EXPECT_NE(scan.find("/\xff\xfe"), nullptr);
  EXPECT_NE(scan.find("/..."), nullptr);
  EXPECT_NE(scan.find("/" + longest), nullptr);
}

TEST(ScanCgroupsV2, FollowsNoLinks) {
  const file_tree tree;
  const file_tree elsewhere;
  make_v2_root(tree);
  elsewhere.write_v2("secret", 1);
  ASSERT_EQ(symlink(elsewhere.root().c_str(), tree.at("link").c_str()), 0);
  ASSERT_EQ(symlink("..", tree.at("loop").c_str()), 0);
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).rows.size(), 1U);
}

TEST(ScanCgroupsV2, StopsAtPathsTheKernelCannotOpen) {
  const file_tree tree;
  make_v2_root(tree);
  const std::string name(200, 'd');
  const std::filesystem::path start = std::filesystem::current_path();
  std::filesystem::current_path(tree.root());
  for (int depth = 0; depth < 25; depth++) {
    std::filesystem::create_directory(name);
    std::filesystem::current_path(name);
    for (const char *file : {"memory.current", "memory.max"}) {
      FILE *opened = fopen(file, "we");
      ASSERT_NE(opened, nullptr);
      (void)fputs("1\n", opened);
      (void)fclose(opened);
    }
    FILE *stat_file = fopen("memory.stat", "we");
    ASSERT_NE(stat_file, nullptr);
    (void)fputs("anon 1\n", stat_file);
    (void)fclose(stat_file);
  }
  std::filesystem::current_path(start);
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  ASSERT_EQ(scan.status, MW_OK);
  EXPECT_EQ(scan.rows.size(), 21U);
  EXPECT_EQ(scan.result.skipped, 1U);
}

TEST(ScanCgroupsV2, AsksForMoreUntilAllFit) {
  const file_tree tree;
  make_v2_root(tree);
  for (int i = 0; i < 40; i++) tree.write_v2("g" + std::to_string(i) + "/sub", 1);
  for (int i = 0; i < 40; i++) tree.write_v2("g" + std::to_string(i), 1);
  const scanner from("/proc", tree.root());
  for (uint64_t bytes = 0; bytes < 3000; bytes += 8) {
    constexpr uint64_t CANARY = 0xfeedfacecafebeef;
    std::vector<uint64_t> buffer(bytes / 8 + 4, CANARY);
    mw_scan_result result{};
    ASSERT_EQ(mw_scan_cgroups(from.get(), buffer.data(), bytes, &result), MW_ERR_TOO_SMALL);
    ASSERT_GT(result.needed_bytes, bytes);
    for (size_t i = bytes / 8; i < buffer.size(); i++) ASSERT_EQ(buffer.at(i), CANARY);
  }
  EXPECT_EQ(scan_cgroups(from, 8).rows.size(), 81U);
}

TEST(ScanCgroupsV2, TakesTheHugePagesThatAreInTheCharge) {
  const file_tree tree;
  const std::string mount = "35 31 0:32 / /nowhere rw shared:1 - cgroup2 cgroup2 rw";
  tree.write("proc/self/mountinfo", mount + ",memory_hugetlb_accounting\n");
  tree.write("cgroup/cgroup.controllers", "memory\n");
  tree.write("cgroup/memory.stat", "anon 1\nfile 2\nkernel 3\nshmem 0\nhugetlb 4194304\n");
  tree.write_v2("cgroup/pod", 4096);
  tree.write("cgroup/pod/memory.stat", "anon 1\nfile 2\nkernel 3\nshmem 0\nhugetlb 4194304\n");
  tree.write("cgroup/pod/hugetlb.2MB.current", "2097152\n");
  tree.write_v2("cgroup/older", 4096);
  tree.write("cgroup/older/hugetlb.2MB.current", "2097152\n");
  tree.write_v2("cgroup/neither", 4096);
  const scanner from(tree.at("proc"), tree.at("cgroup"));
  const cgroup_scan scan = scan_cgroups(from);
  ASSERT_EQ(scan.status, MW_OK);
  EXPECT_EQ(scan.result.flags & MW_SCAN_HUGETLB_CHARGED, MW_SCAN_HUGETLB_CHARGED);
  EXPECT_EQ(scan.find("/pod")->record.hugetlb, 4194304U);
  EXPECT_EQ(scan.find("/older")->record.hugetlb, 2097152U);
  EXPECT_EQ(scan.find("/neither")->record.hugetlb, MW_ABSENT);
  // Without the option it is the controller's, whatever memory.stat has.
  tree.write("proc/self/mountinfo", mount + "\n");
  const scanner uncharged(tree.at("proc"), tree.at("cgroup"));
  EXPECT_EQ(scan_cgroups(uncharged).find("/pod")->record.hugetlb, 2097152U);
}

TEST(ScanCgroupsV1, ReadsEveryField) {
  const file_tree tree;
  tree.write_v1("memory", 1 << 20);
  tree.write_v1("memory/pod", 4096);
  tree.write("memory/pod/memory.limit_in_bytes", "8192\n");
  tree.write("hugetlb/pod/hugetlb.2MB.usage_in_bytes", "2097152\n");
  tree.write("hugetlb/pod/hugetlb.2MB.rsvd.usage_in_bytes", "5\n");
  const cgroup_scan scan = scan_cgroups(scanner("/proc", tree.root()));
  ASSERT_EQ(scan.status, MW_OK);
  EXPECT_EQ(scan.result.cgroup_version, 1U);
  ASSERT_EQ(scan.rows.size(), 2U);
  EXPECT_EQ(scan.rows.front().record.limit, MW_ABSENT);
  EXPECT_EQ(scan.rows.front().record.usage, 1U << 20);
  EXPECT_EQ(scan.rows.front().record.hugetlb, MW_ABSENT);
  const mw_cgroup &pod = scan.find("/pod")->record;
  EXPECT_EQ(pod.limit, 8192U);
  EXPECT_EQ(pod.anon, 100U);
  EXPECT_EQ(pod.file, 200U);
  EXPECT_EQ(pod.shmem, 50U);
  EXPECT_EQ(pod.kernel, 300U);
  EXPECT_EQ(pod.own_anon, 10U);
  EXPECT_EQ(pod.own_file, 20U);
  EXPECT_EQ(pod.own_shmem, 5U);
  EXPECT_EQ(pod.swap, 6U);
  EXPECT_EQ(pod.dying, 0U);
  EXPECT_EQ(pod.oom_kills, 2U);
  EXPECT_EQ(pod.hugetlb, 2097152U);
}

TEST(ScanCgroupsV1, TakesTheRoundedMaximumOfLargePagesForNoLimit) {
  const file_tree tree;
  tree.write_v1("memory", 1);
  tree.write("memory/memory.limit_in_bytes", "9223372036854710272\n");
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).rows.front().record.limit, MW_ABSENT);
}

TEST(ScanCgroups, SaysWhenNoHierarchyHoldsTheController) {
  const file_tree tree;
  tree.write("cgroup.controllers", "cpu pids\n");
  EXPECT_EQ(scan_cgroups(scanner("/proc", tree.root())).status, MW_ERR_NO_CONTROLLER);
}

TEST(ScanCgroups, AddsUpOnThisMachine) {
  const scanner from("/proc");
  const cgroup_scan scan = scan_cgroups(from);
  if (scan.status == MW_ERR_NO_CONTROLLER) GTEST_SKIP() << "no memory controller is mounted here";
  ASSERT_EQ(scan.status, MW_OK);
  ASSERT_FALSE(scan.rows.empty());
  EXPECT_EQ(scan.rows.front().path, "/");
  for (const cgroup_row &row : scan.rows) {
    EXPECT_NE(row.record.inode, 0U) << row.path;
    EXPECT_LE(row.record.shmem, row.record.file + (uint64_t{16} << 20)) << row.path;
  }
  // Where this process lives is among them.
  const process_scan processes = scan_processes(from);
  const process_row *self = processes.find(static_cast<uint32_t>(getpid()));
  ASSERT_NE(self, nullptr);
  EXPECT_NE(scan.find(self->cgroup), nullptr) << self->cgroup;
}

} // namespace
} // namespace memwarden::test
