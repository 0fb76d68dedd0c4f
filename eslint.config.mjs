import comments from '@eslint-community/eslint-plugin-eslint-comments/configs';
import { defineConfig, globalIgnores } from 'eslint/config';
import jest from 'eslint-plugin-jest';
import reactHooks from 'eslint-plugin-react-hooks';
import sonarjs from 'eslint-plugin-sonarjs';
import tseslint from 'typescript-eslint';

const HIDDEN_INPUTS = [
  { object: 'Date', property: 'now', message: 'Inject a Clock (#contracts/clock).' },
  { object: 'Math', property: 'random', message: 'Inject the source of chance.' },
  { object: 'process', property: 'env', message: 'The environment is read in config.ts only.' },
];
const BANNED_SYNTAX = [
  { selector: 'ExportAllDeclaration', message: 'Name what you export.' },
  {
    selector: 'ThrowStatement > NewExpression[callee.name="Error"]',
    message: 'Throw a class from #contracts/errors.',
  },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Inject a Clock.' },
  {
    selector:
      'MemberExpression[property.name=/^(includes|startsWith|match)$/] > MemberExpression[property.name="message"]',
    message: 'Branch on the class or code of an error, never on its text.',
  },
];

export default defineConfig(
  globalIgnores([
    'dist',
    'bundle',
    'build',
    'coverage',
    'artefacts',
    'apps/web/dist',
    'libs/{api,link}/src/gen',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, comments.recommended],
    plugins: { sonarjs },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'sonarjs/cognitive-complexity': ['error', 10],
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'setInterval', message: 'Use the one scheduler.' }],
      'no-restricted-properties': ['error', ...HIDDEN_INPUTS],
      'no-restricted-syntax': ['error', ...BANNED_SYNTAX],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      '@eslint-community/eslint-comments/require-description': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      // Nest modules are decorated empty classes; Nest's options are declared as classes.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `using _lock = …` is never read.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['apps/web/**/*.tsx', 'apps/web/**/*.ts'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // The homes of the hidden inputs.
    files: [
      '**/config.ts',
      'libs/contracts/src/clock.ts',
      'libs/testing/**',
      'libs/kube/test/**',
      'test/**',
      'bench/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'libs/testing/**', 'libs/kube/test/**', 'test/**', 'bench/**'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
      'no-console': 'off',
      'no-restricted-properties': 'off',
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'assert*', 'fc.assert'] }],
      'jest/no-export': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
