type Say = (line: string) => void;

/** Ends the tool that is running, with all that it started. */
export function endRunning(): void;

/** The file that the shell would run. */
export function which(name: string, path?: string): string | undefined;

/** One at a time on this machine for each `key`; `onWait` is called once when somebody else holds it. @returns gives it back */
export function lock(key: string, onWait: () => void): Promise<() => void>;

/** Debian packages that the cluster and the images need and that are not there. */
export function missingParts(): string[];

/** The command line for a person. */
export function howToInstall(packages: readonly string[]): string;

export function mayInstall(): boolean;

export function install(packages: readonly string[], say: Say): Promise<void>;

/** Where everything of the test cluster is kept between runs. */
export function clusterCache(): string;

/** Finds or builds the cluster's programs (all without `names`). */
export function needPrograms(
  root: string,
  options: { readonly say: Say; readonly names?: readonly string[] },
): Promise<void>;

/** Name → absolute path of every program, whether it is there already or not. */
export function programPaths(root: string): Readonly<Record<string, string>>;

/** memwarden: the product; redis: what its chart brings along; workloads: test/workloads and a shell. */
export type ImageTarget = 'memwarden' | 'redis' | 'workloads';

export interface Image {
  /** As a kubelet calls it. */
  readonly reference: string;
  /** An OCI archive. */
  readonly archive: string;
}

/** Finds or builds the images (all without `targets`). */
export function needImages<Target extends ImageTarget>(
  root: string,
  options: { readonly say: Say; readonly targets?: readonly Target[] },
): Promise<Readonly<Record<Target, Image>>>;
