import assert from 'node:assert/strict'
import type { SignedInUser, Tokens } from '@kith/core'
import { type Client, clientOf } from './client.ts'
import { type CookieJar, createCookieJar } from './cookie-jar.ts'
import type { JourneyApp } from './journey-app.ts'

/** A password that all rules accept. */
export const password = 'correct horse battery'

/** The cookies that stay in a signed-out browser, which remains a known device. */
export const knownDevice: readonly string[] = ['__Host-kith-device']

/** A browser with a page of the API's own origin open. */
export interface Browser extends Client {
  readonly jar: CookieJar
}

/** Opens a browser. It sends the headers that a browser sends from a page of the API's own origin. */
export function openBrowser(app: JourneyApp): Browser {
  const jar = createCookieJar(app.now)
  const client = clientOf(async (path, request = {}) => {
    const cookie = jar.header()
    const own = [['sec-fetch-site', 'same-origin'], ...(cookie === '' ? [] : [['cookie', cookie]])]
    const given = Array.isArray(request.headers) ? request.headers : Object.entries(request.headers ?? {})
    const answer = await app.request(path, { ...request, headers: [...own, ...given] as [string, string][] })
    jar.take(answer.headers)
    return answer
  })
  return { jar, ...client }
}

/** A client that sends an access token in a header. */
export function withBearer(app: JourneyApp, accessToken: string): Client {
  const authorization = `Bearer ${accessToken}`
  return clientOf((path, request = {}) =>
    app.request(path, { ...request, headers: { ...request.headers, authorization } }),
  )
}

/** Registers an account in its own browser. */
export async function registerInBrowser(
  app: JourneyApp,
  username: string = 'anna',
): Promise<{ browser: Browser; user: SignedInUser; sessionId: string }> {
  const browser = openBrowser(app)
  const json = { username, email: `${username}@example.com`, password }
  const { user, session, tokens } = (await browser.post('/users/register', json)).signIn(201)
  assert.equal(tokens, undefined)
  return { browser, user, sessionId: session.id }
}

/** Registers an account without cookies. */
export async function registerBearer(
  app: JourneyApp,
  username: string = 'anna',
): Promise<Client & { user: SignedInUser; tokens: Tokens; sessionId: string }> {
  const json = { username, email: `${username}@example.com`, password, transport: 'bearer' }
  const answer = await app.post('/users/register', json)
  const { user, session, tokens } = answer.signIn(201)
  assert.ok(tokens)
  assert.deepEqual(answer.headers.getSetCookie(), [])
  return { ...withBearer(app, tokens.accessToken), user, tokens, sessionId: session.id }
}

/** Signs in again, as on another device. */
export async function loginBearer(
  app: JourneyApp,
  login: string = 'anna',
): Promise<Client & { tokens: Tokens; sessionId: string }> {
  const json = { login, password, transport: 'bearer' }
  const { session, tokens } = (await app.post('/users/login', json)).signIn()
  assert.ok(tokens)
  return { ...withBearer(app, tokens.accessToken), tokens, sessionId: session.id }
}
