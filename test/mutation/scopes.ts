/** A part of the code that is mutated together, with the tests that should detect the mutants. */
export interface Scope {
  /** Files or file patterns, relative to the root of the workspace. */
  mutate: readonly string[]
  tests: readonly string[]
  /** The server that its tests use. */
  server?: 'postgres' | 'mongodb'
  /** Mutates the SQL in these files, with statement-variants.ts: Stryker treats it like any other string. */
  statements?: true
}

const core = 'packages/core'
const http = 'packages/http'

const files = (folder: string, ...names: readonly string[]): string[] =>
  names.map((name) => `${folder}/${name}.ts`)

/** The code that protects accounts, by scope: `pnpm mutation <scope>`. */
export const scopes: Readonly<Record<string, Scope>> = {
  grace: {
    mutate: files(`${core}/src/sessions`, 'grace', 'lived-time'),
    tests: files(`${core}/src/sessions`, 'grace.test', 'lived-time.test'),
  },
  refresh: {
    mutate: files(`${core}/src/sessions`, 'refresh', 'restored', 'authenticate', 'end-sessions', 'session'),
    tests: [
      ...files(`${core}/src/sessions`, 'refresh.test', 'restored.test', 'sessions.test', 'ended-epoch.test'),
      ...files(`${core}/src/sessions`, 'authenticate-now.test', 'host-verbs.test', 'clocks.test'),
      ...files(`${core}/src/sessions`, 'authenticate.test', 'end-sessions.test', 'session.test'),
      ...files(`${core}/src`, 'known-kiths.test', 'outbox/outbox.test'),
      ...files(core, 'src/device-bound/bound-sessions.test', 'test/impersonation.test', 'test/notices.test'),
      ...files(`${core}/test`, 'audit.test', 'host-cause.test', 'opentelemetry.test', 'token-claims.test'),
    ],
  },
  tokens: {
    mutate: files(
      `${core}/src/sessions`,
      ...['refresh-token', 'access-token', 'own-tokens', 'canonical-token', 'low-s', 'verified-tokens'],
      ...['device-token', 'derive-key', 'signing-keys'],
    ),
    tests: [
      `${core}/src/sessions/*-token.test.ts`,
      `${core}/src/sessions/{verified-tokens,stored-tokens,authenticate-now,sessions}.test.ts`,
      `${core}/test/token-claims.test.ts`,
    ],
  },
  'sign-in': {
    mutate: files(
      `${core}/src/sessions`,
      ...['login', 'open-session', 'prove', 'sessions', 'code-sign-in', 'freshness'],
      ...['limits', 'windows', 'guesser', 'client-address', 'device-name'],
    ),
    tests: [
      `${core}/src/sessions/*.test.ts`,
      `${core}/test/{factors,code-sign-in,proof-codes,takeovers,passkeys,impersonation,opentelemetry,audit}.test.ts`,
    ],
  },
  passwords: {
    mutate: files(
      `${core}/src/accounts`,
      ...['argon2-hash', 'breach-check', 'disguise', 'hash-check', 'hash-forms', 'legacy-hash'],
      ...['password', 'password-rules', 'pwned-passwords'],
    ),
    tests: [
      ...files(`${core}/src/accounts`, 'accepted-passwords.test', 'legacy-hash.test', 'password.test'),
      ...files(`${core}/src/accounts`, 'password-rules.test', 'breach-check.test'),
      'packages/conformance/src/pwned-passwords.test.ts',
    ],
  },
  names: {
    mutate: files(
      `${core}/src/accounts`,
      ...['account-inputs', 'identifiers', 'list-accounts', 'reserved-names', 'shadow-id'],
    ),
    tests: [
      ...files(`${core}/src/accounts`, 'account-inputs.test', 'accounts.test', 'host-accounts.test'),
      ...files(`${core}/src/accounts`, 'identifiers.test', 'list-accounts.test', 'reserved-names.test'),
      ...files(core, 'src/sessions/login.test', 'test/own-fields.test', 'test/import-all.test'),
    ],
  },
  accounts: {
    mutate: files(
      `${core}/src/accounts`,
      ...['account-steps', 'accounts', 'admit', 'back-office', 'bans', 'changed-user', 'export-account'],
      ...['host-accounts', 'host-passwords', 'import-all', 'set-role'],
    ),
    tests: [
      ...files(
        `${core}/src/accounts`,
        'accounts.test',
        'admit.test',
        'back-office.test',
        'breach-check.test',
        'changed-user.test',
        'host-accounts.test',
      ),
      ...files(
        `${core}/test`,
        'import-all.test',
        'exports.test',
        'sign-up.test',
        'audit.test',
        'notices.test',
      ),
      ...files(`${core}/test`, 'host-cause.test', 'own-fields.test', 'token-claims.test', 'social.test'),
      ...files(`${core}/test`, 'clearing.test', 'impersonation.test', 'passkeys.test', 'policies.test'),
      ...files(`${core}/test`, 'takeovers.test', 'upkeep-steps.test', 'visible-files.test'),
      ...files(`${core}/src/sessions`, 'ended-epoch.test', 'end-sessions.test', 'host-verbs.test'),
      ...files(`${core}/src/sessions`, 'limit-events.test', 'limits.test', 'login.test', 'sessions.test'),
      ...files(`${core}/src`, 'events.test', 'outbox/outbox.test'),
    ],
  },
  addresses: {
    mutate: files(
      `${core}/src/accounts`,
      ...['address-claims', 'address-news', 'addresses', 'recovery', 'registration', 'verification'],
    ),
    tests: [
      ...files(`${core}/test`, 'address-codes.test', 'registration-codes.test', 'forgotten-passwords.test'),
      ...files(`${core}/test`, 'takeovers.test', 'proof-codes.test', 'sending-limits.test', 'notices.test'),
      ...files(`${core}/test`, 'outgoing-messages.test', 'audit.test', 'challenges.test', 'sign-up.test'),
      ...files(`${core}/test`, 'policies.test', 'code-sign-in.test', 'token-claims.test'),
      ...files(`${core}/src/accounts`, 'host-accounts.test', 'accepted-passwords.test'),
      `${core}/src/sessions/limit-events.test.ts`,
    ],
  },
  codes: {
    mutate: [`${core}/src/codes/*.ts`, '!**/*.test.ts', `${core}/src/sealed.ts`],
    tests: [
      ...files(`${core}/src`, 'sealed.test', 'codes/codes.test'),
      ...files(`${core}/test`, 'address-codes.test', 'code-sign-in.test', 'registration-codes.test'),
      ...files(`${core}/test`, 'forgotten-passwords.test', 'sending-limits.test', 'outgoing-messages.test'),
      ...files(`${core}/test`, 'takeovers.test', 'factors.test', 'passkeys.test', 'proof-codes.test'),
    ],
  },
  credentials: {
    mutate: [`${core}/src/credentials/*.ts`, `${core}/src/factors/*.ts`, '!**/*.test.ts'],
    tests: [
      `${core}/src/{codes,credentials,factors}/*.test.ts`,
      ...files(`${core}/test`, 'factors.test', 'passkeys.test', 'takeovers.test', 'identities.test'),
      ...files(`${core}/test`, 'audit.test', 'notices.test', 'confirming.test', 'sign-up.test'),
    ],
  },
  cookies: {
    mutate: files(`${http}/src`, 'cookies', 'flow-cookies'),
    tests: files(http, 'src/cookies.test', 'src/flow-cookies.test', 'test/shared-cookies.test'),
  },
  origins: {
    mutate: files(`${http}/src`, 'allowed-origins', 'calling-page', 'cors'),
    tests: files(http, 'src/allowed-origins.test', 'src/cors.test', 'test/journeys.test'),
  },
  paths: {
    mutate: files(`${http}/src`, 'request-target', 'identity-paths', 'host-guard'),
    tests: files(
      http,
      'src/host-guard.test',
      'src/request-target.test',
      'src/identity-paths.test',
      'src/route-table.test',
      'src/selected-routes.test',
      'test/journeys.test',
    ),
  },
  guard: {
    mutate: files(`${http}/src`, 'guard', 'who-asks', 'credentials', 'renewal', 'sign-in', 'host-viewer'),
    tests: [
      ...files(`${http}/src`, 'guard.test', 'sign-in.test'),
      ...files(`${http}/test`, 'journeys.test', 'server-rendered.test', 'shared-cookies.test'),
      ...files(`${http}/test`, 'web-sockets.test', 'request-record.test'),
    ],
  },
  'rotation-memory': {
    mutate: [`${core}/src/memory/memory-session-store.ts`],
    tests: ['test/mutation/memory.mutation.ts'],
  },
  'rotation-sqlite': {
    mutate: ['packages/storage-sqlite/src/session-store.ts'],
    tests: ['test/mutation/sqlite.mutation.ts'],
  },
  'rotation-postgres': {
    mutate: ['packages/storage-postgres/src/session-store.ts'],
    tests: ['test/mutation/postgres.mutation.ts'],
    server: 'postgres',
  },
  'statements-sqlite': {
    mutate: ['packages/storage-sqlite/src/session-store.ts'],
    tests: ['test/mutation/sqlite.mutation.ts'],
    statements: true,
  },
  'statements-postgres': {
    mutate: ['packages/storage-postgres/src/session-store.ts'],
    tests: ['test/mutation/postgres.mutation.ts'],
    server: 'postgres',
    statements: true,
  },
  'rotation-mongodb': {
    mutate: files('packages/storage-mongodb/src', 'session-store', 'session-document'),
    tests: [
      'packages/storage-mongodb/src/session-document.test.ts',
      'packages/storage-mongodb/test/session-commands.test.ts',
      'test/mutation/mongodb.mutation.ts',
    ],
    server: 'mongodb',
  },
}
