import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import { createKith, type Logger, RetryLaterError } from '@kith/core'
import type { IdentityProvider, Messenger, Storage } from '@kith/core/ports'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import winston from 'winston'

const origin = 'https://app.example'
const address = '203.0.113.77'
const canary = 'canary7f3a9c51d2e84b60'
const password = 'a password that is right'
/** Secrets that only a driver knows: the password of its database, a key, data of another account. */
const inner = 'canary5e0d7b19'

const flow = '01998a3c-5f00-7a1b-8c2d-3e4f5a6b7c8d'

/** The places where a client can put a secret: one that no route reads, and some that routes do read. */
const bodies = [
  {
    login: canary,
    email: canary,
    phone: canary,
    password: canary,
    currentPassword: canary,
    newPassword: canary,
    refreshToken: canary,
  },
  { login: `${canary}@mail.example`, password: canary },
  { username: 'somebody', email: 'somebody@mail.example', password },
  { currentPassword: password, newPassword: canary },
  { email: `${canary}@mail.example`, currentPassword: canary },
  { refreshToken: canary },
  { login: `${canary}0@mail.example` },
  { flow, code: canary },
  { flow, code: canary, password },
]

/** A logger at its most verbose level, and everything it has written. */
interface Written {
  logger: Logger
  lines(): string[]
}

function collect(make: (stream: PassThrough) => Logger): Written {
  const stream = new PassThrough()
  const chunks: string[] = []
  stream.on('data', (chunk) => void chunks.push(String(chunk)))
  return { logger: make(stream), lines: () => chunks.join('').split('\n') }
}

const loggers: Readonly<Record<string, () => Written>> = {
  pino: () => collect((stream) => pino({ level: 'trace' }, stream)),
  winston: () =>
    collect((stream) =>
      winston.createLogger({ level: 'silly', transports: [new winston.transports.Stream({ stream })] }),
    ),
  console: () => collect((stream) => new Console(stream)),
  custom: () => {
    const lines: string[] = []
    const log = (...args: unknown[]) => void lines.push(inspect(args, { depth: 8, showHidden: true }))
    return { logger: { warn: log, error: log, info: log }, lines: () => lines }
  },
}

/** An error of a storage, built from the arguments of its verb. */
type Fail = (...given: unknown[]) => unknown

/** A mail server that names the recipient in its refusal. */
const refusing: Messenger = {
  send: ({ to }) => Promise.reject(new Error(`450 4.2.2 <${to}>: mailbox full`)),
}

/** A provider that quotes what the app and the browser have sent it. */
const quoting: IdentityProvider = {
  title: 'Quoting',
  answersBy: 'redirect',
  authorizationUrl: ({ state }) => Promise.resolve(new URL(`https://id.example/authorize?state=${state}`)),
  identify: (answer, { codeVerifier, nonce }) =>
    Promise.reject(
      Object.assign(new Error(`invalid_grant: code=${answer.get('code') ?? ''}&client_secret=${inner}`), {
        error_description: `code_verifier=${codeVerifier}&nonce=${nonce}`,
        response: { headers: { authorization: `Basic ${btoa(`app:${inner}`)}` }, body: `id_token=${canary}` },
        cause: { parameters: Object.fromEntries(answer) },
      }),
    ),
}

function serve(fail: Fail | null, { logger, lines }: Written) {
  const sound = createMemoryStorage()
  let isBroken = false
  // The services keep the original stores, so the switch is inside.
  const breakable = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, verb) => {
        const member: unknown = Reflect.get(target, verb)
        if (!isBroken || !fail || typeof member !== 'function') return member
        return async (...given: unknown[]): Promise<never> => {
          throw await fail(...given)
        }
      },
    })
  const storage = new Proxy(sound, {
    get: (target, store: keyof Storage) => {
      const member: unknown = target[store]
      return typeof member === 'object' ? breakable(member as object) : member
    },
  })
  const kith = createKith({
    secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
    storage,
    media: { blobs: breakable(createMemoryBlobs()) },
    passwords: { memoryKiB: 8, iterations: 1 },
    sessions: { codeSignIn: true, deviceBound: true, impersonation: {} },
    messages: { email: refusing },
    publicUrl: origin,
    // Also the username that replaces path parameters.
    providers: { nobody: quoting },
    logger,
  })
  const http = createKithHttp(kith, { allowedOrigins: [origin] })
  const send = async (
    method: string,
    path: string,
    init: { headers: Record<string, string>; body: string | undefined },
  ) => {
    const answer = await http.handle(
      new Request(`${origin}/api/v1${path}`, {
        method,
        headers: { origin, 'content-type': 'application/json', ...init.headers },
        body: init.body ?? null,
      }),
      { address },
    )
    // So that no line is omitted as a repetition.
    kith.config.log.flush()
    return answer
  }
  return { kith, http, send, lines, spoil: () => (isBroken = true) }
}

