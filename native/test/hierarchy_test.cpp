/* Which hierarchy is taken, from mountinfo and from a given folder. */
#include "prim/hierarchy.hpp"

#include "fixture.hpp"

#include <array>
#include <fcntl.h>
#include <gtest/gtest.h>

namespace memwarden {
namespace {

struct mounted {
  test::file_tree tree;
  std::string lines;

  void mount(const std::string &folder, const std::string &type, const std::string &options,
             const std::string &root = "/") {
    tree.make_folder(folder);
    std::string escaped;
    for (const char c : tree.at(folder)) escaped += c == ' ' ? std::string("\\040") : std::string(1, c);
    lines +=
        "35 31 0:32 " + root + " " + escaped + " rw,relatime shared:1 - " + type + " " + type + " " + options + "\n";
    tree.write("proc/self/mountinfo", lines);
  }

  memory_hierarchy find() const {
    memory_hierarchy found;
    std::array<char, 8192> scratch{};
    const unique_fd proc(open(tree.at("proc").c_str(), O_RDONLY | O_DIRECTORY));
    EXPECT_EQ(find_memory_hierarchy(proc.get(), nullptr, scratch, found), MW_OK);
    return found;
  }
};

TEST(FindMemoryHierarchy, TakesV1BesideAV2WithoutTheController) {
  mounted system;
  system.mount("unified", "cgroup2", "rw");
  system.mount("cpu", "cgroup", "rw,cpu");
  system.mount("memory", "cgroup", "rw,memory");
  system.tree.write("unified/cgroup.controllers", "\n");
  EXPECT_EQ(system.find().version, 1U);
}

TEST(FindMemoryHierarchy, TakesV2WithTheController) {
  mounted system;
  system.mount("a folder", "cgroup2", "rw,nsdelegate,memory_hugetlb_accounting");
  system.tree.write("a folder/cgroup.controllers", "cpuset memory\n");
  const memory_hierarchy found = system.find();
  EXPECT_EQ(found.version, 2U);
  EXPECT_TRUE(found.hugetlb_charged);
}

TEST(FindMemoryHierarchy, LeavesOutMountsOfASubtree) {
  mounted system;
  system.mount("sub", "cgroup2", "rw", "/docker/abc");
  system.tree.write("sub/cgroup.controllers", "memory\n");
  EXPECT_EQ(system.find().version, 0U);
}

TEST(FindMemoryHierarchy, FindsHugetlbOfV1) {
  mounted system;
  system.mount("memory", "cgroup", "rw,memory");
  EXPECT_FALSE(system.find().hugetlb.valid());
  system.mount("hugetlb", "cgroup", "rw,hugetlb");
  EXPECT_TRUE(system.find().hugetlb.valid());
}

TEST(FindMemoryHierarchy, FindsNothingWithoutMountinfo) {
  const mounted system;
  system.tree.make_folder("proc");
  EXPECT_EQ(system.find().version, 0U);
}

TEST(FindMemoryHierarchy, IsNotMisledByBrokenLines) {
  mounted system;
  system.lines = "\n35 31\n35 31 0:32 / \\04 - cgroup\n garbage - cgroup2 memory\n";
  system.mount("memory", "cgroup", "rw,memory");
  EXPECT_EQ(system.find().version, 1U);
}

TEST(FindMemoryHierarchy, ReadsAMountinfoOfAnyLength) {
  mounted system;
  for (int i = 0; i < 2000; i++) system.lines += "35 31 0:32 / /run/pod" + std::to_string(i) + " rw - tmpfs tmpfs rw\n";
  system.lines += "35 31 0:32 / /" + std::string(20000, 'x') + " rw - cgroup2 x rw,memory_hugetlb_accounting\n";
  system.mount("memory", "cgroup", "rw,memory");
  const memory_hierarchy found = system.find();
  EXPECT_EQ(found.version, 1U);
  EXPECT_FALSE(found.hugetlb_charged);
}

TEST(LineReader, FindsTheSameLinesWithEveryBuffer) {
  const test::file_tree tree;
  std::string content;
  for (size_t length = 0; length < 40; length++) content += std::string(length, 'a') + "\n";
  tree.write("lines", content);
  for (size_t size = 1; size < 64; size++) {
    std::vector<char> buffer(size);
    const unique_fd file(open(tree.at("lines").c_str(), O_RDONLY));
    line_reader reader(file.get(), buffer);
    std::string_view line;
    size_t length = 0;
    for (; reader.next(line) == MW_OK; length++) ASSERT_EQ(line, std::string(length, 'a'));
    // A line and its newline have to fit.
    ASSERT_EQ(length, std::min<size_t>(size, 40));
  }
}

TEST(LineReader, GoesOnBehindALineThatIsTooLong) {
  const test::file_tree tree;
  tree.write("lines", "one\n" + std::string(100, 'x') + "\ntwo\n");
  std::array<char, 8> buffer{};
  const unique_fd file(open(tree.at("lines").c_str(), O_RDONLY));
  line_reader reader(file.get(), buffer);
  std::string_view line;
  ASSERT_EQ(reader.next(line), MW_OK);
  EXPECT_EQ(line, "one");
  ASSERT_EQ(reader.next(line), MW_OK);
  EXPECT_EQ(line, "two");
  EXPECT_EQ(reader.next(line), MW_ERR_NOT_FOUND);
}

TEST(ScannerOpen, SaysWhatIsMissing) {
  mw_scanner *scanner = nullptr;
  EXPECT_EQ(mw_scanner_open("/does/not/exist", nullptr, &scanner), MW_ERR_NOT_FOUND);
  EXPECT_EQ(mw_scanner_open("/proc", "/does/not/exist", &scanner), MW_ERR_NOT_FOUND);
  EXPECT_EQ(mw_scanner_open(nullptr, nullptr, &scanner), MW_ERR_INVALID);
  EXPECT_EQ(mw_scanner_open("/proc", nullptr, nullptr), MW_ERR_INVALID);
  EXPECT_EQ(scanner, nullptr);
  mw_scanner_close(nullptr);
}

} // namespace
} // namespace memwarden
