import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished } from 'vitest'
import { startApp } from './running-app.ts'
import { type Proxy, startProxy } from './servers/proxy.ts'
import type { RedisServer } from './servers/redis-server.ts'

/** A process of the app, with a stretch of network of its own to Redis. */
export interface Process {
  proxy: Proxy
  register(): Promise<Answer>
  login(username?: string): Promise<Answer>
  logout(session: Tokens): Promise<Answer>
  me(session: Tokens): Promise<Answer>
}

/** What a sign-in gives. */
export interface Tokens {
  accessToken: string
  refreshToken: string
}

/** What came back, and how long it took. */
export interface Answer {
  status: number
  retryAfter: string | null
  tokens: Tokens
  millis: number
}

/** The tokens of an answer that has none. */
export const nobody: Tokens = { accessToken: '', refreshToken: '' }

const folder = mkdtempSync(join(tmpdir(), 'kith-scale-'))
let databases = 0

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Starts three processes of one app: one database, one Redis. Ana has an account. */
export async function startThree(redis: RedisServer): Promise<[Process, Process, Process]> {
  const prefix = redis.freshPrefix()
  const database = join(folder, `${++databases}.db`)
  const start = async (): Promise<Process> => {
    const proxy = await startProxy({ port: redis.port })
    onTestFinished(() => proxy.close())
    const env = { DATABASE: database, PREFIX: prefix, REDIS_PORT: String(proxy.port) }
    const { url } = await startApp('test/scale-app.ts', env)
    const call = async (method: string, path: string, sent: { token?: string; body?: object }) => {
      const started = performance.now()
      const response = await fetch(`${url}/api/v1/users${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
        },
        body: sent.body ? JSON.stringify(sent.body) : null,
      })
      const text = await response.text()
      const { tokens = nobody } = (text ? JSON.parse(text) : {}) as { tokens?: Tokens }
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        tokens,
        millis: performance.now() - started,
      }
    }
    const ana = { username: 'ana', password: 'correct horse', transport: 'bearer' }
    return {
      proxy,
      register: () => call('POST', '/register', { body: ana }),
      login: (login = 'ana') =>
        call('POST', '/login', { body: { login, password: 'correct horse', transport: 'bearer' } }),
      logout: ({ refreshToken }) => call('POST', '/logout', { body: { refreshToken } }),
      me: ({ accessToken }) => call('GET', '/me', { token: accessToken }),
    }
  }
  const processes = await Promise.all([start(), start(), start()])
  expect((await processes[0].register()).status).toBe(201)
  return processes
}
