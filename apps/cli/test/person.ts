/*
 * The command as a person types it, with a kubeconfig of a real API server.
 */
import { jest } from '@jest/globals';
import type { ApiServer } from '../../../libs/kube/test/api-server.js';
import { runCommandLine } from '../src/command-line.js';
import { readEnvironment } from '../src/config.js';

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** As kubectl's plugin. */
export async function kubectlMemwarden(kubeconfig: string, words: readonly string[]): Promise<Said> {
  let out = '';
  let err = '';
  const collect = (stream: NodeJS.WriteStream, add: (text: string) => void): { mockRestore: () => void } =>
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      add(String(text));
      return true;
    });
  const spies = [
    collect(process.stdout, (text) => (out += text)),
    collect(process.stderr, (text) => (err += text)),
  ];
  try {
    const status = await runCommandLine(words, asKubectl(kubeconfig));
    return { status, out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** As `kubectlMemwarden`, with each line as it is printed. */
export async function watched(
  kubeconfig: string,
  words: readonly string[],
  line: (text: string) => void,
): Promise<number> {
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    for (const one of String(text).split('\n')) if (one !== '') line(one);
    return true;
  });
  try {
    return await runCommandLine(words, asKubectl(kubeconfig));
  } finally {
    spy.mockRestore();
  }
}

function asKubectl(kubeconfig: string): ReturnType<typeof readEnvironment> {
  return readEnvironment({ MEMWARDEN_CALLED_AS: 'kubectl', KUBECONFIG: kubeconfig, HOME: '/nowhere' });
}

/** With its status, which is a subresource: kubectl writes it apart. */
export function put(
  server: ApiServer,
  object: { readonly metadata: { readonly name: string; readonly namespace?: string } },
  plural: string,
): void {
  const text = JSON.stringify(object);
  const { name, namespace } = object.metadata;
  server.kubectl(['apply', '--server-side', '-f', '-'], text);
  const at = namespace === undefined ? [] : ['-n', namespace];
  server.kubectl([
    'patch',
    `${plural}.memwarden.dev`,
    name,
    ...at,
    '--subresource=status',
    '--type=merge',
    '-p',
    text,
  ]);
}
