/* The front door of libs/native: what the kernel says and does, through libmemwarden. */
export { exitAtOnce } from './exit.js';
export { FileLock } from './file-lock.js';
export { NativeHostScanner, type NativeHostScannerOptions } from './host-scanner.js';
export { Pidfd, type SignalName } from './pidfd.js';
export { Denied, LockHeld } from './status.js';
