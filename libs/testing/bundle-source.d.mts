/** Bundles `entry` into `outfile` (both relative to the repository) and returns the absolute path of the result. */
export function bundleSource(entry: string, outfile: string): Promise<string>;
