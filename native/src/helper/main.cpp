/*
 * memwarden-helper --socket PATH --allow-list PATH --stop-file PATH
 * Does for the agent beside it what needs CAP_SYS_PTRACE and CAP_KILL, and nothing else: reads who a process is and
 * whether it opted in, and sends one of three signals after its own checks. It listens on a unix socket for its own
 * user only. It must be a container's entrypoint: with allowPrivilegeEscalation false its file capabilities hold only
 * then.
 */
#include "helper/server.hpp"
#include "memwarden.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using memwarden::helper::settings;

int usage() {
  (void)std::fputs("usage: memwarden-helper --socket PATH --allow-list PATH --stop-file PATH\n", stderr);
  return 2;
}

int failed(const char *what) {
  std::perror(what);
  return 1;
}

bool read_arguments(std::span<char *const> arguments, settings &how) {
  how = {};
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const char *value = arguments[i + 1];
    if (name == "--socket")
      how.socket = value;
    else if (name == "--allow-list")
      how.veto.allow_list = value;
    else if (name == "--stop-file")
      how.veto.stop_file = value;
    else
      return false;
  }
  return arguments.size() % 2 == 0 && how.socket != nullptr && how.veto.allow_list != nullptr &&
         how.veto.stop_file != nullptr;
}

/* As pid 1 of a container it would get no signal that it does not ask for. */
int signals_that_end_it() {
  sigset_t ending;
  (void)sigemptyset(&ending);
  (void)sigaddset(&ending, SIGTERM);
  (void)sigaddset(&ending, SIGINT);
  (void)pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  return signalfd(-1, &ending, SFD_CLOEXEC);
}

} // namespace

int main(int argc, char **argv) {
  settings how{};
  if (!read_arguments(std::span(argv, static_cast<size_t>(argc)).subspan(1), how)) return usage();
  // What it reads of others must not be read from it.
  (void)prctl(PR_SET_DUMPABLE, 0);
  (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const int ending = signals_that_end_it();
  if (ending < 0) return failed("signalfd");
  const int listener = memwarden::helper::listen_at(how.socket);
  if (listener < 0) return failed(how.socket);
  (void)std::fprintf(stderr, "memwarden-helper: serves %s\n", how.socket); // NOLINT
  const int32_t status = memwarden::helper::serve(listener, ending, how);
  (void)unlink(how.socket);
  // Threads that the kernel keeps waiting hold up no end.
  _exit(status == MW_OK ? 0 : 1);
}
