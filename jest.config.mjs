const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^#contracts/(.+)$': '<rootDir>/libs/contracts/src/$1.ts',
    '^#(api|events|files|kube|ledger|link|native|policy|queue|resources|telemetry|testing)$':
      '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // isolatedModules makes ts-jest transpile only (tsc checks types); target esnext keeps `using` native.
  transform: {
    '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.json', diagnostics: false }],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/bundle/', '<rootDir>/build/'],
};

export default {
  // The modules of a suite that has ended are not given back.
  workerIdleMemoryLimit: '1GB',
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,bench,test/vm,test/cluster/harness}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/libs/kube/test/', '\\.kube\\.spec\\.ts$'],
    },
    {
      ...base,
      displayName: 'kube',
      testMatch: ['<rootDir>/libs/kube/test/**/*.spec.ts', '<rootDir>/apps/*/test/**/*.kube.spec.ts'],
      globalSetup: '<rootDir>/libs/kube/test/set-up.mjs',
    },
    {
      ...base,
      displayName: 'chart',
      testMatch: ['<rootDir>/test/chart/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/chart/set-up.mjs',
    },
    { ...base, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.spec.ts'] },
    { ...base, displayName: 'chaos', testMatch: ['<rootDir>/test/chaos/**/*.spec.ts'] },
    {
      ...base,
      displayName: 'cluster',
      testMatch: ['<rootDir>/test/cluster/{*,e2e/**/*}.spec.ts'],
      globalTeardown: '<rootDir>/test/cluster/teardown.mjs',
    },
    { ...base, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.spec.ts'] },
  ],
  collectCoverageFrom: [
    'libs/*/src/**/*.ts',
    '!**/*.spec.ts',
    '!libs/link/src/gen/**',
    '!libs/testing/**',
    // Its code is run by the project kube, against a real API server.
    '!libs/kube/**',
  ],
};