const forged = {
  authorization: `Bearer ${canary}.${canary}.${canary}`,
  cookie: `__Host-kith-access=${canary}; __Host-kith-refresh=${canary}; __Host-kith-device=${canary}; kith-access=${canary}`,
}

/** Calls every route as each kind of caller, and returns where a secret leaked, and which statuses occurred. */
async function callEverything(
  fail: Fail | null,
  written: Written,
): Promise<{ leaks: string[]; statuses: Set<number>; lines: string[] }> {
  const { kith, http, send, lines, spoil } = serve(fail, written)
  const leaks: string[] = []
  const statuses = new Set<number>()
  const register = (_route: unknown, index: number) =>
    kith.accounts.register({ username: `ana_${index}`, email: `${canary}${index}@mail.example`, password })
  const signIns = await Promise.all(http.routes.map(register))
  const secrets = [
    canary,
    inner,
    password,
    ...signIns.flatMap(({ tokens }) => [tokens.accessToken, tokens.refreshToken, tokens.deviceToken]),
  ].filter((secret) => secret !== undefined)
  spoil()
  for (const { method, path, consumes } of http.routes) {
    const { accessToken, refreshToken } = signIns.pop()?.tokens ?? { accessToken: '', refreshToken: '' }
    const cookie = `__Host-kith-access=${accessToken}; __Host-kith-refresh=${refreshToken}`
    const bearer = { authorization: `Bearer ${accessToken}` }
    for (const headers of [forged, { authorization: forged.authorization }, bearer, { cookie }, {}]) {
      const where = `${path.replaceAll(/:\w+/g, 'nobody')}?token=${canary}`
      const sent = method === 'GET' ? [undefined] : bodies.map((body) => JSON.stringify(body))
      for (const body of consumes ? [...sent, `GIF89a ${canary}`] : sent) {
        const answer = await send(method, where, { headers, body })
        statuses.add(answer.status)
        answer.headers.delete('set-cookie')
        const told = `${await answer.text()} ${JSON.stringify([...answer.headers])}`
        if (secrets.some((secret) => told.includes(secret) && !told.includes(`"email":"${secret}`)))
          leaks.push(`${method} ${path} answers ${told}`)
      }
    }
  }
  await kith.settled()
  kith.config.log.flush()
  const all = lines()
  for (const line of all) {
    if ([...secrets, address].some((secret) => line.toLowerCase().includes(secret.toLowerCase())))
      leaks.push(`the log has ${line}`)
  }
  return { leaks, statuses, lines: all }
}

/** Errors as drivers create them, with their parts of a command, a document or a connection. */
const driverErrors: Readonly<Record<string, Fail>> = {
  'an error without secrets': () => new Error('the storage is gone'),
  'a MongoDB duplicate': () =>
    Object.assign(
      new Error(
        `E11000 duplicate key error collection: kith.users index: email_1 dup key: { email: "${inner}@mail.example" }`,
      ),
      {
        name: 'MongoServerError',
        code: 11000,
        keyValue: { email: inner },
        writeErrors: [{ op: { inner } }],
      },
    ),
  'a reply of Redis': () =>
    Object.assign(new Error('ERR value is not an integer'), {
      name: 'ReplyError',
      command: { name: 'auth', args: [inner, inner] },
    }),
  'a statement of SQL': () =>
    Object.assign(new Error('UNIQUE constraint failed: kith_users.email'), {
      code: 'ERR_SQLITE_ERROR',
      errstr: 'constraint failed',
      sql: `insert into kith_users values ('${inner}')`,
      params: [inner],
      parameters: { email: inner },
    }),
  'a connection with its password': () =>
    new RetryLaterError(
      'storage-unavailable',
      1,
      new Error(`cannot reach mongodb://app:${inner}@db.example:27017/kith?authSource=${inner}`, {
        cause: new TypeError('Invalid URL', { cause: `redis://:${inner}@cache.example` }),
      }),
    ),
  'a signed request': () =>
    new RetryLaterError(
      'media-unavailable',
      1,
      Object.assign(new Error(`fetch https://cdn.example/a?X-Amz-Signature=${inner} failed`), {
        request: { headers: { authorization: `Basic ${inner}` } },
        response: { body: inner },
        $metadata: { inner },
        config: { apiKey: inner, api_secret: inner },
      }),
    ),
  'a service that quotes its key': () =>
    new Error(`401: api_key=${inner}; Authorization: Basic ${btoa(`key:${inner}`)}; "secret": "${inner}"`),
  'a native library with a hash': () => new Error(`cannot read $argon2id$v=19$m=8,t=1,p=1$${inner}$${inner}`),
  'no error at all': () => ({ message: inner, password: inner, toString: () => inner }),
  'many errors in one': () => new AggregateError([new Error(`password: ${inner}`), { inner }]),
}

