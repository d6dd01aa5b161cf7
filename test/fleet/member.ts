import type { SignIn } from '@kith/core'
import { expect, vi } from 'vitest'
import { type Reply, send } from './call.ts'
import type { FleetServer } from './fleet.ts'

/** The password of every account in these tests. */
export const password = 'correct horse'

/** The tokens of a session. */
export interface Tokens {
  accessToken: string
  refreshToken: string
}

let registered = 0

/** A username that no other test uses. */
export function freshName(): string {
  return `member_${process.pid}_${++registered}`
}

/** The tokens from the response to a sign-in. */
export function tokensOf({ body }: Pick<Reply, 'body'>): Tokens {
  const { tokens } = body as SignIn
  return { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken }
}

/** Registers an account. */
export async function register(server: FleetServer, username: string): Promise<Tokens> {
  const body = { username, password, transport: 'bearer' }
  const reply = await send(server, { method: 'POST', path: '/users/register', body })
  expect(reply).toMatchObject({ status: 201 })
  return tokensOf(reply)
}

/** Signs in. */
export function logIn(server: FleetServer, username: string, typed: string = password): Promise<Reply> {
  const body = { login: username, password: typed, transport: 'bearer' }
  return send(server, { method: 'POST', path: '/users/login', body })
}

/** Exchanges a refresh token. */
export function refresh(server: FleetServer, refreshToken: string): Promise<Reply> {
  return send(server, { method: 'POST', path: '/users/refresh', body: { refreshToken } })
}

/** Reads the current account, which depends only on the access token. */
export function me(server: FleetServer, { accessToken }: Pick<Tokens, 'accessToken'>): Promise<Reply> {
  return send(server, { method: 'GET', path: '/users/me', accessToken })
}

/** Ends the session with its access token. */
export function logOut(server: FleetServer, { accessToken }: Pick<Tokens, 'accessToken'>): Promise<Reply> {
  return send(server, { method: 'POST', path: '/users/logout', accessToken })
}

/** The session claims of a refresh token. */
export function claimsOf(refreshToken: string): { sid: string; gen: number } {
  const payload = Buffer.from(refreshToken.split('.')[1] ?? '', 'base64url').toString()
  return JSON.parse(payload) as { sid: string; gen: number }
}

/** Asserts that a session has ended, for either token, at every server. */
export async function demandEnded(servers: readonly FleetServer[], tokens: Tokens): Promise<void> {
  const replies = await askEverywhere(servers, tokens)
  for (const reply of replies) expect(reply).toMatchObject(ended)
}

/** Asserts the same for servers that are still recovering, and may say meanwhile that they cannot tell. */
export async function demandEndedOnceWell(servers: readonly FleetServer[], tokens: Tokens): Promise<void> {
  await vi.waitUntil(
    async () => {
      const told = (await askEverywhere(servers, tokens)).filter((reply) => reply.status !== 503)
      expect(told.filter(({ code }) => code !== ended.code)).toEqual([])
      return told.length === 2 * servers.length
    },
    { timeout: 10_000 },
  )
}

const ended = { status: 401, code: 'session-revoked' }

async function askEverywhere(
  servers: readonly FleetServer[],
  tokens: Tokens,
): Promise<Pick<Reply, 'status' | 'code' | 'call' | 'server'>[]> {
  const replies = servers.flatMap((server) => [me(server, tokens), refresh(server, tokens.refreshToken)])
  return (await Promise.all(replies)).map(({ status, code, call, server }) => ({
    status,
    code,
    call,
    server,
  }))
}
