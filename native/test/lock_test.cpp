/* mw_lock_acquire: one holder, and none left behind. */
#include "fixture.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace memwarden::test {
namespace {

TEST(Lock, HasOneHolder) {
  const file_tree tree;
  const std::string path = tree.at("lock");
  int32_t first = -1;
  int32_t second = -1;
  ASSERT_EQ(mw_lock_acquire(path.c_str(), &first), MW_OK);
  EXPECT_EQ(mw_lock_acquire(path.c_str(), &second), MW_ERR_BUSY);
  EXPECT_EQ(second, -1);
  EXPECT_EQ(mw_fd_close(first), MW_OK);
  EXPECT_EQ(mw_lock_acquire(path.c_str(), &second), MW_OK);
  EXPECT_EQ(mw_fd_close(second), MW_OK);
}

TEST(Lock, EndsWithAKilledHolder) {
  const file_tree tree;
  const std::string path = tree.at("lock");
  child holder([&path] {
    int32_t fd = -1;
    if (mw_lock_acquire(path.c_str(), &fd) != MW_OK) _exit(1);
  });
  int32_t fd = -1;
  EXPECT_EQ(mw_lock_acquire(path.c_str(), &fd), MW_ERR_BUSY);
  holder.kill();
  holder.reap();
  EXPECT_EQ(mw_lock_acquire(path.c_str(), &fd), MW_OK);
  EXPECT_EQ(mw_fd_close(fd), MW_OK);
}

TEST(Lock, IsForItsOwnerOnlyAndNotInherited) {
  const file_tree tree;
  int32_t fd = -1;
  ASSERT_EQ(mw_lock_acquire(tree.at("lock").c_str(), &fd), MW_OK);
  struct stat about {};
  ASSERT_EQ(fstat(fd, &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_EQ(mw_fd_close(fd), MW_OK);
}

TEST(Lock, FollowsNoLinkAndMakesNoFolder) {
  const file_tree tree;
  ASSERT_EQ(symlink("target", tree.at("link").c_str()), 0);
  int32_t fd = -1;
  EXPECT_EQ(mw_lock_acquire(tree.at("link").c_str(), &fd), MW_ERR_IO);
  EXPECT_EQ(access(tree.at("target").c_str(), F_OK), -1);
  EXPECT_EQ(mw_lock_acquire(tree.at("none/lock").c_str(), &fd), MW_ERR_NOT_FOUND);
  EXPECT_EQ(mw_lock_acquire(nullptr, &fd), MW_ERR_INVALID);
  EXPECT_EQ(mw_lock_acquire("/tmp", nullptr), MW_ERR_INVALID);
}

} // namespace
} // namespace memwarden::test
