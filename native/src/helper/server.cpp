#include "helper/server.hpp"

#include "memwarden.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace memwarden::helper {

namespace {

constexpr time_t PATIENCE_S = 2;
constexpr size_t STACK = size_t{512} << 10U;

/* Outlives serve(): a thread that is stuck in the kernel may still hold it. */
struct shared {
  explicit shared(const veto_files &of) : veto(of) {}
  const veto_files veto;
  std::atomic<unsigned> under_way{0};
  std::mutex one_signal_at_a_time;
  rate_limit limit;
};

struct visit {
  unique_fd peer;
  std::shared_ptr<shared> with;
};

/* The same user, and nobody else: the socket's folder is shared by the containers of one pod only. */
bool is_our_user(int peer) {
  ucred who{};
  socklen_t length = sizeof who;
  return getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && who.uid == geteuid();
}

bool receive(int peer, std::span<std::byte, REQUEST_BYTES> bytes) {
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t some = recv(peer, bytes.data() + got, bytes.size() - got, 0);
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) return false;
    got += static_cast<size_t>(some);
  }
  return true;
}

void send_all(int peer, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t some = send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) return;
    bytes = bytes.subspan(static_cast<size_t>(some));
  }
}

int32_t answer(const request &asked, shared &with, response &to) {
  switch (asked.what) {
  case operation::INSPECT:
    return inspect(asked, to);
  case operation::ROLLUP:
    return rollup(asked, to);
  case operation::SIGNAL: {
    const std::scoped_lock lock(with.one_signal_at_a_time);
    return send_signal(asked, with.veto, with.limit, to);
  }
  }
  return MW_ERR_INVALID;
}

void talk(visit &with) {
  std::array<std::byte, REQUEST_BYTES> bytes{};
  if (!receive(with.peer.get(), bytes)) return;
  response to;
  request asked{};
  const int32_t status =
      parse_request(bytes, asked) ? answer(asked, *with.with, to) : static_cast<int32_t>(MW_ERR_INVALID);
  send_all(with.peer.get(), to.finish(status));
}

void *visitor(void *given) {
  const std::unique_ptr<visit> with(static_cast<visit *>(given));
  talk(*with);
  with->with->under_way--;
  return nullptr;
}

void limit_waiting(int peer) {
  const timeval patience{PATIENCE_S, 0};
  (void)setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  (void)setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

void begin_visit(unique_fd peer, const std::shared_ptr<shared> &with, const pthread_attr_t &small) {
  if (!is_our_user(peer.get()) || with->under_way >= MOST_AT_ONCE) return;
  limit_waiting(peer.get());
  auto begun = std::make_unique<visit>(visit{std::move(peer), with});
  with->under_way++;
  pthread_t thread{};
  // The thread owns it once there is one.
  if (pthread_create(&thread, &small, visitor, begun.get()) == 0)
    (void)begun.release();
  else
    with->under_way--;
}

enum class wake { VISITOR, STOP, BROKEN };

wake wait_for(int listener, int stop_fd) {
  std::array<pollfd, 2> waited{{{listener, POLLIN, 0}, {stop_fd, POLLIN, 0}}};
  int ready = 0;
  do ready = poll(waited.data(), waited.size(), -1);
  while (ready < 0 && errno == EINTR);
  if (ready < 0) return wake::BROKEN;
  return waited[1].revents != 0 ? wake::STOP : wake::VISITOR;
}

} // namespace

int listen_at(const char *path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::strncpy(static_cast<char *>(address.sun_path), path, sizeof address.sun_path - 1);
  unique_fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener.valid()) return -1;
  if (unlink(path) != 0 && errno != ENOENT) return -1;
  const mode_t before = umask(S_IRWXG | S_IRWXO | S_IXUSR);
  const auto *name = reinterpret_cast<const sockaddr *>(&address); // NOLINT: as bind(2) wants it
  const int bound = bind(listener.get(), name, sizeof address);
  (void)umask(before);
  if (bound != 0 || listen(listener.get(), MOST_AT_ONCE) != 0) return -1;
  return listener.release();
}

int32_t serve(int listener, int stop_fd, const settings &how) {
  const auto with = std::make_shared<shared>(how.veto);
  pthread_attr_t small;
  if (pthread_attr_init(&small) != 0) return MW_ERR_NO_MEMORY;
  (void)pthread_attr_setstacksize(&small, STACK);
  (void)pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
  wake woken = wake::VISITOR;
  while (woken == wake::VISITOR) {
    woken = wait_for(listener, stop_fd);
    if (woken != wake::VISITOR) continue;
    unique_fd peer(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (peer.valid()) begin_visit(std::move(peer), with, small);
  }
  (void)pthread_attr_destroy(&small);
  return woken == wake::STOP ? static_cast<int32_t>(MW_OK) : static_cast<int32_t>(MW_ERR_IO);
}

} // namespace memwarden::helper
