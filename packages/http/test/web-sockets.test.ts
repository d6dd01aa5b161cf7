import { once } from 'node:events'
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cheapPasswords } from '@kith/conformance'
import { createKith, isKithError, type Kith, type KithOptions, type Viewer } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithRoutes, type KithHttpOptions, type RequestRecord } from '@kith/http'
import { headOf } from '@kith/http/node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

const origin = 'https://app.example'
const account = { username: 'anna', password: 'correct horse battery' }
const closedByServer = 4401

function makeKith(options: Partial<KithOptions> = {}): Kith {
  return createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
    logger: { warn() {}, error() {} },
    ...options,
  })
}

/** The sockets of an app, as docs/server-rendered.md shows them. A timer of the app calls `lookAgain`. */
async function serve(kith: Kith, options: KithHttpOptions = {}) {
  const records: RequestRecord[] = []
  const http = createKithRoutes(kith, {
    allowedOrigins: [origin],
    onRequest: (record) => void records.push(record),
    ...options,
  })
  const sockets = new WebSocketServer({ noServer: true })
  const open = new Map<WebSocket, Viewer>()

  /** Removed immediately: later messages from its client are ignored. */
  function end(socket: WebSocket, reason: string): void {
    open.delete(socket)
    socket.close(closedByServer, reason)
  }

  async function demandLive(socket: WebSocket, viewer: Viewer): Promise<void> {
    try {
      await kith.accounts.admit(viewer)
    } catch (error) {
      if (isKithError(error) && error.status < 500) end(socket, error.code)
    }
  }

  const server = createServer().listen(0, '127.0.0.1')
  server.on('upgrade', (incoming: IncomingMessage, line, head) => {
    line.on('error', () => line.destroy())
    http.viewerOfUpgrade(headOf(incoming)).then(
      (viewer) =>
        sockets.handleUpgrade(incoming, line, head, (socket) => {
          open.set(socket, viewer)
          socket.on('close', () => open.delete(socket))
          socket.on('message', () => socket.send(open.get(socket)?.userId ?? 'nobody'))
          socket.send(viewer.userId)
          void demandLive(socket, viewer)
        }),
      (error: unknown) => {
        const status = isKithError(error) ? error.status : 500
        line.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
      },
    )
  })
  kith.events.on('session.revoked', ({ sessionId }) => {
    for (const [socket, viewer] of open) if (viewer.sessionId === sessionId) end(socket, 'session-revoked')
  })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of open.keys()) socket.terminate()
    server.close()
  })
  return {
    records,
    open,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    lookAgain: () => Promise.all([...open].map(([socket, viewer]) => demandLive(socket, viewer))),
  }
}

/** What a client receives: the account in the server's greeting, or the status of the refusal. */
function knock(
  url: string,
  headers: Record<string, string>,
  protocols: string[] = [],
): Promise<{ socket: WebSocket; greeting: string } | number | undefined> {
  const socket = new WebSocket(url, protocols, { headers })
  return new Promise((resolve, reject) => {
    socket.on('message', (data: Buffer) => resolve({ socket, greeting: data.toString() }))
    socket.on('unexpected-response', (request, response) => {
      request.destroy()
      resolve(response.statusCode)
    })
    socket.on('error', reject)
  })
}

async function signIn(kith: Kith) {
  const { user, session, tokens } = await kith.accounts.register(account)
  const cookie = `__Host-kith-access=${tokens.accessToken}; __Host-kith-refresh=${tokens.refreshToken}`
  return { userId: user.id, sessionId: session.id, cookie, tokens }
}

test('cookies open a socket only for pages of allowed origins, and refusals are recorded', async () => {
  const kith = makeKith()
  const { url, open, records } = await serve(kith)
  const { cookie, userId, sessionId } = await signIn(kith)
  expect(await knock(url, { cookie, origin })).toMatchObject({ greeting: userId })
  expect(await knock(url, { cookie, origin: 'https://x', 'sec-fetch-site': 'same-origin' })).toMatchObject({
    greeting: userId,
  })
  expect([...open.values()]).toMatchObject([
    { userId, sessionId },
    { userId, sessionId },
  ])
  expect(records).toEqual([])
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: `${origin}.evil.example` },
    { origin: 'http://app.example' },
    { origin: 'null' },
    {},
  ]
  for (const headers of foreign) expect(await knock(url, { cookie, ...headers })).toBe(403)
  expect(records.map(({ status, code }) => [status, code])).toEqual(
    foreign.map(() => [403, 'origin-not-allowed']),
  )
})

