/* The helper's pure parts: requests, the list, status, environ, the rate. */
#include "fixture.hpp"
#include "helper/inspect.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <random>

namespace memwarden::helper {
namespace {

using namespace std::string_literals;

using wire = std::array<std::byte, REQUEST_BYTES>;

wire request_bytes(uint16_t what, uint16_t signal, uint32_t pid, uint64_t start) {
  wire bytes{};
  std::memcpy(bytes.data(), "MWH1", 4);
  std::memcpy(bytes.data() + 4, &what, sizeof what);
  std::memcpy(bytes.data() + 6, &signal, sizeof signal);
  std::memcpy(bytes.data() + 8, &pid, sizeof pid);
  std::memcpy(bytes.data() + 16, &start, sizeof start);
  return bytes;
}

std::string payload_of(response &to, int32_t status = MW_OK) {
  const auto bytes = to.finish(status);
  std::string text(bytes.size() - HEADER_BYTES, '\0');
  std::memcpy(text.data(), bytes.data() + HEADER_BYTES, text.size());
  return text;
}

TEST(HelperRequest, IsReadAsItWasWritten) {
  request read{};
  ASSERT_TRUE(parse_request(request_bytes(3, SIGUSR2, 4711, 99), read));
  EXPECT_EQ(read.what, operation::SIGNAL);
  EXPECT_EQ(read.signal, SIGUSR2);
  EXPECT_EQ(read.pid, 4711U);
  EXPECT_EQ(read.start_ticks, 99U);
}

TEST(HelperRequest, IsNothingElse) {
  request read{};
  EXPECT_FALSE(parse_request(request_bytes(0, 0, 7, 1), read));
  EXPECT_FALSE(parse_request(request_bytes(4, 0, 7, 1), read));
  EXPECT_FALSE(parse_request(request_bytes(1, SIGUSR1, 7, 1), read)) << "a signal where none belongs";
  EXPECT_FALSE(parse_request(request_bytes(3, 0, 7, 1), read)) << "no signal";
  EXPECT_FALSE(parse_request(request_bytes(1, 0, 0, 1), read)) << "this process group";
  EXPECT_FALSE(parse_request(request_bytes(1, 0, 1, 1), read)) << "init";
  EXPECT_FALSE(parse_request(request_bytes(1, 0, UINT32_MAX, 1), read)) << "everybody";
  wire bytes = request_bytes(1, 0, 7, 1);
  bytes[12] = std::byte{1};
  EXPECT_FALSE(parse_request(bytes, read)) << "reserved";
  bytes = request_bytes(1, 0, 7, 1);
  bytes[3] = std::byte{'2'};
  EXPECT_FALSE(parse_request(bytes, read)) << "another version";
}

TEST(HelperRequest, NeverOffersWhatWasNotChecked) {
  std::mt19937 random(20261121); // NOLINT(cert-msc51-cpp): repeatable on purpose
  for (int round = 0; round < 200000; round++) {
    wire bytes = request_bytes(static_cast<uint16_t>(1 + random() % 3), 0, static_cast<uint32_t>(random()), random());
    for (size_t edits = random() % 4; edits > 0; edits--)
      bytes.at(random() % bytes.size()) = static_cast<std::byte>(random());
    request read{};
    if (!parse_request(bytes, read)) continue;
    EXPECT_GT(read.pid, 1U);
    EXPECT_LE(read.pid, static_cast<uint32_t>(INT32_MAX));
    EXPECT_EQ(read.what == operation::SIGNAL, read.signal != 0);
  }
}

TEST(HelperResponse, IsAllOrNothing) {
  response to;
  to.add('P', std::string(MOST_PAYLOAD - 2, 'x'));
  EXPECT_EQ(payload_of(to).size(), MOST_PAYLOAD);
  to.add('G', "");
  const auto bytes = to.finish(MW_OK);
  EXPECT_EQ(bytes.size(), HEADER_BYTES);
  int32_t status = 0;
  std::memcpy(&status, bytes.data(), sizeof status);
  EXPECT_EQ(status, MW_ERR_TOO_SMALL);
}

TEST(HelperResponse, NoValueEndsARecordEarly) {
  response to;
  to.add('P', std::string_view("a\0Gb", 4));
  EXPECT_EQ(payload_of(to), "Pa?Gb\0"s);
}

struct judged {
  const char *list;
  verdict expected;
};

TEST(HelperAllowList, AllowsWhatAnEntryNames) {
  const asked what{SIGUSR2, 1000, "my program"};
  const std::array<judged, 22> table{{
      {"", verdict::NOT_NAMED},
      {"# nothing\n\nrate 6\n", verdict::NOT_NAMED},
      {"allow signals=SIGUSR2\n", verdict::ALLOWED},
      {"allow signals=SIGUSR2", verdict::ALLOWED},
      {"allow signals=SIGUSR1,SIGUSR2 uids=1000 comms=x,my%20program\n", verdict::ALLOWED},
      {"allow signals=SIGHUP\n", verdict::NOT_NAMED},
      {"allow signals=SIGUSR2 uids=1-999,1001\n", verdict::NOT_NAMED},
      {"allow signals=SIGUSR2 uids=999-1000\n", verdict::ALLOWED},
      {"allow signals=SIGUSR2 comms=my\n", verdict::NOT_NAMED},
      {"allow signals=SIGUSR2 comms=my%20programs\n", verdict::NOT_NAMED},
      {"allow signals=SIGHUP\nallow signals=SIGUSR2\n", verdict::ALLOWED},
      {"allow uids=1000\n", verdict::MALFORMED},
      {"allow signals=SIGKILL\n", verdict::MALFORMED},
      {"allow signals=SIGUSR2,\n", verdict::MALFORMED},
      {"allow signals=SIGUSR2 uids=\n", verdict::MALFORMED},
      {"allow signals=SIGUSR2 uids=5-\n", verdict::MALFORMED},
      {"allow signals=SIGUSR2 uids=9-5\n", verdict::MALFORMED},
      {"allow signals=SIGUSR2 comms=a%2\n", verdict::MALFORMED},
      {"allow signals=SIGUSR2 users=1000\n", verdict::MALFORMED},
      {"allow signals=SIGUSR2\ndeny signals=SIGUSR2\n", verdict::MALFORMED},
      {"rate 0\n", verdict::MALFORMED},
      {"rate 601\n", verdict::MALFORMED},
  }};
  for (const judged &each : table) {
    uint32_t rate = 0;
    EXPECT_EQ(judge(each.list, what, rate), each.expected) << each.list;
  }
}

TEST(HelperAllowList, NeverMeansRootUnlessItNamesIt) {
  const asked root{SIGUSR2, 0, "x"};
  uint32_t rate = 0;
  EXPECT_EQ(judge("allow signals=SIGUSR2\n", root, rate), verdict::NOT_NAMED);
  EXPECT_EQ(judge("allow signals=SIGUSR2 uids=0-1000\n", root, rate), verdict::NOT_NAMED);
  EXPECT_EQ(judge("allow signals=SIGUSR2 uids=0\n", root, rate), verdict::ALLOWED);
}

TEST(HelperAllowList, SaysTheRate) {
  uint32_t rate = 0;
  EXPECT_EQ(judge("allow signals=SIGUSR2\n", {SIGUSR2, 1, "x"}, rate), verdict::ALLOWED);
  EXPECT_EQ(rate, 6U);
  EXPECT_EQ(judge("allow signals=SIGUSR2\nrate 600\n", {SIGUSR2, 1, "x"}, rate), verdict::ALLOWED);
  EXPECT_EQ(rate, 600U);
}

TEST(HelperAllowList, IsNothingWhenItIsTooLong) {
  std::string list = "allow signals=SIGUSR2\n#";
  list.append(MOST_LIST_BYTES, 'x');
  uint32_t rate = 0;
  EXPECT_EQ(judge(list, {SIGUSR2, 1, "x"}, rate), verdict::MALFORMED);
}

TEST(HelperAllowList, IsReadWithinItsEnds) {
  const std::string seed = "rate 60\nallow signals=SIGUSR2,SIGHUP uids=1000,2000-2999 comms=cache,my%20program\n";
  std::mt19937 random(4); // NOLINT(cert-msc51-cpp): repeatable on purpose
  constexpr std::string_view NASTY("%=,- \n#0\0x", 10);
  for (int round = 0; round < 50000; round++) {
    std::string text = seed;
    for (size_t edits = 1 + random() % 6; edits > 0 && !text.empty(); edits--) {
      const size_t at = random() % text.size();
      if (random() % 3 == 0)
        text.resize(at);
      else
        text.at(at) = NASTY.at(random() % NASTY.size());
    }
    const std::unique_ptr<char[]> exact(new char[text.size()]); // NOLINT(modernize-avoid-c-arrays)
    std::memcpy(exact.get(), text.data(), text.size());
    uint32_t rate = 0;
    (void)judge({exact.get(), text.size()}, {SIGUSR2, 1000, "cache"}, rate);
    signal_status status{};
    (void)parse_signal_status({exact.get(), text.size()}, status);
  }
}

TEST(HelperStatus, IsWholeOrNone) {
  const std::string whole = "Name:\tx\\ny\nUmask:\t0022\nUid:\t1\t1000\t3\t4\nSigBlk:\t0000000000000001\n"
                            "SigIgn:\t0000000000000002\nSigCgt:\t0000000000000800\n";
  signal_status status{};
  ASSERT_TRUE(parse_signal_status(whole, status));
  EXPECT_EQ(status.name, "x\\ny");
  EXPECT_EQ(status.uid, 1000U) << "the effective one";
  EXPECT_EQ(status.caught, 0x800U);
  EXPECT_EQ(status.ignored, 2U);
  EXPECT_EQ(status.blocked, 1U);
  for (const char *line : {"Name:", "Uid:", "SigBlk:", "SigIgn:", "SigCgt:"}) {
    std::string without = whole;
    without.replace(without.find(line), 1, "?");
    EXPECT_FALSE(parse_signal_status(without, status)) << line;
  }
}

TEST(HelperEnviron, KeepsTheOptInAndNothingElse) {
  const std::string environ = "SECRET=s\0MEMWARDEN_NOTIFY_SIGNAL=SIGUSR2\0X=MEMWARDEN_NOTIFY_PORT=1\0"s +
                              "MEMWARDEN_NOTIFY_PATH=/" + std::string(600, 'x') + '\0' + "MEMWARDEN_NOTIFY_PORT=9400";
  // However the kernel cuts it.
  for (size_t piece = 1; piece < environ.size(); piece += 7) {
    response to;
    environ_filter filter(to);
    for (size_t at = 0; at < environ.size(); at += piece) filter.take(std::string_view(environ).substr(at, piece));
    filter.end();
    EXPECT_EQ(payload_of(to), "EMEMWARDEN_NOTIFY_SIGNAL=SIGUSR2\0EMEMWARDEN_NOTIFY_PORT=9400\0"s);
  }
}

TEST(HelperRate, LetsNoMoreThroughThanItMay) {
  rate_limit limit;
  uint64_t now = 5000;
  EXPECT_TRUE(limit.take(60, now)) << "the first one";
  EXPECT_FALSE(limit.take(60, now));
  EXPECT_FALSE(limit.take(60, now + 999));
  EXPECT_TRUE(limit.take(60, now + 1000));
  unsigned let = 0;
  for (now += 1000; now < 5000 + 601000; now += 10) let += limit.take(60, now) ? 1U : 0U;
  EXPECT_LE(let, 600U);
  EXPECT_GE(let, 598U);
}

} // namespace
} // namespace memwarden::helper
