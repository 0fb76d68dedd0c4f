/* mw_exit: ends the process whatever its threads and handlers wait for. */
#include "fixture.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace memwarden::test {
namespace {

[[noreturn]] void never_ends() {
  for (;;) (void)pause();
}

TEST(ExitDeathTest, WaitsForNobody) {
  EXPECT_EXIT(
      {
        alarm(5); // exit(3) would wait for the handler
        (void)std::atexit(never_ends);
        std::thread(never_ends).detach();
        mw_exit(7);
      },
      testing::ExitedWithCode(7), "");
}

} // namespace
} // namespace memwarden::test
