import { createKith, isKithError, KithError, type LogFields, RetryLaterError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp, type RequestContext, type RequestRecord } from '@kith/http'
import { describe, expect, test } from 'vitest'

const origin = 'https://app.example'
const account = { username: 'anna', password: 'correct horse battery' }

interface Setup {
  /** Makes the user store fail. */
  fault?: () => unknown
  limits?: Parameters<typeof createKith>[0]['limits']
  info?: boolean
}

async function open({ fault = () => null, limits, info = false }: Setup = {}) {
  const storage = createMemoryStorage()
  const lines: (readonly [level: string, message: string, fields: LogFields])[] = []
  const at = (level: string) => (message: string, fields: LogFields) =>
    void lines.push([level, message, fields])
  let isBroken = false
  let delay = (): Promise<void> => Promise.resolve()
  const users = new Proxy(storage.users, {
    get: (target, verb) => {
      const error = isBroken ? fault() : null
      return error === null
        ? (Reflect.get(target, verb) as unknown)
        : () => delay().then(() => Promise.reject(error as Error))
    },
  })
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: { ...storage, users },
    passwords: { memoryKiB: 8, iterations: 1 },
    limits,
    logger: { warn: at('warn'), error: at('error'), ...(info && { info: at('info') }) },
  })
  const { user, session, tokens } = await kith.accounts.register(account)
  const records: RequestRecord[] = []
  const http = createKithHttp(kith, {
    allowedOrigins: [origin],
    onRequest: (record) => void records.push(record),
  })
  const send = (path: string, init: RequestInit = {}, context: RequestContext = {}): Promise<Response> =>
    http.handle(new Request(`${origin}/api/v1${path}`, init), { address: '192.0.2.1', ...context })
  const bearer = { authorization: `Bearer ${tokens.accessToken}` }
  const viewer = { userId: user.id, sessionId: session.id }
  return {
    kith,
    http,
    send,
    bearer,
    viewer,
    records,
    lines,
    break: () => (isBroken = true),
    delay: (by: () => Promise<void>) => (delay = by),
  }
}

function json(body: object): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(body),
  }
}

