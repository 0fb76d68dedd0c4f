/*
 * Orders: the desk, its journal and files.
 */
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import type { HostScanner } from '#contracts/reading';
import { FileLock } from '#native';
import type { AgentConfig } from '../config.js';
import { PodBook } from '../attribute/pod-book.js';
import { HelperClient } from '../helper/helper-client.js';
import { HelperHandles } from '../helper/helper-handles.js';
import { AllowFile } from '../orders/allow-file.js';
import { Freezer } from '../orders/freezer.js';
import { OrderDesk } from '../orders/order-desk.js';
import { OrderJournal } from '../orders/order-journal.js';
import { Performer } from '../orders/performer.js';
import { ProcessFiles } from '../orders/process-files.js';
import { PodsHere } from '../orders/pods-here.js';
import { Recipients } from '../orders/recipient.js';
import { StopFile } from '../orders/stop-file.js';
import type { OwnProcesses } from '../orders/target-rules.js';
import { parseYaml } from '../orders/yaml.js';
import { PlacedScanner } from '../sense/placed-scanner.js';
import { KernelFiles } from '../sense/kernel-files.js';
import { AGENT_CONFIG, CLOCK, HOST_SCANNER } from '../tokens.js';
import { NativeHandles } from './native-handles.js';
import { NativeModule } from './native.module.js';
import { SettingsModule } from './settings.module.js';

@Module({
  imports: [SettingsModule, NativeModule],
  providers: [
    {
      provide: OrderDesk,
      inject: [AGENT_CONFIG, HOST_SCANNER, KernelFiles, CLOCK, PodBook],
      useFactory: deskOf,
    },
  ],
  exports: [OrderDesk],
})
export class OrdersModule {}

async function deskOf(
  config: AgentConfig,
  scanner: HostScanner,
  kernel: KernelFiles,
  ...[clock, book]: [Clock, PodBook]
): Promise<OrderDesk> {
  const { procRoot, cgroupRoot, namespace } = config;
  const library = config.nativeLibrary ?? undefined;
  const helper = config.helperSocket === null ? null : new HelperClient(config.helperSocket);
  const files = new ProcessFiles(procRoot, {
    placed: (line) => (scanner instanceof PlacedScanner ? scanner.placed(line) : line),
    ...(helper !== null && { inspector: helper }),
  });
  const handles = new NativeHandles(library);
  const pods = new PodsHere(book, namespace);
  const performer = new Performer({
    recipients: new Recipients(scanner, files, pods),
    handles: helper === null ? handles : new HelperHandles(handles, helper),
    files,
    freezer: new Freezer(procRoot, cgroupRoot),
    own: ownProcesses(),
    pods,
  });
  return new OrderDesk({
    journal: new OrderJournal({
      path: join(config.stateDir, 'orders.journal'),
      lock: (path) => FileLock.acquire(path, library),
    }),
    allow: new AllowFile(config.allowFile, process.geteuid?.() ?? 0, parseYaml),
    stop: new StopFile(config.stopFile),
    performer,
    clock,
    bootId: await kernel.bootId(),
    placeTrouble: await placeTrouble(procRoot),
  });
}

/** With a supervisor (it listens on the channel) everything that it started is Memwarden's. */
function ownProcesses(): OwnProcesses {
  return { agent: process.pid, supervisor: process.connected ? process.ppid : null };
}

/** A pid of another pid namespace is another process here. */
async function placeTrouble(procRoot: string): Promise<string | null> {
  const self = await readlink(join(procRoot, 'self')).catch(() => '');
  if (self === String(process.pid)) return null;
  return `${procRoot} is of another pid namespace than this agent: nothing can be done. Run the agent in the one of the machine (hostPID: true).`;
}
