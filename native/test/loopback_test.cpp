/* mw_connect_loopback: to a port of another network namespace, and never out of one's own. */
#include "fixture.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace memwarden::test {
namespace {

int listen_on_loopback(uint16_t port) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  (void)setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(server, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) return -1;
  return listen(server, 1) == 0 ? server : -1;
}

void bring_loopback_up() {
  const int any = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  (void)ioctl(any, SIOCSIFFLAGS, &request);
  (void)close(any);
}

ino_t own_network() {
  struct stat about {};
  EXPECT_EQ(stat("/proc/thread-self/ns/net", &about), 0);
  return about.st_ino;
}

constexpr uint16_t PORT = 47113;
constexpr uint16_t NOBODYS_PORT = 47114;
constexpr uint32_t LIMIT_MS = 2000;

TEST(Loopback, ConnectsInsideTheNamespaceOfAProcessAndStaysOutside) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  // The kernel accepts for it, as long as its backlog has room.
  const child target([] {
    if (unshare(CLONE_NEWNET) != 0) _exit(1);
    bring_loopback_up();
    if (listen_on_loopback(PORT) < 0) _exit(1);
  });
  const ino_t before = own_network();
  int32_t pidfd = -1;
  ASSERT_EQ(mw_pidfd_open(target.pid(), target.start_ticks(), &pidfd), MW_OK);
  int32_t fd = -1;
  ASSERT_EQ(mw_connect_loopback(pidfd, PORT, LIMIT_MS, &fd), MW_OK);
  EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(mw_fd_close(fd), MW_OK);
  fd = -1;
  EXPECT_EQ(mw_connect_loopback(pidfd, NOBODYS_PORT, LIMIT_MS, &fd), MW_ERR_REFUSED);
  EXPECT_EQ(fd, -1);
  EXPECT_EQ(own_network(), before);
  const child outside([] {});
  int32_t other = -1;
  ASSERT_EQ(mw_pidfd_open(outside.pid(), outside.start_ticks(), &other), MW_OK);
  EXPECT_EQ(mw_connect_loopback(other, PORT, LIMIT_MS, &fd), MW_ERR_REFUSED);
  EXPECT_EQ(mw_fd_close(other), MW_OK);
  EXPECT_EQ(mw_fd_close(pidfd), MW_OK);
}

TEST(Loopback, KnowsThatItsProcessWasReaped) {
  child target([] {});
  int32_t pidfd = -1;
  ASSERT_EQ(mw_pidfd_open(target.pid(), target.start_ticks(), &pidfd), MW_OK);
  target.kill();
  target.reap();
  int32_t fd = -1;
  EXPECT_NE(mw_connect_loopback(pidfd, PORT, LIMIT_MS, &fd), MW_OK);
  EXPECT_EQ(fd, -1);
  EXPECT_EQ(mw_fd_close(pidfd), MW_OK);
}

TEST(Loopback, RefusesArgumentsOutsideTheirRange) {
  int32_t fd = -1;
  EXPECT_EQ(mw_connect_loopback(-1, PORT, LIMIT_MS, &fd), MW_ERR_INVALID);
  EXPECT_EQ(mw_connect_loopback(0, 0, LIMIT_MS, &fd), MW_ERR_INVALID);
  EXPECT_EQ(mw_connect_loopback(0, 65536, LIMIT_MS, &fd), MW_ERR_INVALID);
  EXPECT_EQ(mw_connect_loopback(0, PORT, LIMIT_MS, nullptr), MW_ERR_INVALID);
}

} // namespace
} // namespace memwarden::test
