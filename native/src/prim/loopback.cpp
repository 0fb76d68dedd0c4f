/* A connection inside another network namespace: mw_connect_loopback. */
#include "memwarden.h"
#include "prim/files.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <climits>
#include <csignal>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <utility>

namespace memwarden {

namespace {

constexpr uint32_t MOST_PORT = 65535;

struct errand {
  int pidfd;
  uint16_t port;
  int timeout_ms;
  int32_t status;
  unique_fd socket;
};

int32_t status_of_connect(int error) {
  if (error == ECONNREFUSED || error == ECONNRESET) return MW_ERR_REFUSED;
  if (error == ETIMEDOUT) return MW_ERR_TIMED_OUT;
  return status_of(error);
}

int32_t wait_for_connect(int socket, int timeout_ms) {
  pollfd connected{socket, POLLOUT, 0};
  const int ready = poll(&connected, 1, timeout_ms);
  if (ready < 0) return status_of(errno);
  if (ready == 0) return MW_ERR_TIMED_OUT;
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return status_of(errno);
  return error == 0 ? MW_OK : status_of_connect(error);
}

int32_t connect_here(const errand &task, unique_fd &connection) {
  unique_fd made(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made.valid()) return status_of(errno);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(task.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
  if (connect(made.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
    if (errno != EINPROGRESS) return status_of_connect(errno);
    const int32_t status = wait_for_connect(made.get(), task.timeout_ms);
    if (status != MW_OK) return status;
  }
  connection = std::move(made);
  return MW_OK;
}

// The thread enters the namespace for good and ends: nothing has to find its way back.
void *run(void *argument) {
  errand &task = *static_cast<errand *>(argument);
  if (setns(task.pidfd, CLONE_NEWNET) == 0)
    task.status = connect_here(task, task.socket);
  else // EINVAL: a pidfd is no namespace before Linux 5.8
    task.status = errno == EINVAL ? MW_ERR_UNSUPPORTED : status_of(errno);
  return nullptr;
}

int32_t run_in_thread(errand &task) {
  sigset_t every;
  sigset_t before;
  (void)sigfillset(&every);
  // The new thread inherits the mask: no handler of the caller ever runs inside the namespace.
  if (pthread_sigmask(SIG_BLOCK, &every, &before) != 0) return MW_ERR_IO;
  pthread_t thread{};
  const int failed = pthread_create(&thread, nullptr, run, &task);
  (void)pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (failed != 0) return MW_ERR_NO_MEMORY;
  return pthread_join(thread, nullptr) == 0 ? task.status : MW_ERR_IO;
}

} // namespace

} // namespace memwarden

int32_t mw_connect_loopback(int32_t pidfd, uint32_t port, uint32_t timeout_ms, int32_t *fd) {
  if (fd == nullptr || pidfd < 0 || port == 0 || port > memwarden::MOST_PORT || timeout_ms > INT_MAX)
    return MW_ERR_INVALID;
  memwarden::errand task{pidfd, static_cast<uint16_t>(port), static_cast<int>(timeout_ms), MW_ERR_IO, {}};
  const int32_t status = memwarden::run_in_thread(task);
  if (status == MW_OK) *fd = task.socket.release();
  return status;
}