test('a token opens a socket in a header, and from any page as a subprotocol, which the server does not select', async () => {
  const kith = makeKith()
  const { url } = await serve(kith)
  const { tokens, userId, cookie } = await signIn(kith)
  const { user, tokens: others } = await kith.accounts.register({ ...account, username: 'berta' })
  const evil = { origin: 'https://evil.example' }
  const authorization = `Bearer ${tokens.accessToken}`
  expect(await knock(url, { authorization })).toMatchObject({ greeting: userId })
  const own = await knock(url, evil, ['chat', `kith.bearer.${tokens.accessToken}`])
  expect(own).toMatchObject({ greeting: userId, socket: { protocol: 'chat' } })
  // A page sends its own token together with its visitor's cookies: only the token counts.
  const mixed = await knock(url, { ...evil, cookie }, ['chat', `kith.bearer.${others.accessToken}`])
  expect(mixed).toMatchObject({ greeting: user.id })
})

test('guests and invalid tokens get no socket', async () => {
  const kith = makeKith()
  const { url, records } = await serve(kith)
  const { tokens } = await signIn(kith)
  expect(await knock(url, { origin })).toBe(401)
  expect(await knock(url, { origin, authorization: 'Bearer dead' })).toBe(401)
  expect(await knock(url, { origin }, ['chat', 'kith.bearer.'])).toBe(401)
  expect(await knock(url, { origin, cookie: `__Host-kith-refresh=${tokens.refreshToken}` })).toBe(401)
  expect(records.map(({ code }) => code)).toEqual([
    'unauthenticated',
    'access-token-invalid',
    'access-token-invalid',
    'access-token-expired',
  ])
})

test('an unavailable storage is a 500 that is logged', async () => {
  const error = vi.fn()
  const kith = makeKith({ logger: { warn() {}, error } })
  const { url } = await serve(kith)
  const { cookie } = await signIn(kith)
  vi.spyOn(kith.storage.sessions, 'byId').mockRejectedValue(new Error('gone'))
  onTestFinished(() => void vi.restoreAllMocks())
  expect(await knock(url, { cookie, origin })).toBe(500)
  expect(error).toHaveBeenCalledOnce()
})

test('an ended session closes its sockets, and no others', async () => {
  const kith = makeKith()
  const { url, open } = await serve(kith)
  const { cookie, userId, sessionId } = await signIn(kith)
  const { tokens } = await kith.sessions.login({ login: 'anna', password: account.password })
  const ended = await knock(url, { cookie, origin })
  const stays = await knock(url, { authorization: `Bearer ${tokens.accessToken}` })
  if (typeof ended !== 'object' || typeof stays !== 'object') throw new Error('both are let in')
  const closed = once(ended.socket, 'close')
  await kith.sessions.end(userId, sessionId)
  const [code, reason] = (await closed) as [number, Buffer]
  expect([code, reason.toString()]).toEqual([closedByServer, 'session-revoked'])
  expect([open.size, stays.socket.readyState]).toEqual([1, WebSocket.OPEN])
  const banned = once(stays.socket, 'close')
  await kith.accounts.ban(userId)
  expect((await banned)[0]).toBe(closedByServer)
})

test('a session that ends in another process, or expires, is found at the next check', async () => {
  let now = Date.now()
  const storage = createMemoryStorage()
  const clock = (): Date => new Date(now)
  const [here, there] = [makeKith({ storage, clock }), makeKith({ storage, clock })]
  const { url, lookAgain } = await serve(here)
  const { cookie, userId, sessionId } = await signIn(here)
  const line = await knock(url, { cookie, origin })
  if (typeof line !== 'object') throw new Error('it is let in')
  // After its original token has expired: the session continues.
  now += 16 * 60_000
  await lookAgain()
  expect(line.socket.readyState).toBe(WebSocket.OPEN)
  const closed = once(line.socket, 'close')
  await there.sessions.end(userId, sessionId)
  await lookAgain()
  expect(String((await closed)[1])).toBe('session-revoked')
  const other = await here.sessions.open(userId)
  const headers = { authorization: `Bearer ${other.tokens.accessToken}` }
  const second = await knock(url, headers)
  if (typeof second !== 'object') throw new Error('it is let in')
  const expired = once(second.socket, 'close')
  now += 31 * 86_400_000
  await lookAgain()
  expect(String((await expired)[1])).toBe('session-revoked')
})

test("with the app's own sign-in, cookies are restricted to allowed origins as well", async () => {
  const kith = makeKith()
  const { id } = await kith.accounts.shadow('user-1', { username: 'anna' })
  const { url } = await serve(kith, { viewer: ({ headers }) => headers.get('Cookie')?.slice(2) ?? null })
  const cookie = `a=${id}`
  expect(await knock(url, { cookie, origin })).toMatchObject({ greeting: id })
  expect(await knock(url, { cookie, origin: 'https://evil.example' })).toBe(403)
  expect(await knock(url, { cookie })).toBe(403)
  expect(await knock(url, { origin })).toBe(401)
  await kith.accounts.ban(id)
  expect(await knock(url, { cookie, origin })).toBe(403)
})
