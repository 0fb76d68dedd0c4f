/*
 * The OpenAPI 3.1 document of the REST interface, made of the schemas that type the answers. Pure.
 */
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { z } from 'zod';
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
}

function get(question: Question): { get: ZodOpenApiOperationObject } {
  const problems = Object.entries({ ...PROBLEMS, ...question.problems });
  return {
    get: {
      summary: question.summary,
      requestParams: {
        ...(question.path === undefined ? {} : { path: question.path }),
        ...(question.query === undefined ? {} : { query: question.query }),
      },
      responses: {
        200: { description: 'The answer', content: { 'application/json': { schema: question.answer } } },
        ...Object.fromEntries(problems.map(([status, what]) => [status, problemAnswer(what)])),
      },
    },
  };
}

const HISTORY_PROBLEMS = {
  400: 'A parameter is missing or wrong',
  404: 'No such node or series',
  503: 'The node is not connected; its history is on the node',
  504: 'The node did not answer in time',
};

const paths: ZodOpenApiPathsObject = {
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
      summary: 'Server-sent events: "ledger" {node, takenAt} and "node" {node, state}',
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
