/*
 * HostScanner is libmemwarden.
 */
import { Module } from '@nestjs/common';
import type { HostScanner } from '#contracts/reading';
import { NativeHostScanner } from '#native';
import type { AgentConfig } from '../config.js';
import { PlacedScanner } from '../sense/placed-scanner.js';
import { AGENT_CONFIG, HOST_SCANNER } from '../tokens.js';
import { SettingsModule } from './settings.module.js';

function scannerOf({ nativeLibrary, procRoot, cgroupRoot }: AgentConfig): HostScanner {
  const library = nativeLibrary === null ? {} : { libraryPath: nativeLibrary };
  if (cgroupRoot === null) return new NativeHostScanner({ procRoot, ...library });
  const scanner = new NativeHostScanner({ procRoot, cgroupRoot, ...library });
  return new PlacedScanner(scanner, { procRoot, cgroupRoot, pid: process.pid });
}

@Module({
  imports: [SettingsModule],
  providers: [
    {
      provide: HOST_SCANNER,
      inject: [AGENT_CONFIG],
      useFactory: scannerOf,
    },
  ],
  exports: [HOST_SCANNER],
})
export class NativeModule {}
