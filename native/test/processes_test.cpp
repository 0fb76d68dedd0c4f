/* mw_scan_processes on fake trees and on this machine. */
#include "fixture.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace memwarden::test {
namespace {

constexpr uint64_t MIB = 1024 * 1024;
const char *const V2_LINE = "0::/pod/a\n";

void map_touched(size_t bytes, int flags) {
  auto *start =
      static_cast<volatile char *>(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0));
  for (size_t at = 0; at < bytes; at += 4096) start[at] = 1;
}

TEST(ScanProcesses, ReadsEveryField) {
  const file_tree proc;
  proc.write_process(12, ") R 1\n", 777, V2_LINE);
  const process_scan scan = scan_processes(scanner(proc.root()));
  ASSERT_EQ(scan.status, MW_OK);
  ASSERT_EQ(scan.rows.size(), 1U);
  const process_row &row = scan.rows.front();
  EXPECT_EQ(row.comm, ") R 1\n");
  EXPECT_EQ(row.cgroup, "/pod/a");
  EXPECT_EQ(row.record.pid, 12U);
  EXPECT_EQ(row.record.start_ticks, 777U);
  EXPECT_EQ(row.record.parent_pid, 1U);
  EXPECT_EQ(row.record.uid, 1000U);
  EXPECT_EQ(row.record.state, 'S');
  EXPECT_EQ(row.record.rss_anon, MIB);
  EXPECT_EQ(row.record.rss_file, 12288U);
  EXPECT_EQ(row.record.rss_shmem, 4096U);
  EXPECT_EQ(row.record.swap, 8192U);
  EXPECT_EQ(row.record.hugetlb, 2 * MIB);
}

TEST(ScanProcesses, ListsOnlyPids) {
  const file_tree proc;
  proc.write_process(1, "init", 1, V2_LINE);
  proc.write("self/stat", "x");
  proc.write("meminfo", "MemTotal: 1 kB\n");
  proc.write("0/stat", stat_text(0, "zero", 1));
  EXPECT_EQ(scan_processes(scanner(proc.root())).rows.size(), 1U);
}

TEST(ScanProcesses, LeavesOutWhatIsHalfThere) {
  const file_tree proc;
  proc.write_process(1, "whole", 1, V2_LINE);
  proc.write_process(2, "no status", 1, V2_LINE);
  proc.remove("2/status");
  proc.write_process(3, "no stat", 1, V2_LINE);
  proc.remove("3/stat");
  proc.write_process(4, "no cgroup", 1, V2_LINE);
  proc.remove("4/cgroup");
  const process_scan scan = scan_processes(scanner(proc.root()));
  ASSERT_EQ(scan.rows.size(), 1U);
  EXPECT_EQ(scan.rows.front().comm, "whole");
  EXPECT_EQ(scan.result.skipped, 0U);
}

TEST(ScanProcesses, CountsWhatDoesNotReadAsDocumented) {
  const file_tree proc;
  proc.write_process(1, "whole", 1, V2_LINE);
  proc.write_process(2, "cut", 1, V2_LINE);
  proc.write("2/stat", "2 (cut) S 1");
  proc.write_process(3, "empty", 1, V2_LINE);
  proc.write("3/status", "");
  proc.write_process(4, "too large", 1, V2_LINE);
  proc.write("4/status", status_text(1) + std::string(1 << 17, 'x'));
  const process_scan scan = scan_processes(scanner(proc.root()));
  ASSERT_EQ(scan.rows.size(), 1U);
  EXPECT_EQ(scan.result.skipped, 3U);
}

TEST(ScanProcesses, CutsNoNameBelowTheKernelsLimit) {
  const file_tree proc;
  const std::string worker = "kworker/u16:3-events_unbound_with_a_name_as_long_as_tcomm_allows";
  proc.write_process(1, worker, 1, V2_LINE);
  EXPECT_EQ(scan_processes(scanner(proc.root())).rows.front().comm, worker.substr(0, MW_COMM_BYTES));
}

TEST(ScanProcesses, GivesKernelThreadsTheRootWithoutReadingOn) {
  const file_tree proc;
  proc.write("2/stat", stat_text(2, "kthreadd", 5, 0x00200000));
  const process_scan scan = scan_processes(scanner(proc.root()));
  ASSERT_EQ(scan.rows.size(), 1U);
  EXPECT_EQ(scan.rows.front().cgroup, "/");
  EXPECT_EQ(scan.rows.front().record.rss_anon, 0U);
}

