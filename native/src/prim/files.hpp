/*
 * Descriptors, small files and directory listings: the system calls that everything else here is made of.
 * A function returns an mw_status. Nothing allocates; text lies in the caller's buffer until its next use.
 */
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace memwarden {

/* Owns a descriptor; -1 is none. */
class unique_fd {
public:
  unique_fd() = default;
  explicit unique_fd(int fd) : fd_(fd) {}
  ~unique_fd() { reset(-1); }
  unique_fd(const unique_fd &) = delete;
  unique_fd &operator=(const unique_fd &) = delete;
  unique_fd(unique_fd &&other) noexcept : fd_(other.release()) {}
  unique_fd &operator=(unique_fd &&other) noexcept {
    reset(other.release());
    return *this;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  int release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset(int fd);

private:
  int fd_ = -1;
};

/* The status that stands for errno. */
int32_t status_of(int error);

/* read(2), again after a signal. */
int32_t read_some(int fd, std::span<char> buffer, size_t &length);

/* O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC. */
int32_t open_directory(int at, const char *path, unique_fd &directory);

/*
 * The whole of a small file by one open, one read and one close: seq_file hands a single_open file over in one
 * read when the buffer has room. A file that fills the buffer is MW_ERR_MALFORMED.
 * Not for files of many records (mountinfo): those come a page at a time, see line_reader.
 */
int32_t read_file(int at, const char *name, std::span<char> buffer, std::string_view &text);

/*
 * The lines of a file of any length, without their newline. A line longer than the buffer is left out, and so is
 * a last one without a newline: the kernel prints none.
 * For what a seq_file hands over record by record, a page at a time (mountinfo).
 */
class line_reader {
public:
  line_reader(int fd, std::span<char> buffer) : fd_(fd), buffer_(buffer) {}
  /* MW_ERR_NOT_FOUND at the end. The line lasts until the next call. */
  int32_t next(std::string_view &line);

private:
  [[nodiscard]] std::string_view rest() const { return {buffer_.data() + begin_, end_ - begin_}; }
  int32_t read_more();

  int fd_;
  std::span<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool ended_ = false;
  bool too_long_ = false; /* the line at begin_ lost its start */
};

struct directory_entry {
  const char *name; /* with NUL */
  uint8_t type;     /* DT_* */
};

/* getdents64 without the allocation of opendir. The descriptor's position is the cursor; it starts at 0. */
class directory_listing {
public:
  directory_listing(int fd, std::span<char> buffer);
  /* MW_OK and an entry; MW_ERR_NOT_FOUND at the end. */
  int32_t next(directory_entry &entry);

private:
  int fd_;
  std::span<char> buffer_;
  size_t used_ = 0;
  size_t at_ = 0;
};

} // namespace memwarden
