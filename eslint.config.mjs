import tseslint from 'typescript-eslint'

const vendors = [
  'express',
  'fastify',
  'better-sqlite3',
  'node:sqlite',
  'mongodb',
  'pg',
  'postgres',
  'ioredis',
  'sharp',
  'mediabunny',
  'nodemailer',
  '@aws-sdk/client-s3',
  'cloudinary',
]

/** What the sources of a layer may not import; `test/arrows.test.ts` checks the same arrows between packages in full. */
function layer(files, { kith, names = [], message }) {
  const patterns = [{ regex: kith, message }]
  return {
    files,
    ignores: ['**/*.test.ts', '**/*.test-d.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns, paths: names.map((name) => ({ name, message })) }],
    },
  }
}

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/node_modules',
      '.cache',
      'coverage',
      'test/previous-release/*.mjs',
      'bench/fixtures/type-check-app',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'Program > ExpressionStatement > CallExpression[callee.name=/^(before|after)(All|Each)$/]',
          message:
            'The files of a worker share their modules, so this hook would run for the first of them only: register it in a function that the tests call.',
        },
      ],
    },
  },
  layer(['packages/core/src/**/*.ts'], {
    kith: '^@kith/',
    names: vendors,
    message: 'Core knows no framework, driver, vendor or other package: declare a port beside its domain.',
  }),
  layer(['packages/http/src/**/*.ts'], {
    kith: '^@kith/(?!core(?:/ports|/adapter)?$)',
    names: vendors,
    message: '@kith/http stands on core alone and on no framework.',
  }),
  layer(['packages/{express,fastify}/src/**/*.ts'], {
    kith: '^@kith/(?!core(?:/ports|/adapter)?$|http$|http/node$)',
    message: 'A framework package stands on http and core.',
  }),
  layer(['packages/{storage,media,blob,caption,mail}-*/src/**/*.ts', 'packages/redis/src/**/*.ts'], {
    kith: '^@kith/(?!core(?:/ports|/adapter|/messages)?$)',
    message: 'An adapter stands on core alone.',
  }),
  layer(['packages/cli/src/**/*.ts'], {
    kith: '^@kith/(?!core(?:/ports|/adapter)?$|storage-sqlite$|storage-mongodb$|redis$|blob-local$|media-sharp$)',
    message: 'The command line stands on core, and on the adapters that the environment can name.',
  }),
)