TEST(ScanProcesses, SaysPathsAsTheKernelDoes) {
  const file_tree proc;
  proc.write_process(1, "none", 1, "3:cpu:/x\n");
  proc.write_process(2, "outside", 1, "0::/../../kubepods\n");
  proc.write_process(3, "up", 1, "0::/..\n");
  proc.write_process(4, "dots", 1, "0::/..a\n");
  const process_scan scan = scan_processes(scanner(proc.root()));
  ASSERT_EQ(scan.rows.size(), 4U);
  EXPECT_FALSE(scan.find(1)->has_cgroup);
  EXPECT_EQ(scan.find(2)->cgroup, "/../../kubepods");
  EXPECT_EQ(scan.find(3)->cgroup, "/..");
  EXPECT_EQ(scan.find(4)->cgroup, "/..a");
}

TEST(ScanProcesses, StoresAPathOnceForAll) {
  const file_tree proc;
  const std::string path = "/" + std::string(200, 'p');
  for (uint32_t pid = 1; pid <= 50; pid++) proc.write_process(pid, "x", pid, "0::" + path + "\n");
  const process_scan scan = scan_processes(scanner(proc.root()));
  ASSERT_EQ(scan.rows.size(), 50U);
  EXPECT_EQ(scan.result.needed_bytes, 50 * sizeof(mw_process) + path.size() + 1);
  for (const process_row &row : scan.rows) EXPECT_EQ(row.cgroup, path);
}

/* In one of the two orders `reusing` is listed first: then its path is one that the buffer still holds further on,
 * where the other's path goes next. */
void expect_own_path(uint32_t reusing, uint32_t other) {
  const file_tree proc;
  const scanner from(proc.root());
  std::vector<uint64_t> buffer(1024);
  mw_scan_result result{};
  const auto scan = [&] { return mw_scan_processes(from.get(), buffer.data(), buffer.size() * 8, &result); };
  proc.write_process(reusing, "x", 1, "0::/aaaa\n");
  proc.write_process(other, "x", 2, "0::/bbbb\n");
  ASSERT_EQ(scan(), MW_OK);
  proc.write_process(reusing, "x", 1, "0::/bbbb\n");
  proc.write_process(other, "x", 2, "0::/" + std::string(50, 'c') + "\n");
  ASSERT_EQ(scan(), MW_OK);
  const auto *records = reinterpret_cast<const mw_process *>(buffer.data());
  const mw_process &row = records[records[0].pid == reusing ? 0 : 1];
  EXPECT_STREQ(reinterpret_cast<const char *>(buffer.data()) + row.cgroup_offset, "/bbbb");
}

TEST(ScanProcesses, TrustsNothingOfAnEarlierScan) {
  expect_own_path(1, 2);
  expect_own_path(2, 1);
}

TEST(ScanProcesses, KeepsPathsApartThatShareASlotOrAPrefix) {
  const file_tree proc;
  // Far more paths than slots would tell apart by luck, each a prefix of others.
  for (uint32_t pid = 1; pid <= 600; pid++) {
    proc.write_process(pid, "x", pid, "0::/" + std::string(pid % 60, 'a') + std::to_string(pid / 60) + "\n");
  }
  const process_scan scan = scan_processes(scanner(proc.root()));
  ASSERT_EQ(scan.rows.size(), 600U);
  for (const process_row &row : scan.rows) {
    const uint32_t pid = row.record.pid;
    ASSERT_EQ(row.cgroup, "/" + std::string(pid % 60, 'a') + std::to_string(pid / 60));
  }
}

TEST(ScanProcesses, AsksForMoreUntilAllFit) {
  const file_tree proc;
  for (uint32_t pid = 1; pid <= 100; pid++) proc.write_process(pid, "x", pid, "0::/" + std::to_string(pid) + "\n");
  const scanner from(proc.root());
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{8}, uint64_t{136}, uint64_t{140}, uint64_t{1000}, uint64_t{13600}}) {
    std::vector<uint64_t> buffer(bytes / 8 + 1);
    mw_scan_result result{};
    ASSERT_EQ(mw_scan_processes(from.get(), buffer.data(), bytes, &result), MW_ERR_TOO_SMALL) << bytes;
    EXPECT_GT(result.needed_bytes, bytes);
    EXPECT_EQ(scan_processes(from, bytes + 8).rows.size(), 100U);
  }
}