test.each(Object.entries(loggers))(
  "no route leaks a client's secrets into a response or the log: %s",
  async (_name, open) => {
    const { leaks, statuses, lines } = await callEverything(null, open())
    expect(leaks).toEqual([])
    expect(lines.join()).toContain('message.not-sent')
    expect([...statuses]).toEqual(expect.arrayContaining([200, 401, 404, 422]))
  },
)

test.each(Object.entries(loggers))('nor does one when everything fails: %s', async (_name, open) => {
  const failures = Object.entries(driverErrors)
  const seen = new Map<string, number>()
  const next: Fail = (...given) => {
    const [name, fail] =
      failures[[...seen.values()].reduce((sum, count) => sum + count, 0) % failures.length] ?? []
    seen.set(String(name), (seen.get(String(name)) ?? 0) + 1)
    return fail?.(...given)
  }
  const { leaks, statuses, lines } = await callEverything(next, open())
  expect(leaks).toEqual([])
  expect([...statuses]).toEqual(expect.arrayContaining([401, 422, 500, 503]))
  // Each of them was logged often.
  expect(Math.min(...failures.map(([name]) => seen.get(name) ?? 0))).toBeGreaterThan(10)
  expect(lines.filter((line) => line.includes('request.failed')).length).toBeGreaterThan(200)
})

test('nor does one when a driver quotes everything it was given', async () => {
  const quote: Fail = (...given) => new Error(`the storage is gone: ${inspect(given)}`)
  const { leaks, lines } = await callEverything(
    quote,
    collect((stream) => pino(stream)),
  )
  expect(leaks).toEqual([])
  expect(lines.filter((line) => line.includes('(secret)')).length).toBeGreaterThan(5)
})

test.each(Object.entries(loggers))(
  'nor does one when a provider quotes its input: %s',
  async (_name, open) => {
    const { send, lines, kith } = serve(null, open())
    const begun = await send('GET', '/auth/nobody?returnTo=/home', { headers: {}, body: undefined })
    const [flow = ''] = begun.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
    const browser = /=([\w-]+)/.exec(flow)?.[1] ?? ''
    expect(browser).toHaveLength(43)
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const answer = new URLSearchParams({ state, code: canary, id_token: canary, iss: canary })
    const path = `/auth/nobody/callback?${answer.toString()}`
    const back = await send('GET', path, { headers: { cookie: flow }, body: undefined })
    expect(back.headers.get('location')).toBe('/home#error=identity-refused')
    await kith.settled()
    const written = lines().join('\n')
    expect(written).toContain('identity.refused')
    for (const secret of [canary, inner, btoa(`app:${inner}`), browser, address])
      expect(written).not.toContain(secret)
  },
)

test('a log that writes errors unredacted would be detected', async () => {
  const { leaks } = await callEverything(
    (...given) => {
      const error = new Error(`the storage is gone: ${inspect(given)}`)
      careless.lines.push(inspect(error))
      return error
    },
    { logger: { warn() {}, error() {} }, lines: () => careless.lines },
  )
  expect(leaks.length).toBeGreaterThan(0)
})

const careless: { lines: string[] } = { lines: [] }
