/*
 * kubectl as one user of the cluster.
 */
import { run, type RunOptions } from './command.js';

export class Kubectl {
  constructor(
    private readonly program: string,
    readonly kubeconfig: string,
  ) {}

  /** @returns stdout. @throws {CommandFailed} with what kubectl said */
  async run(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return await run(this.program, ['--kubeconfig', this.kubeconfig, ...args], options);
  }

  async json<Shape>(args: readonly string[]): Promise<Shape> {
    return JSON.parse(await this.run([...args, '-o', 'json'])) as Shape;
  }

  async apply(text: string, more: readonly string[] = []): Promise<string> {
    return await this.run(['apply', '--server-side', '-f', '-', ...more], { input: text });
  }
}
