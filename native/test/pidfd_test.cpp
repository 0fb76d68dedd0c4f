/* mw_pidfd_*: exactly one process, or none. */
#include "fixture.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>

namespace memwarden::test {
namespace {

TEST(Pidfd, SignalsAndWaits) {
  const child target([] {});
  int32_t fd = -1;
  ASSERT_EQ(mw_pidfd_open(target.pid(), target.start_ticks(), &fd), MW_OK);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(mw_pidfd_signal(fd, 0), MW_OK);
  EXPECT_EQ(mw_pidfd_wait(fd, 0), MW_ERR_TIMED_OUT);
  EXPECT_EQ(mw_pidfd_signal(fd, SIGKILL), MW_OK);
  EXPECT_EQ(mw_pidfd_wait(fd, 10000), MW_OK);
  EXPECT_EQ(mw_fd_close(fd), MW_OK);
}

TEST(Pidfd, RefusesAProcessOfAnotherStart) {
  const child target([] {});
  int32_t fd = -1;
  EXPECT_EQ(mw_pidfd_open(target.pid(), target.start_ticks() + 1, &fd), MW_ERR_NOT_FOUND);
  EXPECT_EQ(fd, -1);
}

TEST(Pidfd, KnowsThatItsProcessWasReaped) {
  child target([] {});
  const uint64_t start = target.start_ticks();
  const uint32_t pid = target.pid();
  int32_t fd = -1;
  ASSERT_EQ(mw_pidfd_open(pid, start, &fd), MW_OK);
  target.kill();
  target.reap();
  EXPECT_EQ(mw_pidfd_signal(fd, SIGTERM), MW_ERR_NOT_FOUND);
  EXPECT_EQ(mw_pidfd_wait(fd, 0), MW_OK);
  EXPECT_EQ(mw_fd_close(fd), MW_OK);
  EXPECT_EQ(mw_pidfd_open(pid, start, &fd), MW_ERR_NOT_FOUND);
}

TEST(Pidfd, WaitsAsLongAsAskedFor) {
  const child target([] {});
  int32_t fd = -1;
  ASSERT_EQ(mw_pidfd_open(target.pid(), target.start_ticks(), &fd), MW_OK);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(mw_pidfd_wait(fd, 50), MW_ERR_TIMED_OUT);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(50));
  EXPECT_EQ(mw_fd_close(fd), MW_OK);
}

TEST(Pidfd, ReleasesTheMemoryOfAKilledProcessOnly) {
  const child target([] {});
  int32_t fd = -1;
  ASSERT_EQ(mw_pidfd_open(target.pid(), target.start_ticks(), &fd), MW_OK);
  // Living: refused. Killed: released, or already gone.
  EXPECT_EQ(mw_pidfd_release_memory(fd), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_signal(fd, SIGKILL), MW_OK);
  const int32_t status = mw_pidfd_release_memory(fd);
  EXPECT_TRUE(status == MW_OK || status == MW_ERR_NOT_FOUND) << status;
  EXPECT_EQ(mw_fd_close(fd), MW_OK);
}

TEST(Pidfd, RefusesArgumentsOutsideTheirRange) {
  int32_t fd = -1;
  EXPECT_EQ(mw_pidfd_open(0, 1, &fd), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_open(UINT32_MAX, 1, &fd), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_open(1, 1, nullptr), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_signal(-1, 0), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_signal(0, 65), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_signal(0, -1), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_wait(-1, 0), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_wait(999999, 0), MW_ERR_INVALID);
  EXPECT_EQ(mw_pidfd_release_memory(-1), MW_ERR_INVALID);
  EXPECT_EQ(mw_fd_close(-1), MW_ERR_INVALID);
}

} // namespace
} // namespace memwarden::test
