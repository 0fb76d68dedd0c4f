/*
 * The OpenAPI 3.1 document of the REST interface, made of the schemas that type the answers. Pure.
 */
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { z } from 'zod';
import * as acts from './acts-schemas.js';
import * as schemas from './schemas.js';

const PROBLEMS = {
  401: 'Without the token, or with a wrong one',
  403: 'The Host header is not one of this server',
} as const;

const text = (description: string): z.ZodString => z.string().meta({ description });

const problemAnswer = (description: string) =>
  ({ description, content: { 'application/problem+json': { schema: schemas.problem } } }) as const;

interface Question {
  readonly summary: string;
  readonly answer: z.ZodType;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly problems?: Readonly<Record<number, string>>;
  /** By content type. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  /** 200 */
  readonly status?: number;
}

function operation(question: Question): ZodOpenApiOperationObject {
  const { summary, path, query, body, answer, status = 200 } = question;
  const problems = Object.entries({ ...PROBLEMS, ...question.problems });
  const content = Object.entries(body ?? {}).map(([type, schema]) => [type, { schema }] as const);
  return {
    summary,
    requestParams: {
      ...(path === undefined ? {} : { path }),
      ...(query === undefined ? {} : { query }),
    },
    ...(content.length === 0 ? {} : { requestBody: { content: Object.fromEntries(content) } }),
    responses: {
      [status]: { description: 'The answer', content: { 'application/json': { schema: answer } } },
      ...Object.fromEntries(problems.map(([problem, what]) => [problem, problemAnswer(what)])),
    },
  };
}

const get = (question: Question): { get: ZodOpenApiOperationObject } => ({ get: operation(question) });
const post = (question: Question): { post: ZodOpenApiOperationObject } => ({ post: operation(question) });

const HISTORY_PROBLEMS = {
  400: 'A parameter is missing or wrong',
  404: 'No such node or series',
  503: 'The node is not connected, or not asked until Retry-After since it did not answer',
  504: 'The node did not answer in time',
};

const listQuery = {
  limit: text('At most so many; 100, up to 1000').optional(),
  continue: text('From the answer before, with the same order').optional(),
  order: z.enum(['name', 'newest']).optional(),
};
const stateQuery = {
  state: z.enum(['open', 'closed', 'all']).optional(),
  node: text('Only of this node').optional(),
};
const name = z.object({ name: text('metadata.name') });
const placed = z.object({ namespace: text('metadata.namespace'), name: text('metadata.name') });
const BAD_QUERY = { 400: 'A parameter is wrong' };
const STORE_AWAY = { 503: 'The store does not take writes; nothing was changed' };
const json = (schema: z.ZodType): Readonly<Record<string, z.ZodType>> => ({ 'application/json': schema });

