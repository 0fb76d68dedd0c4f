/*
 * The environment of the command, read once. The only file here that sees process.env.
 */
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';

export interface CliEnvironment {
  readonly stateDir: string;
  readonly cacheDir: string;
  /** As a plugin of kubectl a command asks the cluster, unless it is told otherwise. */
  readonly calledAs: 'memwarden' | 'kubectl' | 'kubectl_complete';
  /** Which the person uses; bash where that is none of these. */
  readonly shell: 'bash' | 'zsh' | 'fish';
  /** As a person types it. */
  readonly program: string;
  /** The namespace that Memwarden is installed in. */
  readonly installNamespace: string | undefined;
  readonly kube: KubeEnvironment;
  readonly server: string | undefined;
  readonly token: string | undefined;
  /** https://no-color.org: any value but the empty one. */
  readonly noColor: boolean;
  readonly path: string;
  /** Set by sudo(8): who typed it. */
  readonly sudoUid: number | null;
  readonly pip: PipEnvironment;
  /** What children inherit. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/** Where clusters are named, as kubectl would find it. */
export interface KubeEnvironment {
  /** KUBECONFIG's files, in its order. */
  readonly kubeconfigs: readonly string[];
  readonly defaultKubeconfig: string;
  /** In a pod: where the API server is. */
  readonly serviceHost: string | undefined;
  readonly servicePort: string | undefined;
}

/** Where Python's packages come from on this machine, as pip itself would find it. */
export interface PipEnvironment {
  readonly indexUrl: string | undefined;
  readonly configFiles: readonly string[];
}

export function readEnvironment(env: NodeJS.ProcessEnv = process.env): CliEnvironment {
  const home = homedir();
  const configHome = text(env['XDG_CONFIG_HOME']) ?? join(home, '.config');
  const pipConfig = text(env['PIP_CONFIG_FILE']);
  return {
    stateDir: join(text(env['XDG_STATE_HOME']) ?? join(home, '.local/state'), 'memwarden'),
    cacheDir: join(text(env['XDG_CACHE_HOME']) ?? join(home, '.cache'), 'memwarden'),
    ...called(env['MEMWARDEN_CALLED_AS']),
    shell: shellOf(env['SHELL']),
    installNamespace: text(env['MEMWARDEN_NAMESPACE']),
    kube: {
      kubeconfigs: (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== ''),
      defaultKubeconfig: join(home, '.kube/config'),
      serviceHost: text(env['KUBERNETES_SERVICE_HOST']),
      servicePort: text(env['KUBERNETES_SERVICE_PORT']),
    },
    server: text(env['MEMWARDEN_SERVER']),
    token: text(env['MEMWARDEN_TOKEN']),
    noColor: text(env['NO_COLOR']) !== undefined,
    path: env['PATH'] ?? '',
    sudoUid: uid(env['SUDO_UID']),
    pip: {
      indexUrl: text(env['PIP_INDEX_URL']),
      configFiles: [
        ...(pipConfig === undefined ? [] : [pipConfig]),
        join(configHome, 'pip/pip.conf'),
        join(home, '.pip/pip.conf'),
        '/etc/pip.conf',
      ],
    },
    inherited: inheritable(env),
  };
}

function shellOf(path = ''): CliEnvironment['shell'] {
  const name = basename(path);
  return name === 'zsh' || name === 'fish' ? name : 'bash';
}

function called(as: string | undefined): Pick<CliEnvironment, 'calledAs' | 'program'> {
  return as === 'kubectl' || as === 'kubectl_complete'
    ? { calledAs: as, program: 'kubectl memwarden' }
    : { calledAs: 'memwarden', program: 'memwarden' };
}

const OURS = 'MEMWARDEN_';
/** What the controller and the agent know. */
const LOG_LEVELS: readonly (string | undefined)[] = ['debug', 'info', 'warn', 'error'];

/**
 * Settings of the parts are made by local mode alone: one meant for another controller must not reach this one. Only
 * the node's name, the log level and the installation's limits are passed on, and who starts it.
 */
function inheritable(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const others = Object.entries(env).filter(([name]) => !name.startsWith(OURS));
  const level = env['MEMWARDEN_LOG_LEVEL'];
  const node = text(env['MEMWARDEN_NODE_NAME']);
  const limits = text(env['MEMWARDEN_LIMITS']);
  return {
    ...Object.fromEntries(others),
    ...(LOG_LEVELS.includes(level) ? { MEMWARDEN_LOG_LEVEL: level } : {}),
    ...(node === undefined ? {} : { MEMWARDEN_NODE_NAME: node }),
    ...(limits === undefined ? {} : { MEMWARDEN_LIMITS: limits }),
    ...tokenHolder(text(env['SUDO_USER']) ?? text(env['USER'])),
  };
}

/** Who starts local mode owns its token; a name that the controller would not take is left out. */
function tokenHolder(user: string | undefined): Record<string, string> {
  return user !== undefined && /^[\x20-\x7e]{1,64}$/u.test(user) ? { MEMWARDEN_TOKEN_HOLDER: user } : {};
}

const LAST_UID = 4_294_967_294;

function uid(value: string | undefined): number | null {
  const isNumber = value !== undefined && /^\d{1,10}$/u.test(value) && Number(value) <= LAST_UID;
  return isNumber ? Number(value) : null;
}

function text(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