describe('a record', () => {
  test('of a success contains the account, the route, and the duration', async () => {
    const { send, bearer, viewer, records } = await open()
    const answer = await send('/users/me', { headers: bearer })
    expect(records).toEqual([
      {
        id: answer.headers.get('x-request-id'),
        method: 'GET',
        route: '/api/v1/users/me',
        of: 'kith',
        status: 200,
        code: null,
        detail: null,
        refusedBy: null,
        ...viewer,
        actorId: null,
        seconds: expect.any(Number) as number,
        clientLeft: false,
      },
    ])
    expect(records[0]?.seconds).toBeGreaterThan(0)
  })

  test('contains the template of the route and never the path', async () => {
    const { send, records } = await open()
    await send('/posts/0192-canary')
    await send('/canary')
    await send('/users//canary')
    await send('/users/me', { method: 'PUT' })
    await send('/posts/canary', { method: 'OPTIONS' })
    expect(records.map(({ method, route, status, code }) => [method, route, status, code])).toEqual([
      ['GET', '/api/v1/posts/:id', 404, 'post-not-found'],
      ['GET', null, 404, 'route-not-found'],
      ['GET', null, 400, 'malformed-request'],
      ['PUT', '/api/v1/users/me', 405, 'method-not-allowed'],
      ['OPTIONS', '/api/v1/posts/:id', 204, null],
    ])
    expect(JSON.stringify(records)).not.toContain('canary')
  })

  test('of a sign-in contains the account; of a failed one, none', async () => {
    const { send, viewer, records } = await open()
    const signIn = { login: account.username, password: account.password, transport: 'bearer' }
    const { tokens } = (await (await send('/users/login', json(signIn))).json()) as {
      tokens: { refreshToken: string }
    }
    await send('/users/refresh', json({ refreshToken: tokens.refreshToken }))
    await send('/users/login', json({ ...signIn, password: 'wrong' }))
    expect(records.map(({ status, code, userId }) => [status, code, userId])).toEqual([
      [200, null, viewer.userId],
      [200, null, viewer.userId],
      [401, 'invalid-credentials', null],
    ])
    expect(records[0]?.sessionId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('of a streamed response ends with the stream: complete, aborted by the client, or broken off', async () => {
    const { send, bearer, records, lines } = await open()
    const whole = await send('/users/me/export', { headers: bearer })
    expect(records).toHaveLength(0)
    await whole.text()
    expect(records.pop()).toMatchObject({ status: 200, code: null, clientLeft: false })
    const left = await send('/users/me/export', { headers: bearer })
    await left.body?.cancel()
    expect(records.pop()).toMatchObject({ status: 200, clientLeft: true })
    await send('/users/me/export', { headers: bearer, method: 'HEAD' })
    expect(records.pop()).toMatchObject({ method: 'HEAD', status: 200, clientLeft: false })
    expect([records, lines]).toEqual([[], []])
  })

  test('says that the client has disconnected, if the host or the request knows', async () => {
    const { send, records } = await open()
    const controller = new AbortController()
    const asked = send('/users/me', { signal: controller.signal })
    controller.abort()
    await asked
    await send('/users/me', {}, { hasLeft: () => true })
    expect(records.map(({ clientLeft }) => clientLeft)).toEqual([true, true])
  })

  test('of a limit or a full queue names it', async () => {
    const { send, bearer, records } = await open({
      limits: { exportByAccount: [{ limit: 1, window: '1h' }] },
    })
    await (await send('/users/me/export', { headers: bearer })).text()
    await send('/users/me/export', { headers: bearer })
    expect(records.at(-1)).toMatchObject({ status: 429, code: 'rate-limited', refusedBy: 'exportByAccount' })
  })

  test('is also made for refusals and sign-ins on routes of the host', async () => {
    const { http, kith, viewer, records } = await open()
    const head = { method: 'POST', headers: new Headers({ origin: 'https://evil.example' }) }
    const from = { head, route: '/register/:token', id: 'host-7' }
    const refused: unknown = await http
      .requireViewer({ method: 'GET', headers: new Headers() })
      .catch((error: unknown) => error)
    expect(http.problem(refused, from).headers.get('x-request-id')).toBe('host-7')
    const signIn = () => kith.sessions.login({ login: 'anna', password: account.password })
    const foreign: unknown = await http.signIn(from, signIn).catch((error: unknown) => error)
    expect(isKithError(foreign) && foreign.code).toBe('origin-not-allowed')
    // The error also reaches the error handler of the host: it responds, and does not count as a second request.
    expect(http.problem(foreign, from).status).toBe(403)
    await http.signIn({ ...from, head: { method: 'POST', headers: new Headers({ origin }) } }, signIn)
    const expected = { of: 'host', route: '/register/:token', id: 'host-7' }
    expect(records).toMatchObject([
      { ...expected, status: 401, code: 'unauthenticated' },
      { ...expected, status: 403, code: 'origin-not-allowed' },
      { ...expected, status: 200, code: null, userId: viewer.userId },
    ])
    expect(records).toHaveLength(3)
  })

  test('is made once per request, and a failing listener breaks nothing', async () => {
    const { kith, lines } = await open()
    const fail = (): void => {
      throw new Error('no metrics')
    }
    const http = createKithHttp(kith, { onRequest: fail })
    expect((await http.handle(new Request(`${origin}/api/v1/users/me`))).status).toBe(401)
    expect(lines).toMatchObject([['error', '`onRequest` failed.', { error: { message: 'no metrics' } }]])
  })
})

describe('an id', () => {
  test.each(['1', 'abc-DEF_0.9:/+=@', '4bf92f3577b34da6a3ce929d0e0e4736', 'x'.repeat(64)])(
    'that is valid is kept: %s',
    async (sent) => {
      const { send, records } = await open()
      const answer = await send('/users/me', { headers: { 'x-request-id': sent } }, { id: 'of-the-host' })
      expect([answer.headers.get('x-request-id'), records[0]?.id]).toEqual([sent, sent])
      expect(((await answer.json()) as { requestId: string }).requestId).toBe(sent)
    },
  )

  test.each(['', ' ', 'x'.repeat(65), 'a b', 'a"b', 'a,b', 'ä', '<script>', '%0a', 'a;b'])(
    'that is invalid is ignored: %s',
    async (sent) => {
      const { send } = await open()
      const headers = { 'x-request-id': sent }
      const made = (await send('/users/me', { headers })).headers.get('x-request-id')
      expect(made).toMatch(/^[0-9a-f-]{36}$/)
      const host = await send('/users/me', { headers }, { id: 'of-the-host' })
      expect(host.headers.get('x-request-id')).toBe('of-the-host')
      // Nor is an id of the host that a client may have invented.
      const forged = await send('/users/me', {}, { id: `${sent}\r\nx: y` })
      expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  test('is new for each request', async () => {
    const { send, records } = await open()
    for (let index = 0; index < 100; index++) await send('/users/me')
    expect(new Set(records.map(({ id }) => id)).size).toBe(100)
  })
})

test('of a request that a guard of the app refuses comes with the duration', async () => {
  const wait = () => new Promise<void>((done) => void setTimeout(done, 60))
  const { http, bearer, records, ...world } = await open({ fault: () => new KithError('storage-failed') })
  world.break()
  world.delay(wait)
  const head = new Request(`${origin}/hello`, { headers: bearer })
  const error: unknown = await http.requireViewer(head).catch((thrown: unknown) => thrown)
  http.problem(error, { head })
  expect(records.map(({ status }) => status)).toEqual([500])
  expect(records[0]?.seconds).toBeGreaterThan(0.05)
})

describe('the log', () => {
  test('contains the reason of each 5xx, even without a cause', async () => {
    const faults = {
      closed: new KithError('storage-failed', { detail: 'The storage was closed.' }),
      failed: new KithError('storage-failed', {
        detail: 'Run migrate().',
        cause: new Error('no such table'),
      }),
      busy: new RetryLaterError('storage-busy', 1, new Error('database is locked')),
      bug: new TypeError('undefined is not a function'),
      nothing: 'a string',
    }
    const told: unknown[] = []
    for (const fault of Object.values(faults)) {
      const { send, bearer, viewer, lines, records, ...world } = await open({ fault: () => fault })
      // From now on the token is known, so the log can name its account.
      await send('/users/me', { headers: bearer })
      lines.length = 0
      records.length = 0
      world.break()
      await send('/users/me', { headers: bearer })
      const [level, message, fields] = lines[0] ?? []
      expect(fields).toMatchObject({ event: 'request.failed', requestId: records[0]?.id, ...viewer })
      expect(fields?.['seconds']).toBeTypeOf('number')
      told.push([level, message, fields?.['detail'], fields?.error?.message])
      expect(lines).toHaveLength(1)
    }
    const place = 'GET /api/v1/users/me:'
    expect(told).toEqual([
      [
        'error',
        `${place} storage-failed`,
        'The storage was closed.',
        'The storage failed: The storage was closed.',
      ],
      ['error', `${place} storage-failed`, 'Run migrate().', 'no such table'],
      [
        'warn',
        `${place} storage-busy`,
        expect.stringMatching(/^Another connection holds the database lock: look for/),
        'database is locked',
      ],
      ['error', `${place} internal-error`, undefined, 'undefined is not a function'],
      ['error', `${place} internal-error`, undefined, 'a string'],
    ])
  })

  test('is not flooded by a full disk, and counts the omitted lines', async () => {
    const full = new RetryLaterError('storage-full', 60, new Error('database or disk is full'))
    const { kith, send, bearer, lines, ...world } = await open({ fault: () => full })
    world.break()
    for (let index = 0; index < 200; index++) await send('/users/me', { headers: bearer })
    expect(lines.length).toBeLessThan(20)
    kith.config.log.flush()
    const counted = lines.reduce((sum, [, , { repeated = 1 }]) => sum + repeated, 0)
    expect(counted).toBe(200)
  })

  test('contains refusals, one line per limit, on every route', async () => {
    const { send, bearer, lines } = await open({ limits: { changeByAccount: [{ limit: 1, window: '1h' }] } })
    for (const path of ['anna', 'berta', 'clara', 'dora'])
      await send(`/users/${path}/follow`, { method: 'PUT', headers: bearer })
    expect(lines).toMatchObject([
      [
        'warn',
        'PUT /api/v1/users/:username/follow: rate-limited',
        { event: 'request.refused', code: 'rate-limited', refusedBy: 'changeByAccount' },
      ],
    ])
    expect(JSON.stringify(lines)).not.toContain('192.0.2.1')
  })

  test('contains each request if the logger has `info`, and otherwise none', async () => {
    const silent = await open()
    await silent.send('/users/me', { headers: silent.bearer })
    expect(silent.lines).toEqual([])
    const { send, bearer, viewer, lines } = await open({ info: true })
    for (let index = 0; index < 3; index++) await send('/users/me', { headers: bearer })
    await send('/users/me')
    expect(lines.map(([level, message]) => [level, message])).toEqual([
      ...Array<string[]>(3).fill(['info', 'GET /api/v1/users/me: 200']),
      ['info', 'GET /api/v1/users/me: unauthenticated'],
    ])
    expect(lines[0]?.[2]).toMatchObject({ event: 'request.ended', status: 200, ...viewer })
    // The error that a client got repeats what it sent.
    expect(lines[3]?.[2]).not.toHaveProperty('detail')
  })
})
