#include "helper/allow.hpp"

#include "parse.hpp"

#include <array>
#include <csignal>

namespace memwarden::helper {

namespace {

constexpr uint32_t DEFAULT_PER_MINUTE = 6;

struct named_signal {
  std::string_view name;
  uint16_t number;
};
constexpr std::array<named_signal, 3> SIGNALS{{{"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}, {"SIGHUP", SIGHUP}}};

/* What one list of an entry says. */
enum class said { YES, NO, NONSENSE };

int hex(char digit) {
  constexpr int TEN = 10;
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + TEN;
  return -1;
}

/* Takes one character off the front, %XX as what it stands for; -1: it stands for nothing. */
int take_character(std::string_view &word) {
  constexpr size_t ESCAPED = 3;
  constexpr int SIXTEEN = 16;
  const char first = word.front();
  if (first != '%') {
    word.remove_prefix(1);
    return static_cast<unsigned char>(first);
  }
  if (word.size() < ESCAPED) return -1;
  const int high = hex(word[1]);
  const int low = hex(word[2]);
  word.remove_prefix(ESCAPED);
  return high < 0 || low < 0 ? -1 : high * SIXTEEN + low;
}

said is_comm(std::string_view word, std::string_view comm) {
  bool same = true;
  while (!word.empty()) {
    const int character = take_character(word);
    if (character < 0) return said::NONSENSE;
    same = same && !comm.empty() && static_cast<unsigned char>(comm.front()) == character;
    if (!comm.empty())
      comm.remove_prefix(1);
    else
      same = false;
  }
  return same && comm.empty() ? said::YES : said::NO;
}

struct uid_range {
  uint64_t from;
  uint64_t to;
  bool is_one;
};

bool parse_range(std::string_view word, uid_range &range) {
  const size_t dash = word.find('-');
  range.is_one = dash == std::string_view::npos;
  if (!parse_unsigned(word.substr(0, dash), range.from)) return false;
  range.to = range.from;
  if (!range.is_one && !parse_unsigned(word.substr(dash + 1), range.to)) return false;
  return range.from <= range.to && range.to <= UINT32_MAX;
}

said is_uid(std::string_view word, uint32_t uid) {
  uid_range range{};
  if (!parse_range(word, range)) return said::NONSENSE;
  // A range never means user 0.
  if (uid == 0 && !range.is_one) return said::NO;
  return range.from <= uid && uid <= range.to ? said::YES : said::NO;
}

said is_signal(std::string_view word, uint16_t signal) {
  const uint16_t number = signal_of(word);
  if (number == 0) return said::NONSENSE;
  return number == signal ? said::YES : said::NO;
}

said one(std::string_view key, std::string_view word, const asked &what) {
  if (word.empty()) return said::NONSENSE;
  if (key == "signals") return is_signal(word, what.signal);
  if (key == "uids") return is_uid(word, what.uid);
  if (key == "comms") return is_comm(word, what.comm);
  return said::NONSENSE;
}

/* `key=a,b,c`: yes when one of them fits and each of them can be read. */
said list_says(std::string_view list, const asked &what) {
  const std::string_view key = take_until(list, '=');
  if (list.empty()) return said::NONSENSE;
  said result = said::NO;
  while (!list.empty()) {
    // A comma at the end names an empty word.
    if (list.back() == ',') return said::NONSENSE;
    const said word = one(key, take_until(list, ','), what);
    if (word == said::NONSENSE) return word;
    if (word == said::YES) result = word;
  }
  return result;
}

/* Both must say yes; nonsense is nonsense whatever the other says. */
said both(said one, said other) {
  if (one == said::NONSENSE || other == said::NONSENSE) return said::NONSENSE;
  return one == said::YES ? other : one;
}

said entry_says(std::string_view entry, const asked &what) {
  bool has_signals = false;
  bool has_uids = false;
  said result = said::YES;
  while (!entry.empty()) {
    const std::string_view list = take_until(entry, ' ');
    if (list.empty()) continue;
    has_signals |= list.starts_with("signals=");
    has_uids |= list.starts_with("uids=");
    result = both(result, list_says(list, what));
  }
  if (!has_signals) return said::NONSENSE;
  return both(result, has_uids || what.uid != 0 ? said::YES : said::NO);
}

bool take_rate(std::string_view line, uint32_t &per_minute) {
  uint64_t rate = 0;
  if (!parse_unsigned(line, rate) || rate < 1 || rate > MOST_PER_MINUTE) return false;
  per_minute = static_cast<uint32_t>(rate);
  return true;
}

said line_says(std::string_view line, const asked &what, uint32_t &rate) {
  if (line.empty() || line.front() == '#') return said::NO;
  const std::string_view word = take_until(line, ' ');
  if (word == "allow") return entry_says(line, what);
  return word == "rate" && take_rate(line, rate) ? said::NO : said::NONSENSE;
}

} // namespace

uint16_t signal_of(std::string_view name) {
  for (const named_signal &each : SIGNALS)
    if (each.name == name) return each.number;
  return 0;
}

bool is_offered(uint16_t signal) {
  for (const named_signal &each : SIGNALS)
    if (each.number == signal) return true;
  return false;
}

verdict judge(std::string_view list, const asked &what, uint32_t &per_minute) {
  if (list.size() > MOST_LIST_BYTES) return verdict::MALFORMED;
  uint32_t rate = DEFAULT_PER_MINUTE;
  said any = said::NO;
  while (!list.empty()) {
    const said line = line_says(take_until(list, '\n'), what, rate);
    if (line == said::NONSENSE) return verdict::MALFORMED;
    if (line == said::YES) any = line;
  }
  per_minute = rate;
  return any == said::YES ? verdict::ALLOWED : verdict::NOT_NAMED;
}

} // namespace memwarden::helper
