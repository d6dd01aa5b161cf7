import assert from 'node:assert/strict'
import type { SignedInUser } from '@kith/core'
import { createDeviceKey, type DeviceKey } from '../../../core/test/device-key.ts'
import type { Answer } from './answer.ts'
import { clientOf, type JourneyRequest } from './client.ts'
import { type Browser, openBrowser, password } from './clients.ts'
import type { JourneyApp } from './journey-app.ts'

/** A device-bound session, as a browser stores it. */
interface DeviceSession {
  refreshPath: string
  cookies: string[]
  key: DeviceKey
  challenge: string | null
}

/**
 * A browser that binds its sessions, written from the W3C draft of 2026-02-17 (the numbers are its sections), without any code of Kith: it
 * only knows the headers and instructions that it receives.
 */
export interface BoundBrowser extends Browser {
  /** The key of its device. */
  readonly key: DeviceKey
  /** The ids of its bound sessions. */
  bound(): string[]
  /** The last proof that it sent. */
  lastProof(): string
  /** Whether it refreshes: a browser may skip it, for example because of a limit on signatures. @default true */
  refreshes: boolean
}

/** The header fields that browsers add to requests that no page makes; older browsers add none. */
const ofNoPage: readonly Readonly<Record<string, string>>[] = [
  {},
  { origin: 'https://app.example', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' },
]

/** Opens one. */
export function openBoundBrowser(app: JourneyApp, algorithm: DeviceKey['algorithm'] = 'ES256'): BoundBrowser {
  const { jar, ...page } = openBrowser(app)
  const sessions = new Map<string, DeviceSession>()
  const key = createDeviceKey(algorithm)
  let lastProof = ''
  let sent = 0

  /** 8.8, "Send request", up to its response. */
  async function send(path: string, headers: Record<string, string>): Promise<Answer> {
    assert.ok(path.startsWith(app.host.prefix), path)
    const cookie = jar.header()
    const answer = await app.request(path.slice(app.host.prefix.length), {
      method: 'POST',
      headers: { ...ofNoPage[sent++ % 2], ...(cookie === '' ? {} : { cookie }), ...headers },
    })
    jar.take(answer.headers)
    return answer
  }

  function proofHeader(proof: string): Record<string, string> {
    lastProof = proof
    return { 'secure-session-response': `"${proof}"` }
  }

  /** 8.10, "Process session registration". */
  async function register(header: string): Promise<void> {
    const { head, parameters } = readItem(header)
    const offered = /^\(([A-Z0-9 ]+)\)$/.exec(head)?.[1]?.split(' ') ?? []
    const { path, challenge } = parameters
    if (!offered.includes(key.algorithm) || path === undefined || challenge === undefined) return
    const answer = await send(path, proofHeader(key.registration(challenge)))
    if (answer.status !== 200) return
    create(answer, path)
  }

  /** 8.9, "Create session", and 8.7 for the challenge that arrives with it. */
  function create(answer: Answer, path: string): void {
    const told = answer.json() as Record<string, unknown>
    const { session_identifier: id, refresh_url: refreshPath = path, scope, credentials } = told
    assert.ok(typeof id === 'string' && typeof refreshPath === 'string')
    assert.deepEqual(scope, { include_site: false })
    const cookies = (credentials as Record<string, string>[]).map(({ type, name = '', attributes }) => {
      assert.equal(type, 'cookie')
      assert.equal(attributes, 'Path=/; HttpOnly; Secure; SameSite=Lax')
      return name
    })
    const challenge = sessions.get(id)?.challenge ?? null
    sessions.set(id, { refreshPath, cookies, key, challenge })
    cacheChallenge(answer)
  }

  /** 8.7, "Cache challenge". */
  function cacheChallenge({ headers }: Answer): void {
    const header = headers.get('secure-session-challenge')
    if (header === null) return
    const { head, parameters } = readItem(header)
    const session = sessions.get(parameters['id'] ?? '')
    if (session) session.challenge = JSON.parse(head) as string
  }

  /** 8.8, "Send request", of a refresh. */
  async function refresh(id: string, tries = 5): Promise<void> {
    const session = sessions.get(id)
    if (!session || tries === 0) return void sessions.delete(id)
    const { challenge, refreshPath } = session
    const answer = await send(refreshPath, {
      'sec-secure-session-id': `"${id}"`,
      ...(challenge === null ? {} : proofHeader(session.key.refresh(challenge))),
    })
    cacheChallenge(answer)
    const { status } = answer
    if (status === 403) return await refresh(id, tries - 1)
    if (status === 429 || status >= 500) return
    if (status !== 200) return void sessions.delete(id)
    create(answer, refreshPath)
  }

  /** 8.5, "Identify session needing refresh": before every request of a page. */
  async function refreshWhereNeeded(): Promise<void> {
    for (const [id, { cookies }] of [...sessions])
      if (cookies.some((name) => jar.get(name) === undefined)) await refresh(id)
  }

  async function request(path: string, given?: JourneyRequest): Promise<Answer> {
    if (browser.refreshes) await refreshWhereNeeded()
    const answer = await page.request(path, given)
    const offer = answer.headers.get('secure-session-registration')
    if (offer !== null) await register(offer)
    cacheChallenge(answer)
    return answer
  }

  const browser: BoundBrowser = {
    ...clientOf(request),
    jar,
    key,
    bound: () => [...sessions.keys()],
    lastProof: () => lastProof,
    refreshes: true,
  }
  return browser
}

/** Registers an account in such a browser, which binds its session. */
export async function registerBound(
  app: JourneyApp,
  username: string = 'anna',
  algorithm?: DeviceKey['algorithm'],
): Promise<{ browser: BoundBrowser; user: SignedInUser; sessionId: string }> {
  const browser = openBoundBrowser(app, algorithm)
  const json = { username, email: `${username}@example.com`, password }
  const { user, session } = (await browser.post('/users/register', json)).signIn(201)
  assert.deepEqual(browser.bound(), [session.id])
  return { browser, user, sessionId: session.id }
}

/** One item of a structured field (RFC 9651) with parameters that are strings. */
export function readItem(field: string): { head: string; parameters: Record<string, string> } {
  const [, head = '', rest = ''] =
    /^(\([^)]*\)|"(?:[^"\\]|\\["\\])*")((?:;[a-z_]+="(?:[^"\\]|\\["\\])*")*)$/.exec(field) ?? []
  assert.notEqual(head, '', `no structured field: ${field}`)
  const found = [...rest.matchAll(/;([a-z_]+)=("(?:[^"\\]|\\["\\])*")/g)]
  return {
    head,
    parameters: Object.fromEntries(
      found.map(([, name = '', text = '""']) => [name, JSON.parse(text) as string]),
    ),
  }
}
