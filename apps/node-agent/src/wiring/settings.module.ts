/*
 * Settings, time and the state that everybody shares.
 */
import { Module } from '@nestjs/common';
import { systemClock, type Clock } from '#contracts/clock';
import { readConfig, type AgentConfig } from '../config.js';
import { PodBook } from '../attribute/pod-book.js';
import { HistoryKeeper } from '../history/history-keeper.js';
import { KernelFiles } from '../sense/kernel-files.js';
import { AGENT_CONFIG, CLOCK } from '../tokens.js';

@Module({
  providers: [
    { provide: AGENT_CONFIG, useFactory: () => readConfig() },
    { provide: CLOCK, useValue: systemClock },
    { provide: PodBook, useFactory: () => new PodBook() },
    {
      provide: KernelFiles,
      inject: [AGENT_CONFIG],
      useFactory: ({ procRoot }: AgentConfig) => new KernelFiles(procRoot),
    },
    {
      provide: HistoryKeeper,
      inject: [AGENT_CONFIG, CLOCK],
      useFactory: ({ node, stateDir }: AgentConfig, clock: Clock) => new HistoryKeeper(node, stateDir, clock),
    },
  ],
  exports: [AGENT_CONFIG, CLOCK, PodBook, KernelFiles, HistoryKeeper],
})
export class SettingsModule {}
