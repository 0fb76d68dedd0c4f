/* memwarden-helper as a program: real processes, a real socket. */
#include "fixture.hpp"
#include "helper/protocol.hpp"
#include "helper/server.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace memwarden::helper {
namespace {

using namespace std::string_literals;

using test::child;
using test::file_tree;

struct said {
  int32_t status;
  std::string payload;
};

/* A connection; -1: nobody listens. */
class caller {
public:
  explicit caller(const std::string &path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char *>(address.sun_path), sizeof address.sun_path - 1);
    connected_ = connect(fd_, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0; // NOLINT
  }
  ~caller() { (void)close(fd_); }
  caller(const caller &) = delete;
  caller &operator=(const caller &) = delete;
  [[nodiscard]] bool connected() const { return connected_; }
  void say(std::span<const std::byte> bytes) const { (void)send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /* Status MW_ERR_IO: it was closed without an answer. */
  [[nodiscard]] said hear() const {
    std::string all;
    std::array<char, 4096> some{};
    for (ssize_t n = 0; (n = recv(fd_, some.data(), some.size(), 0)) > 0;)
      all.append(some.data(), static_cast<size_t>(n));
    if (all.size() < HEADER_BYTES) return {MW_ERR_IO, ""};
    int32_t status = 0;
    uint32_t length = 0;
    std::memcpy(&status, all.data(), sizeof status);
    std::memcpy(&length, all.data() + sizeof status, sizeof length);
    EXPECT_EQ(all.size(), HEADER_BYTES + length);
    return {status, all.substr(HEADER_BYTES)};
  }

private:
  int fd_;
  bool connected_ = false;
};

class Helper : public testing::Test {
protected:
  void SetUp() override {
    files_.write("allow", "rate 600\nallow signals=SIGUSR2 uids=0," + std::to_string(geteuid()) + "\n");
    start();
  }
  void TearDown() override { stop(); }

