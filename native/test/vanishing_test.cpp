/* Scans while entries come and go: no error, and never half an entry. */
#include "fixture.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace memwarden::test {
namespace {

constexpr int SCANS = 60;

/* Runs `work` over and over on another thread while the object lives. */
class meanwhile {
public:
  explicit meanwhile(std::function<void(int)> work)
      : thread_([this, work = std::move(work)] {
          for (int turn = 0; !done_; turn++) {
            work(turn);
            turns_++;
          }
        }) {
    while (turns_ == 0) std::this_thread::yield();
  }
  ~meanwhile() {
    done_ = true;
    thread_.join();
  }
  meanwhile(const meanwhile &) = delete;
  meanwhile &operator=(const meanwhile &) = delete;

private:
  std::atomic<bool> done_ = false;
  std::atomic<int> turns_ = 0;
  std::thread thread_;
};

TEST(Vanishing, ProcessesAreWholeOrLeftOut) {
  const meanwhile churn([](int) {
    const pid_t pid = fork();
    if (pid == 0) _exit(0);
    if (pid > 0) (void)waitpid(pid, nullptr, 0);
  });
  const scanner from("/proc");
  for (int i = 0; i < SCANS; i++) {
    const process_scan scan = scan_processes(from, 1 << 12);
    ASSERT_EQ(scan.status, MW_OK);
    EXPECT_EQ(scan.result.skipped, 0U);
    EXPECT_NE(scan.find(static_cast<uint32_t>(getpid())), nullptr);
    for (const process_row &row : scan.rows) {
      ASSERT_NE(row.record.pid, 0U);
      ASSERT_NE(row.record.state, 0);
      ASSERT_NE(row.record.start_ticks + (row.record.pid == 1 ? 1 : 0) + (row.record.parent_pid <= 2 ? 1 : 0), 0U);
    }
  }
}

TEST(Vanishing, CgroupsOfATreeAreWholeOrLeftOut) {
  const file_tree tree;
  tree.write("cgroup.controllers", "memory\n");
  tree.write("memory.stat", "anon 1\nfile 1\nkernel 1\n");
  for (int i = 0; i < 20; i++) tree.write_v2("stays" + std::to_string(i), 4711);
  // Renamed into place and out of it, so that a folder is never there without its files.
  tree.write_v2("../" + std::filesystem::path(tree.root()).filename().string() + "-spare/pod", 4711);
  const std::string spare = tree.root() + "-spare/pod";
  const std::string here = tree.at("comes-and-goes");
  {
    const meanwhile churn([&](int turn) {
      if (turn % 2 == 0)
        (void)rename(spare.c_str(), here.c_str());
      else
        (void)rename(here.c_str(), spare.c_str());
    });
    const scanner from("/proc", tree.root());
    for (int i = 0; i < SCANS; i++) {
      const cgroup_scan scan = scan_cgroups(from, 512);
      ASSERT_EQ(scan.status, MW_OK);
      ASSERT_GE(scan.rows.size(), 21U);
      ASSERT_LE(scan.rows.size(), 22U);
      EXPECT_EQ(scan.result.skipped, 0U);
      for (size_t row = 1; row < scan.rows.size(); row++) ASSERT_EQ(scan.rows.at(row).record.usage, 4711U);
    }
  }
  std::filesystem::remove_all(tree.root() + "-spare");
}

TEST(Vanishing, CgroupsOfThisMachineAreWholeOrLeftOut) {
  const std::string root = "/sys/fs/cgroup/memory";
  const std::string ours = root + "/memwarden-test-" + std::to_string(getpid());
  if (mkdir(ours.c_str(), 0700) != 0) GTEST_SKIP() << "no writable v1 memory hierarchy here";
  {
    const meanwhile churn([&](int) {
      (void)mkdir((ours + "/a").c_str(), 0700);
      (void)mkdir((ours + "/a/b").c_str(), 0700);
      (void)rmdir((ours + "/a/b").c_str());
      (void)rmdir((ours + "/a").c_str());
    });
    const scanner from("/proc", root);
    for (int i = 0; i < SCANS; i++) {
      const cgroup_scan scan = scan_cgroups(from, 1 << 12);
      ASSERT_EQ(scan.status, MW_OK);
      EXPECT_EQ(scan.result.skipped, 0U);
      for (const cgroup_row &row : scan.rows) ASSERT_NE(row.record.inode, 0U) << row.path;
    }
  }
  (void)rmdir((ours + "/a/b").c_str());
  (void)rmdir((ours + "/a").c_str());
  EXPECT_EQ(rmdir(ours.c_str()), 0);
}

} // namespace
} // namespace memwarden::test
