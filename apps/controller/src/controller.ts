/*
 * A running controller: started in order (state, agents, people), ended in the opposite one.
 */
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { MemwardenError } from '#contracts/errors';
import { ProblemFilter } from './api/problem.js';
import { AppModule } from './app.module.js';
import type { ControllerConfig } from './config.js';
import { BODY_LIMIT, guardRequests, refuseUnreadable } from './http/guard.js';
import { JsonLines } from './log.js';
import { servePage } from './http/page-routes.js';
import { Page } from './http/page.js';
import type { ClusterAccess } from './http/cluster-access.js';
import { CLUSTER_ACCESS } from './tokens.js';
import { LinkListener } from './wiring/link.module.js';
import { Replica } from './wiring/replica.js';

/** Something else listens where the page and the interface should be. */
export class PortInUse extends MemwardenError {
  override readonly code = 'PortInUse';
}

export interface RunningController extends AsyncDisposable {
  readonly port: number;
  readonly linkAddress: string;
}

/** @throws {PortInUse | AddressInUse | InvalidValue | RedisTooOld} */
export async function startController(config: ControllerConfig): Promise<RunningController> {
  const page = config.webDir === null ? null : await Page.load(config.webDir);
  const app = await createApp(config);
  try {
    let { port } = config.http;
    const server = app.getHttpAdapter().getInstance();
    takeYaml(server);
    const replica = app.get(Replica);
    guardRequests(server, {
      rules: () => ({ token: config.token, port, hosts: config.hosts }),
      tokenHolder: config.tokenHolder,
      access: app.get<ClusterAccess | null>(CLUSTER_ACCESS),
      forwarder: replica.forwarder,
    });
    await app.init();
    servePage(server, page);
    const linkAddress = await app.get(LinkListener).start();
    port = await listen(app, config);
    // Whoever is asked to lead must be able to.
    replica.standForElection();
    return { port, linkAddress, [Symbol.asyncDispose]: () => end(app, replica) };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** First what only the leader does, so that another replica may begin while this one still closes its doors. */
async function end(app: NestFastifyApplication, replica: Replica): Promise<void> {
  await replica[Symbol.asyncDispose]();
  await app.close();
}

async function createApp(config: ControllerConfig): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    // Whoever sends a request one byte a minute holds a connection no longer than this.
    requestTimeout: 30_000,
    forceCloseConnections: true,
    // An id may be a cgroup's path, escaped.
    routerOptions: { maxParamLength: 16_384 },
    exposeHeadRoutes: false,
    frameworkErrors: refuseUnreadable,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), adapter, {
    logger: new JsonLines(config.logLevel),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  return app;
}

/** Policies are written in YAML: their text is taken as it is. */
function takeYaml(server: FastifyInstance): void {
  server.addContentTypeParser(
    ['text/yaml', 'application/yaml'],
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, body);
    },
  );
}

async function listen(app: NestFastifyApplication, { http }: ControllerConfig): Promise<number> {
  try {
    await app.listen(http.port, http.host);
  } catch (cause) {
    throw portError(http, cause);
  }
  const address = app.getHttpServer().address();
  return typeof address === 'object' && address !== null ? address.port : http.port;
}

function portError({ host, port }: ControllerConfig['http'], cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'EADDRINUSE')
    return new PortInUse(`Port ${port} of ${host} is taken; choose another, or 0 for any.`, { cause });
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return new PortInUse(`${host}:${port} cannot be listened on (${code}); choose another.`, { cause });
  return cause;
}