  void start() {
    const std::string socket = files_.at("socket");
    const std::string allow = files_.at("allow");
    const std::string stop_file = files_.at("STOP");
    pid_ = fork();
    if (pid_ == 0) {
      execl(MEMWARDEN_HELPER, "memwarden-helper", "--socket", socket.c_str(), "--allow-list", allow.c_str(),
            "--stop-file", stop_file.c_str(), nullptr); // NOLINT(cppcoreguidelines-pro-type-vararg)
      _exit(127);
    }
    for (int i = 0; i < 1000 && !caller(socket).connected(); i++)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  int stop() {
    if (pid_ <= 0) return -1;
    int status = 0;
    (void)kill(pid_, SIGTERM);
    (void)waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }
  [[nodiscard]] said ask(operation what, uint32_t pid, uint64_t start, uint16_t signal = 0) const {
    const caller to(files_.at("socket"));
    to.say(bytes_of(what, pid, start, signal));
    return to.hear();
  }
  static std::array<std::byte, REQUEST_BYTES> bytes_of(operation what, uint32_t pid, uint64_t start, uint16_t signal) {
    std::array<std::byte, REQUEST_BYTES> bytes{};
    std::memcpy(bytes.data(), "MWH1", 4);
    std::memcpy(bytes.data() + 4, &what, sizeof what);
    std::memcpy(bytes.data() + 6, &signal, sizeof signal);
    std::memcpy(bytes.data() + 8, &pid, sizeof pid);
    std::memcpy(bytes.data() + 16, &start, sizeof start);
    return bytes;
  }

  file_tree files_;
  pid_t pid_ = 0;
};

/* Counts the signals that it gets, in memory that the test sees. */
class listener {
public:
  listener()
      : count_(static_cast<std::atomic<int> *>(
            mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))),
        process_([this] {
          heard = count_;
          (void)std::signal(SIGUSR2, [](int) { (*heard)++; });
          (void)std::signal(SIGHUP, [](int) { (*heard)++; });
        }) {}
  [[nodiscard]] const child &process() const { return process_; }
  [[nodiscard]] bool hears(int count) const {
    for (int i = 0; i < 1000 && *count_ < count; i++) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return *count_ == count;
  }
  [[nodiscard]] int count() const { return *count_; }

private:
  static std::atomic<int> *heard;
  std::atomic<int> *count_;
  child process_;
};
std::atomic<int> *listener::heard = nullptr;

bool lives_in_a_system_service() {
  std::ifstream file("/proc/self/cgroup");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return text.find("/system.slice/") != std::string::npos;
}

TEST_F(Helper, SaysWhoAProcessIs) {
  const child target([] {});
  const said answer = ask(operation::INSPECT, target.pid(), target.start_ticks());
  EXPECT_EQ(answer.status, MW_OK);
  EXPECT_EQ(answer.payload, "Pmemwarden-tests\0"s);
}

TEST_F(Helper, ReadsTheOptInOfAProgramAndNotItsSecrets) {
  const pid_t pid = fork();
  if (pid == 0) {
    (void)setenv("SECRET", "s3cret", 1);
    (void)setenv("MEMWARDEN_NOTIFY_SIGNAL", "SIGUSR2", 1);
    execl("/bin/sleep", "sleep", "60", nullptr); // NOLINT(cppcoreguidelines-pro-type-vararg)
    _exit(127);
  }
  std::string stat;
  // Until execve is through, the program is still this one.
  for (int i = 0; i < 1000 && stat.find("(sleep)") == std::string::npos; i++) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::getline(file, stat);
  }
  uint64_t start = 0;
  std::string fields = stat.substr(stat.rfind(')') + 2);
  for (int i = 0; i < 19; i++) fields = fields.substr(fields.find(' ') + 1);
  start = std::stoull(fields);
  // execve(2) sets the name a moment before the environment.
  said answer{};
  for (int i = 0; i < 1000 && answer.payload.find('E') == std::string::npos; i++)
    answer = ask(operation::INSPECT, static_cast<uint32_t>(pid), start);
  EXPECT_EQ(answer.status, MW_OK);
  EXPECT_EQ(answer.payload, "Psleep\0EMEMWARDEN_NOTIFY_SIGNAL=SIGUSR2\0"s);
  EXPECT_EQ(answer.payload.find("s3cret"), std::string::npos);
  (void)kill(pid, SIGKILL);
  (void)waitpid(pid, nullptr, 0);
}

TEST_F(Helper, ReadsShares) {
  const child target([] {});
  const said answer = ask(operation::ROLLUP, target.pid(), target.start_ticks());
  EXPECT_EQ(answer.status, MW_OK);
  EXPECT_NE(answer.payload.find("Pss_Anon:"), std::string::npos);
}

TEST_F(Helper, SignalsWhoCatchesIt) {
  if (lives_in_a_system_service()) GTEST_SKIP() << "everything here is a system service";
  const listener target;
  const said answer = ask(operation::SIGNAL, target.process().pid(), target.process().start_ticks(), SIGUSR2);
  EXPECT_EQ(answer.status, MW_OK) << answer.payload;
  EXPECT_TRUE(target.hears(1));
}

TEST_F(Helper, ReadsAListAsKubeletsWriteIt) {
  if (lives_in_a_system_service()) GTEST_SKIP() << "everything here is a system service";
  files_.write("..data/allow", "rate 600\nallow signals=SIGUSR2 uids=0," + std::to_string(geteuid()) + "\n");
  files_.remove("allow");
  ASSERT_EQ(symlink("..data/allow", files_.at("allow").c_str()), 0);
  const listener target;
  const said answer = ask(operation::SIGNAL, target.process().pid(), target.process().start_ticks(), SIGUSR2);
  EXPECT_EQ(answer.status, MW_OK) << answer.payload;
  EXPECT_TRUE(target.hears(1));
}

TEST_F(Helper, SendsNothingThatItMayNot) {
  if (lives_in_a_system_service()) GTEST_SKIP() << "everything here is a system service";
  const listener target;
  const child deaf([] {});
  const uint32_t pid = target.process().pid();
  const uint64_t start = target.process().start_ticks();
  const auto refused = [](const said &answer, const char *why) {
    EXPECT_EQ(answer.status, MW_ERR_REFUSED);
    EXPECT_EQ(answer.payload, std::string("D") + why + '\0');
  };
  refused(ask(operation::SIGNAL, pid, start, SIGKILL), "Unsupported");
  refused(ask(operation::SIGNAL, pid, start, SIGHUP), "NotAllowedHere");
  refused(ask(operation::SIGNAL, deaf.pid(), deaf.start_ticks(), SIGUSR2), "NoHandler");
  EXPECT_EQ(ask(operation::SIGNAL, pid, start + 1, SIGUSR2).status, MW_ERR_NOT_FOUND);
  files_.write("STOP", "");
  refused(ask(operation::SIGNAL, pid, start, SIGUSR2), "StopFile");
  files_.remove("STOP");
  files_.write("allow", "allow everything\n");
  refused(ask(operation::SIGNAL, pid, start, SIGUSR2), "NotAllowedHere");
  files_.remove("allow");
  refused(ask(operation::SIGNAL, pid, start, SIGUSR2), "NotAllowedHere");
  EXPECT_EQ(target.count(), 0);
}

TEST_F(Helper, KeepsItsRate) {
  if (lives_in_a_system_service()) GTEST_SKIP() << "everything here is a system service";
  files_.write("allow", "rate 1\nallow signals=SIGUSR2 uids=0," + std::to_string(geteuid()) + "\n");
  const listener target;
  const uint32_t pid = target.process().pid();
  const uint64_t start = target.process().start_ticks();
  EXPECT_EQ(ask(operation::SIGNAL, pid, start, SIGUSR2).status, MW_OK);
  EXPECT_EQ(ask(operation::SIGNAL, pid, start, SIGUSR2).payload, "DRateLimited\0"s);
  EXPECT_TRUE(target.hears(1));
}

TEST_F(Helper, AnswersNobodyElse) {
  if (geteuid() != 0) GTEST_SKIP() << "only root becomes another user";
  // As if a mount had let somebody in.
  ASSERT_EQ(chmod(files_.root().c_str(), 0755), 0);
  ASSERT_EQ(chmod(files_.at("socket").c_str(), 0777), 0);
  const child target([] {});
  const pid_t stranger = fork();
  if (stranger == 0) {
    if (setresuid(65534, 65534, 65534) != 0) _exit(2);
    _exit(ask(operation::INSPECT, target.pid(), target.start_ticks()).status == MW_ERR_IO ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(stranger, &status, 0), stranger);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Helper, OthersGoOnWhileSomeSayNothing) {
  std::vector<std::unique_ptr<caller>> silent;
  for (unsigned i = 0; i + 1 < MOST_AT_ONCE; i++) silent.push_back(std::make_unique<caller>(files_.at("socket")));
  const child target([] {});
  EXPECT_EQ(ask(operation::INSPECT, target.pid(), target.start_ticks()).status, MW_OK);
  // Its patience is over before this test's is: nobody is listened to for ever.
  EXPECT_EQ(silent.front()->hear().status, MW_ERR_IO);
}

TEST_F(Helper, TakesNonsenseForWhatItIs) {
  const caller to(files_.at("socket"));
  const std::array<std::byte, REQUEST_BYTES> nonsense{};
  to.say(nonsense);
  EXPECT_EQ(to.hear().status, MW_ERR_INVALID);
}

TEST_F(Helper, EndsWhenItIsToldTo) {
  const int status = stop();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_FALSE(caller(files_.at("socket")).connected());
}

TEST_F(Helper, TakesThePlaceOfOneThatWasKilled) {
  (void)kill(pid_, SIGKILL);
  (void)waitpid(pid_, nullptr, 0);
  start();
  const child target([] {});
  EXPECT_EQ(ask(operation::INSPECT, target.pid(), target.start_ticks()).status, MW_OK);
}

} // namespace
} // namespace memwarden::helper
