/*
 * Who may import whom. This file is the architecture; the README only explains it.
 * Imports only go down: apps > adapters > decisions > mechanisms > vocabulary.
 */
const ADAPTERS = '(files|kube|native|link|queue|telemetry)';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const staysHome = (lib, modules) =>
  rule(
    `${modules.replaceAll(/\W+/g, '-')}-stays-home`,
    `Only libs/${lib} knows this vendor.`,
    { path: '^(apps|libs|bench)/', pathNot: `^libs/${lib}/` },
    { path: `(^|node_modules/)(${modules})(/|$)` },
  );

module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle has no top.', {}, { circular: true }),
    rule(
      'no-orphans',
      'Dead, or not wired.',
      {
        orphan: true,
        pathNot: [
          '\\.d\\.m?ts$',
          '/main\\.tsx?$',
          '\\.spec\\.ts$',
          '\\.config\\.',
          '^libs/contracts/',
          '^bench/programs/',
        ],
      },
      {},
    ),
    rule(
      'vocabulary-imports-nothing',
      'Layer 0.',
      { path: '^libs/contracts/', pathNot: '\\.spec\\.ts$' },
      { pathNot: '^libs/contracts/' },
    ),
    rule(
      'mechanisms-see-vocabulary',
      'Layer 1.',
      { path: '^libs/(api|events|resources)/', pathNot: '\\.spec\\.ts$' },
      { path: '^(apps|libs)/', pathNot: ['^libs/contracts/', '^libs/$1/'] },
    ),
    rule(
      'decisions-are-pure',
      'Layer 2: no vendor, no node module, no I/O.',
      { path: '^libs/(ledger|policy)/', pathNot: '\\.spec\\.ts$' },
      { pathNot: ['^libs/(api|contracts|events|resources)/', '^libs/$1/'] },
    ),
    rule(
      'adapters-do-not-know-each-other',
      'Layer 3 sees 0 and 1.',
      { path: `^libs/${ADAPTERS}/`, pathNot: '\\.spec\\.ts$' },
      { path: '^libs/', pathNot: ['^libs/(api|contracts|events|resources)/', '^libs/$1/'] },
    ),
    rule('libs-do-not-import-apps', 'Imports go down.', { path: '^libs/' }, { path: '^apps/' }),
    rule(
      'apps-do-not-import-each-other',
      'They meet on the wire.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    rule(
      'front-door-only',
      'A lib is entered through src/index.ts (contracts: one door a concept).',
      { path: '^(apps|libs|test|bench)/([^/]+)/' },
      {
        path: '^libs/[^/]+/src/.+',
        pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/contracts/src/[^/]+\\.ts$', '^libs/$2/'],
      },
    ),
    rule(
      'testing-is-for-tests',
      'Fakes and suites never ship.',
      { pathNot: '(\\.spec\\.ts$|^libs/testing/|^libs/[^/]+/test/|^test/|^bench/)' },
      { path: '^libs/testing/' },
    ),
    rule(
      'adapters-are-bound-in-wiring',
      'Features see ports.',
      { path: '^apps/(controller|node-agent)/src/', pathNot: '(/wiring/.*|/main|\\.spec)\\.ts$' },
      { path: `^libs/${ADAPTERS}/` },
    ),
    rule(
      'controller-is-not-native',
      'It runs anywhere.',
      { path: '^apps/controller/' },
      { path: '^libs/native/' },
    ),
    staysHome('api', 'yaml|croner|@marcbachmann/cel-js'),
    staysHome('kube', '@kubernetes/client-node|undici'),
    staysHome('native', 'koffi'),
    staysHome('queue', 'bullmq|ioredis'),
    staysHome('link', '@grpc/grpc-js|@bufbuild/protobuf'),
    staysHome('telemetry', '@opentelemetry/(sdk|exporter|resources)[^/]*'),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|bundle|build|coverage)/' },
  },
};
