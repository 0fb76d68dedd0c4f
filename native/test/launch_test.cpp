/* memwarden-launch: exit statuses like a shell's, and no child that outlives its parent. */
#include "fixture.hpp"

#include <array>
#include <csignal>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace memwarden::test {
namespace {

const std::string LAUNCH = MEMWARDEN_LAUNCH;

TEST(Launch, GivesTheProgramsOwnStatus) {
  EXPECT_EQ(run_program({LAUNCH, "sh", "-c", "exit 7"}).exit_code, 7);
  EXPECT_EQ(run_program({LAUNCH, "--parent", std::to_string(getpid()), "sh", "-c", "exit 8"}).exit_code, 8);
}

TEST(Launch, ExitsLikeAShellWhenItCannotRun) {
  const run_result missing = run_program({LAUNCH, "/does/not/exist"});
  EXPECT_EQ(missing.exit_code, 127);
  EXPECT_NE(missing.errors.find("/does/not/exist: No such file"), std::string::npos);
  EXPECT_EQ(run_program({LAUNCH, "/etc/passwd"}).exit_code, 126);
}

TEST(Launch, ExplainsItselfWithoutACommand) {
  for (const std::vector<std::string> &command : {std::vector<std::string>{LAUNCH},
                                                  {LAUNCH, "--parent"},
                                                  {LAUNCH, "--parent", "1"},
                                                  {LAUNCH, "--parent", "x", "true"},
                                                  {LAUNCH, "--parent", "0", "true"},
                                                  {LAUNCH, "--parent", "99999999999999999999", "true"}}) {
    const run_result result = run_program(command);
    EXPECT_EQ(result.exit_code, 125);
    EXPECT_NE(result.errors.find("usage"), std::string::npos);
  }
}

TEST(Launch, StartsNothingForAParentThatHasEnded) {
  const run_result result = run_program({LAUNCH, "--parent", "1", "sh", "-c", "exit 0"});
  EXPECT_EQ(result.exit_code, 125);
  EXPECT_NE(result.errors.find("parent 1 has ended"), std::string::npos);
}

/* A pipe whose write end only the launched program holds: it reads as ended when that program has ended. */
TEST(Launch, EndsTheProgramWithItsParent) {
  std::array<int, 2> life{};
  ASSERT_EQ(pipe(life.data()), 0);
  const pid_t supervisor = fork();
  if (supervisor == 0) {
    (void)close(life[0]);
    if (fork() == 0) {
      (void)execl(LAUNCH.c_str(), LAUNCH.c_str(), "sh", "-c", "echo up >&$0; exec sleep 1000",
                  std::to_string(life[1]).c_str(), nullptr);
      _exit(99);
    }
    for (;;) (void)pause();
  }
  (void)close(life[1]);
  std::array<char, 3> up{};
  ASSERT_EQ(read(life[0], up.data(), up.size()), 3);
  ASSERT_EQ(kill(supervisor, SIGKILL), 0);
  ASSERT_EQ(waitpid(supervisor, nullptr, 0), supervisor);
  pollfd ended{life[0], POLLIN, 0};
  ASSERT_EQ(poll(&ended, 1, 10000), 1);
  EXPECT_EQ(read(life[0], up.data(), up.size()), 0);
  (void)close(life[0]);
}

} // namespace
} // namespace memwarden::test
