/*
 * Kernel text with random damage: no parser may read outside it, under ASan and UBSan, whatever it then says.
 * Each text lies in a heap block of exactly its size. Seeds are fixed, so a failure can be repeated.
 */
#include "fixture.hpp"
#include "parse.hpp"

#include <array>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <random>

namespace memwarden {
namespace {

constexpr int ROUNDS = 20000;

void parse_as_everything(std::string_view text) {
  process_stat stat{};
  (void)parse_process_stat(text, stat);
  process_memory memory{};
  (void)parse_process_status(text, memory);
  std::string_view path;
  (void)find_cgroup_path(text, "memory", path);
  (void)find_cgroup_path(text, "", path);
  uint64_t value = 0;
  const std::array<keyed_value, 2> wanted{{{"anon", &value}, {"RssAnon", &value}}};
  (void)parse_keyed(text, wanted);
  (void)parse_single(text, value);
  mount_line mount{};
  (void)parse_mount_line(text, mount);
  (void)is_hugetlb_usage(text, ".current");
}

std::string damaged(std::string text, std::mt19937 &random) {
  constexpr std::string_view NASTY(")( \n:\t\0/9-kB.,\\max", 19);
  const auto pick = [&](size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random); };
  for (size_t edits = pick(8); edits > 0 && !text.empty(); edits--) {
    const size_t at = pick(text.size());
    switch (pick(4)) {
    case 0:
      text.resize(at);
      break;
    case 1:
      text.erase(at, 1 + pick(5));
      break;
    case 2:
      text.insert(at, std::string(1 + pick(30), NASTY.at(pick(NASTY.size()))));
      break;
    default:
      text.at(at) = NASTY.at(pick(NASTY.size()));
      break;
    }
  }
  return text;
}

TEST(Mutation, NoTextIsReadOutsideItsEnds) {
  const std::array<std::string, 6> seeds{test::stat_text(7, "a) R 1 (b", 99),
                                         test::status_text(4711),
                                         "9:name=x:/\n4:memory,hugetlb:/a/b\n0::/c\n",
                                         "anon 1\nfile 2\nkernel 3\nslab 18446744073709551615\n",
                                         "35 31 0:32 / /sys\\040fs rw shared:1 - cgroup cgroup rw,memory\n",
                                         "hugetlb.2MB.current"};
  std::mt19937 random(20261121); // NOLINT(cert-msc51-cpp): repeatable on purpose
  for (int round = 0; round < ROUNDS; round++) {
    const std::string text = damaged(seeds.at(static_cast<size_t>(round) % seeds.size()), random);
    const std::unique_ptr<char[]> exact(new char[text.size()]); // NOLINT(modernize-avoid-c-arrays)
    std::memcpy(exact.get(), text.data(), text.size());
    parse_as_everything({exact.get(), text.size()});
  }
}

} // namespace
} // namespace memwarden
