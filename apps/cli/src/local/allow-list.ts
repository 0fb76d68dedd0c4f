/*
 * The first allow list of a state dir: what the agent may do at most, whatever a policy or a person asks for. Made once,
 * for the person who starts local mode; from then on it is theirs, and this never writes it again.
 */
import { link, open, rm } from 'node:fs/promises';
import { Unavailable } from '#contracts/errors';

/** Who starts local mode, as far as the kernel and sudo say it. */
export interface Starter {
  readonly uid: number;
  /** Set by sudo(8): the user who typed it. */
  readonly sudoUid: number | null;
}

const ROOT = 0;

/** The processes of this user may be notified; null: of nobody, since root's own services would be among them. */
export function allowedUid({ uid, sudoUid }: Starter): number | null {
  if (uid !== ROOT) return uid;
  return sudoUid === ROOT ? null : sudoUid;
}

export function firstAllowList(starter: Starter): string {
  return `${HEAD}version: 1\nacts:\n${notify(allowedUid(starter))}# Acts in a minute, at most, on this machine.\nratePerMinute: 6\n`;
}

const HEAD = `# What Memwarden's agent may do on this machine, at most, whatever a policy or a person asks for.
# Yours to edit: it is read again when it changes. Without this file, or when it cannot be read, nothing is done.
# To stop every act at once: "memwarden stop" (makes the file STOP beside this one).
#
# An entry allows what matches all the lists that it has:
#   uids: [1000]               processes of these users; root (0) only where it stands here
#   processes: [cache-server]  their names (comm, as in /proc/PID/comm: 15 characters at most)
#   cgroups: [/user.slice]     in these cgroups; a system service only where it stands here by its path
#   signals: [SIGUSR2]         needed to notify by signal
#   ports: ["1024-65535"]      needed to notify over HTTP
`;

function notify(uid: number | null): string {
  if (uid !== null) return `  Notify:\n${entry(uid)}`;
  return `  # Started as root, so nobody is allowed. To allow the processes of one user, replace "Notify: []" by
  # these lines with the user's number (id -u NAME):
  #   Notify:
  #     - uids: [1000]
  #       signals: [SIGUSR1, SIGUSR2, SIGHUP]
  #       ports: ["1024-65535"]
  Notify: []
`;
}

function entry(uid: number): string {
  return `    - uids: [${uid}]
      signals: [SIGUSR1, SIGUSR2, SIGHUP]
      ports: ["1024-65535"]
`;
}

/** Whole or not at all; a file, link or folder that has the name already stays as it is. @throws {Unavailable} */
export async function provideAllowList(file: string, starter: Starter): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  try {
    await writeSynced(unfinished, firstAllowList(starter));
    // link(2) fails where there is anything, which rename(2) does not.
    await link(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new Unavailable(`${file} cannot be made: ${(error as Error).message}.`, { cause: error });
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  await using handle = await open(file, 'wx', 0o600);
  await handle.writeFile(text);
  await handle.sync();
}
