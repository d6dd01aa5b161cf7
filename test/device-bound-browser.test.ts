import { hash, X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith, type KithEvents } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithRoutes } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificate } from '../packages/mail-smtp/test/mail-server.ts'
import { browserPath, launchBrowser } from './browser.ts'
import { opensslMissing } from './servers/openssl.ts'

const password = 'correct horse battery'
const [accessCookie, refreshCookie] = ['__Host-kith-access', '__Host-kith-refresh']

/** On Linux there is no hardware key: with the second feature Chromium creates one in software. */
const binding =
  '--enable-features=DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting'

// Chromium signs only about six times within some minutes for one site, so each of these tests uses its own browser.
describe.skipIf(!browserPath || opensslMissing)(
  'device-bound sessions in a browser (needs chromium and openssl)',
  () => {
    let server: Server
    let kith: Kith
    let url: string
    let trusting: string

    beforeAll(async () => {
      const certificate = makeCertificate()
      const { publicKey } = new X509Certificate(certificate.cert)
      const spki = publicKey.export({ type: 'spki', format: 'der' })
      trusting = `--ignore-certificate-errors-spki-list=${hash('sha256', spki, 'base64')}`
      server = createServer(certificate).listen(0, 'localhost')
      await new Promise((resolve) => server.once('listening', resolve))
      url = `https://localhost:${(server.address() as AddressInfo).port}`
      kith = createKith({
        secret: 'a secret of the tests, of 32 characters or more',
        storage: createMemoryStorage(),
        passwords: cheapPasswords,
        sessions: { deviceBound: true },
      })
      const handle = createNodeHandler(createKithRoutes(kith))
      server.on('request', (incoming, outgoing) => {
        if (handle(incoming, outgoing)) return
        outgoing.setHeader('content-type', 'text/html')
        outgoing.end('<!doctype html><title>Bound</title>')
      })
    })

    afterAll(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await kith.close()
    })

    async function open(browser: Promise<Browser>): Promise<{ context: BrowserContext; page: Page }> {
      const opened = await browser
      onTestFinished(() => opened.close())
      const context = await opened.newContext()
      const page = await context.newPage()
      await page.goto(url)
      return { context, page }
    }

    function next<Name extends 'session.bound' | 'session.refreshed'>(name: Name): Promise<KithEvents[Name]> {
      return new Promise((resolve) => {
        const stop = kith.events.on(name, (event) => {
          stop()
          resolve(event)
        })
      })
    }

    test("it binds its session by itself, and renews it before a page's request", async () => {
      const { context, page } = await open(launchBrowser(binding, trusting))
      const bound = next('session.bound')
      const { body } = await call(page, '/users/register', { username: 'ada', password })
      const { sessionId } = await bound
      expect(body).toMatchObject({ session: { id: sessionId } })
      expect((await call(page, '/users/me/sessions')).body).toMatchObject({ items: [{ bound: true }] })

      for (const [generation, path] of ['/users/me', '/users/refresh'].entries()) {
        const stolen = await context.cookies(url)
        await context.clearCookies({ name: accessCookie })
        const refreshed = next('session.refreshed')
        const { status } = await call(page, path, path.endsWith('refresh') ? {} : undefined)
        expect([status, (await refreshed).sessionId], path).toEqual([200, sessionId])
        expect((await kith.storage.sessions.byId(sessionId))?.generation).toBe(generation + 1)
        const token = stolen.find(({ name }) => name === refreshCookie)?.value ?? ''
        await expect(kith.sessions.refresh(token)).rejects.toMatchObject({ code: 'device-proof-required' })
      }
      expect((await call(page, '/users/me')).status).toBe(200)

      await kith.sessions.end((body as { user: { id: string } }).user.id, sessionId)
      await context.clearCookies({ name: accessCookie })
      expect((await call(page, '/users/me')).status).toBe(401)
    })

    test('a browser without this feature works as before', async () => {
      const { context, page } = await open(launchBrowser(trusting))
      await call(page, '/users/register', { username: 'ben', password })
      await context.clearCookies({ name: accessCookie })
      expect((await call(page, '/users/me')).status).toBe(401)
      expect((await call(page, '/users/refresh', {})).status).toBe(200)
      expect((await call(page, '/users/me/sessions')).body).toMatchObject({ items: [{ bound: false }] })
    })
  },
)

async function call(page: Page, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  return await page.evaluate(
    async ({ path, body }) => {
      const headers = { 'content-type': 'application/json' }
      const post = body && { method: 'POST', headers, body: JSON.stringify(body) }
      const response = await fetch(`/api/v1${path}`, post)
      return { status: response.status, body: (await response.json()) as unknown }
    },
    { path, body },
  )
}
