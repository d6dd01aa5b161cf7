import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { listPackages } from '../scripts/packages.ts'

/** All names that the entries of our packages export; a type has `type` before it. */
function exportedNames(): Record<string, string[]> {
  const entries = listPackages().flatMap(({ path, manifest }) =>
    Object.entries(manifest.exports).flatMap(([entry, targets]) =>
      typeof targets === 'string'
        ? []
        : [{ name: join(manifest.name, entry), file: join(path, targets['@kith/source'] ?? '') }],
    ),
  )
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      module: ts.ModuleKind.NodeNext,
      customConditions: ['@kith/source'],
      allowImportingTsExtensions: true,
      noEmit: true,
      noLib: true,
      types: [],
    },
  )
  const checker = program.getTypeChecker()
  return Object.fromEntries(
    entries.map(({ name, file }) => {
      const source = program.getSourceFile(file)
      const module = source && checker.getSymbolAtLocation(source)
      const symbols = module ? checker.getExportsOfModule(module) : []
      return [name, symbols.map((symbol) => display(symbol, checker)).sort()]
    }),
  )
}

function display(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return target.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`
}

test('the entries export these names; each new one is a promise to users', () => {
  expect(exportedNames()).toMatchInlineSnapshot(`
    {
      "@kith/conformance": [
        "cheapPasswords",
        "createFetchHost",
        "journeys",
        "rateLimitsCases",
        "revocationsCases",
        "runCases",
        "runJourneys",
        "sendByFetch",
        "sendByHttp",
        "sessionStoreCases",
        "storageCases",
        "type Case",
        "type Journey",
        "type JourneyConditions",
        "type JourneyHost",
        "type JourneyServer",
        "type JourneySetup",
        "type MountOptions",
        "type RegisterTest",
        "type Send",
        "type WireAnswer",
        "type WireRequest",
        "userStoreCases",
      ],
      "@kith/core": [
        "InvalidInputError",
        "KithError",
        "RetryLaterError",
        "createKith",
        "defaultLimits",
        "errorTable",
        "generateSigningKey",
        "isKithError",
        "legacyBcrypt",
        "legacyDigest",
        "legacyPbkdf2",
        "legacyScrypt",
        "loginInput",
        "pageInput",
        "parseInput",
        "reservedUsernames",
        "type AccountInputs",
        "type AccountOptions",
        "type AccountRules",
        "type Accounts",
        "type ChangePasswordInput",
        "type ClientInfo",
        "type Clock",
        "type CreateUserResult",
        "type DeleteAccountInput",
        "type Duration",
        "type EditInput",
        "type Emit",
        "type ErrorCode",
        "type Events",
        "type FieldError",
        "type HitResult",
        "type Identifier",
        "type ImportInput",
        "type JwksDocument",
        "type Keyset",
        "type Kith",
        "type KithConfig",
        "type KithErrorOptions",
        "type KithEventName",
        "type KithEvents",
        "type KithOptions",
        "type LegacyHash",
        "type Limit",
        "type LimitName",
        "type LimitRule",
        "type Listener",
        "type Logger",
        "type Login",
        "type LoginInput",
        "type OwnUser",
        "type Page",
        "type PageInput",
        "type PasswordOptions",
        "type Presence",
        "type Random",
        "type RateLimits",
        "type RegisterInput",
        "type RetryLaterCode",
        "type Revocations",
        "type Rotation",
        "type RotationResult",
        "type Session",
        "type SessionOptions",
        "type SessionRecord",
        "type SessionStore",
        "type Sessions",
        "type SignIn",
        "type SigningAlgorithm",
        "type SigningKey",
        "type Storage",
        "type Tokens",
        "type UpdateUserResult",
        "type Upkeep",
        "type UpkeepReport",
        "type UserChanges",
        "type UserRecord",
        "type UserStore",
        "type Viewer",
      ],
      "@kith/core/memory": [
        "createMemoryRateLimits",
        "createMemoryRevocations",
        "createMemoryStorage",
      ],
      "@kith/express": [
        "kithExpress",
        "type CookieOptions",
        "type KithExpress",
        "type KithHttpOptions",
        "viewerOf",
      ],
      "@kith/fastify": [
        "default",
        "kithFastify",
        "type CookieOptions",
        "type KithFastifyOptions",
        "type KithHttpOptions",
        "viewerOf",
      ],
      "@kith/http": [
        "createKithHttp",
        "shapes",
        "type CookieOptions",
        "type KithHttp",
        "type KithHttpOptions",
        "type Method",
        "type Problem",
        "type RequestContext",
        "type RequestHead",
        "type RouteDescription",
        "type SignInAnswer",
        "type TransportInput",
      ],
      "@kith/http/node": [
        "headOf",
        "sendResponse",
        "toRequest",
        "type NodeRequest",
      ],
      "@kith/storage-sqlite": [
        "createSqliteStorage",
        "type Durability",
        "type SqliteDatabase",
        "type SqliteFileOptions",
        "type SqliteHandleOptions",
        "type SqliteParameters",
        "type SqliteStatement",
        "type SqliteStorageOptions",
        "type SqliteValue",
      ],
    }
  `)
})