const actPaths: ZodOpenApiPathsObject = {
  '/api/v1/findings': get({
    summary: 'Findings by name; the open ones unless state says more',
    answer: acts.findingList,
    query: z.object({ ...stateQuery, ...listQuery }),
    problems: BAD_QUERY,
  }),
  '/api/v1/findings/{name}': get({
    summary: 'One finding',
    answer: acts.finding,
    path: name,
    problems: { 404: 'No such finding' },
  }),
  '/api/v1/findings/{namespace}/{name}': get({
    summary: 'One finding, where there are namespaces',
    answer: acts.finding,
    path: placed,
    problems: { 404: 'No such finding' },
  }),
  '/api/v1/cleanups': {
    ...get({
      summary: 'Cleanups by name',
      answer: acts.cleanupList,
      query: z.object({ ...stateQuery, finding: text('Only of this finding').optional(), ...listQuery }),
      problems: BAD_QUERY,
    }),
    ...post({
      summary: 'Asks for a cleanup by hand: protection, pause and the agent’s allow list hold for it too',
      status: 201,
      body: json(acts.cleanupRequest),
      answer: acts.cleanup,
      problems: { ...STORE_AWAY, 422: 'It cannot be; problems says why' },
    }),
  },
  '/api/v1/cleanups/{name}': get({
    summary: 'One cleanup',
    answer: acts.cleanup,
    path: name,
    problems: { 404: 'No such cleanup' },
  }),
  '/api/v1/cleanups/{name}/cancel': post({
    summary: 'Sends no further order of a cleanup; what was done is measured all the same',
    answer: acts.cleanup,
    path: name,
    problems: { ...STORE_AWAY, 404: 'No such cleanup' },
  }),
  '/api/v1/cleanups/{namespace}/{name}': get({
    summary: 'One cleanup, where there are namespaces',
    answer: acts.cleanup,
    path: placed,
    problems: { 404: 'No such cleanup' },
  }),
  '/api/v1/cleanups/{namespace}/{name}/cancel': post({
    summary: 'Sends no further order of a cleanup; what was done is measured all the same',
    answer: acts.cleanup,
    path: placed,
    problems: { ...STORE_AWAY, 404: 'No such cleanup' },
  }),
  '/api/v1/policies': get({
    summary: 'Policies with their status; a rejected file is an item with Accepted=False',
    answer: acts.policyList,
    query: z.object(listQuery),
    problems: BAD_QUERY,
  }),
  '/api/v1/policies/{name}': get({
    summary: 'One policy',
    answer: acts.policy,
    path: name,
    problems: { 404: 'No such policy' },
  }),
  '/api/v1/policies:validate': post({
    summary: 'Whether this would be accepted as policies; nothing is kept',
    body: { 'text/yaml': z.string(), 'application/json': z.looseObject({}) },
    answer: acts.validation,
  }),
  '/api/v1/mode': get({
    summary: 'Whether anything is acted on, and who restricts it',
    answer: acts.modeView,
  }),
  '/api/v1/pause': post({
    summary: 'Stops all acts at once; it outlives the controller',
    body: json(acts.pauseRequest),
    answer: acts.modeView,
    problems: STORE_AWAY,
  }),
  '/api/v1/resume': post({ summary: 'Ends the pause', answer: acts.modeView, problems: STORE_AWAY }),
  '/api/v1/breaker:reset': post({
    summary: 'Closes the breaker, after a person looked why it opened',
    answer: acts.modeView,
    problems: STORE_AWAY,
  }),
  '/api/v1/audit': get({
    summary: 'What was decided and done, newest first',
    answer: acts.auditPage,
    query: z.object(listQuery),
    problems: BAD_QUERY,
  }),
};

const paths: ZodOpenApiPathsObject = {
  ...actPaths,
  '/api/v1/nodes': get({
    summary: 'Every node that was seen in the last day',
    answer: z.array(schemas.node),
  }),
  '/api/v1/nodes/{node}/ledger': get({
    summary: 'Whose memory it is, on every device of a node',
    answer: schemas.ledger,
    path: z.object({ node: text('Name of the node') }),
    query: z.object({
      explain: z.enum(['0', '1']).optional().meta({ description: '1: each number says where it is from' }),
    }),
    problems: { 404: 'No such node' },
  }),
  '/api/v1/series': get({
    summary: 'The series of a node',
    answer: schemas.seriesList,
    query: z.object({
      node: text('Name of the node'),
      device: text('Only of this device').optional(),
      holder: text('Only of this row').optional(),
      limit: text('At most so many; 1000').optional(),
      continue: text('From the answer before').optional(),
    }),
    problems: HISTORY_PROBLEMS,
  }),
  '/api/v1/series/{id}': get({
    summary: 'The history of one series, as blocks of min, mean and max; a gap is the absence of a block',
    answer: schemas.seriesHistory,
    path: z.object({ id: text('From the list of series') }),
    query: z.object({
      from: text('RFC 3339, or seconds since 1970').optional(),
      to: text('RFC 3339, or seconds since 1970').optional(),
    }),
    problems: HISTORY_PROBLEMS,
  }),
  '/api/v1/cluster': get({
    summary: 'Sums over the cluster, and one small row per node',
    answer: schemas.cluster,
  }),
  '/api/v1/events': {
    get: {
      summary:
        'Server-sent events: "ledger" {node, takenAt}, "node" {node, state}, "finding" and "cleanup" {node, name, state}, "policy" {name, state}, "mode" {reason}',
      responses: {
        200: {
          description: 'A stream without end',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        401: problemAnswer(PROBLEMS[401]),
        403: problemAnswer(PROBLEMS[403]),
        503: problemAnswer('Too many streams are open'),
      },
    },
  },
};

export function openapiDocument(version: string): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Memwarden',
      version,
      description: 'Whose memory it is. Times are RFC 3339 in UTC, sizes whole bytes, null means unknown.',
    },
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  });
}