TEST(ScanProcesses, WritesNothingBehindTheBuffer) {
  const file_tree proc;
  for (uint32_t pid = 1; pid <= 20; pid++) proc.write_process(pid, "x", pid, V2_LINE);
  const scanner from(proc.root());
  for (uint64_t bytes = 0; bytes < 4000; bytes += 8) {
    constexpr uint64_t CANARY = 0xfeedfacecafebeef;
    std::vector<uint64_t> buffer(bytes / 8 + 4, CANARY);
    mw_scan_result result{};
    (void)mw_scan_processes(from.get(), buffer.data(), bytes, &result);
    for (size_t i = bytes / 8; i < buffer.size(); i++) ASSERT_EQ(buffer.at(i), CANARY) << bytes;
  }
}

TEST(ScanProcesses, RefusesBuffersItCannotUse) {
  const scanner from("/proc");
  std::vector<uint64_t> buffer(1024);
  mw_scan_result result{};
  EXPECT_EQ(mw_scan_processes(from.get(), reinterpret_cast<char *>(buffer.data()) + 1, 100, &result), MW_ERR_INVALID);
  EXPECT_EQ(mw_scan_processes(from.get(), nullptr, 0, &result), MW_ERR_INVALID);
  EXPECT_EQ(mw_scan_processes(from.get(), buffer.data(), uint64_t{1} << 32, &result), MW_ERR_INVALID);
  EXPECT_EQ(mw_scan_processes(nullptr, buffer.data(), 100, &result), MW_ERR_INVALID);
  EXPECT_EQ(mw_scan_processes(from.get(), buffer.data(), 100, nullptr), MW_ERR_INVALID);
}

TEST(ScanProcesses, FindsAChildsMemoryOnThisMachine) {
  constexpr size_t BYTES = 32 * MIB;
  const child anon([] { map_touched(BYTES, MAP_PRIVATE); });
  const child shared([] { map_touched(BYTES, MAP_SHARED); });
  const process_scan scan = scan_processes(scanner("/proc"));
  const process_row *a = scan.find(anon.pid());
  const process_row *s = scan.find(shared.pid());
  ASSERT_NE(a, nullptr);
  ASSERT_NE(s, nullptr);
  EXPECT_GE(a->record.rss_anon, BYTES);
  EXPECT_LT(a->record.rss_shmem, MIB);
  EXPECT_GE(s->record.rss_shmem, BYTES);
  EXPECT_EQ(a->record.parent_pid, static_cast<uint32_t>(getpid()));
  EXPECT_EQ(a->record.uid, getuid());
  EXPECT_EQ(a->cgroup, scan.find(static_cast<uint32_t>(getpid()))->cgroup);
  EXPECT_EQ(a->cgroup.front(), '/');
}

TEST(ScanProcesses, TakesAHostileNameOnThisMachineAsItIs) {
  const child hostile([] { (void)prctl(PR_SET_NAME, ") R 1\n\xff\\ (x"); });
  const process_scan scan = scan_processes(scanner("/proc"));
  ASSERT_NE(scan.find(hostile.pid()), nullptr);
  EXPECT_EQ(scan.find(hostile.pid())->comm, ") R 1\n\xff\\ (x");
}

TEST(ScanProcesses, ShowsAZombieWithoutMemory) {
  const child dead([] { map_touched(8 * MIB, MAP_PRIVATE); });
  dead.kill();
  siginfo_t ended{};
  ASSERT_EQ(waitid(P_PID, dead.pid(), &ended, WEXITED | WNOWAIT), 0);
  const process_scan scan = scan_processes(scanner("/proc"));
  ASSERT_NE(scan.find(dead.pid()), nullptr);
  EXPECT_EQ(scan.find(dead.pid())->record.state, 'Z');
  EXPECT_EQ(scan.find(dead.pid())->record.rss_anon, 0U);
}

} // namespace
} // namespace memwarden::test
