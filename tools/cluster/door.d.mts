/** A program and the Debian package that it comes from. */
export interface Part {
  readonly command: string;
  readonly aptPackage: string;
}

type Say = (line: string) => void;

/** The file that the shell would run. */
export function which(name: string, path?: string): string | undefined;

/** One at a time on this machine for each `key`; `onWait` is called once when somebody else holds it. @returns gives it back */
export function lock(key: string, onWait: () => void): Promise<() => void>;

/** Those whose command is not on the PATH. */
export function missing(parts: readonly Part[]): Part[];

/** The command line for a person. */
export function howToInstall(packages: readonly string[]): string;

export function mayInstall(): boolean;

export function install(packages: readonly string[], say: Say): Promise<void>;

/** Where everything of the test cluster is kept between runs. */
export function clusterCache(): string;

/** Finds or builds the cluster's programs (all without `names`). @returns name → absolute path */
export function needPrograms(
  root: string,
  options: { readonly say: Say; readonly names?: readonly string[] },
): Promise<Readonly<Record<string, string>>>;
