/*
 * HostScanner is libmemwarden.
 */
import { Module } from '@nestjs/common';
import { NativeHostScanner } from '#native';
import type { AgentConfig } from '../config.js';
import { AGENT_CONFIG, HOST_SCANNER } from '../tokens.js';
import { SettingsModule } from './settings.module.js';

@Module({
  imports: [SettingsModule],
  providers: [
    {
      provide: HOST_SCANNER,
      inject: [AGENT_CONFIG],
      useFactory: ({ nativeLibrary, procRoot, cgroupRoot }: AgentConfig) =>
        new NativeHostScanner({
          procRoot,
          ...(nativeLibrary !== null && { libraryPath: nativeLibrary }),
          ...(cgroupRoot !== null && { cgroupRoot }),
        }),
    },
  ],
  exports: [HOST_SCANNER],
})
export class NativeModule {}
