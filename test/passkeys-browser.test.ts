import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import { createKithRoutes } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { addAuthenticator, knowPassword, browserPath, launchBrowser } from './browser.ts'
import { fencesOf } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'

const password = 'correct horse battery'

/** A page with only the module that docs/passkeys.md shows. */
const page = `<!doctype html><title>Passkeys</title><input autocomplete="username webauthn">
<script type="module">globalThis.kith = await import('/passkeys.js')</script>`
const guide = fencesOf(readFileSync(join(root, 'docs/passkeys.md'), 'utf8'))
const script = guide.find(({ code }) => code.startsWith('// passkeys.js'))?.code ?? ''

/** What the page offers to a test. */
interface Calls {
  call(path: string, body?: object, method?: string): Promise<Told>
  register(username: string): Promise<Told>
  addPasskey(): Promise<Told>
  signIn(more?: { mediation: string }): Promise<Told>
  prove(): Promise<Told>
  tellPasswordManager(): Promise<void>
  upgrade(): Promise<void>
}

/** The parts of Kith's responses that these tests check. */
interface Told {
  user?: { id: string; username: string }
  kind?: string
  session?: { id: string }
}

describe.skipIf(!browserPath)('passkeys in a browser (needs chromium)', () => {
  let browser: Browser
  let server: Server
  let kith: Kith
  let url: string

  beforeAll(async () => {
    browser = await launchBrowser()
    server = createServer().listen(0, 'localhost')
    await new Promise((resolve) => server.once('listening', resolve))
    url = `http://localhost:${(server.address() as AddressInfo).port}`
    kith = createKith({
      secret: 'a secret of the tests, of 32 characters or more',
      storage: createMemoryStorage(),
      passwords: cheapPasswords,
      passkeys: createPasskeys({ rpId: 'localhost', rpName: 'Test', origins: [url] }),
    })
    const handle = createNodeHandler(createKithRoutes(kith, { cookies: { secure: false } }))
    server.on('request', (incoming, outgoing) => {
      const isScript = incoming.url === '/passkeys.js'
      const type = isScript ? 'text/javascript' : 'text/html; charset=utf-8'
      void (
        handle(incoming, outgoing) ?? outgoing.setHeader('content-type', type).end(isScript ? script : page)
      )
    })
  })
  afterAll(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
    await kith.close()
  })

  interface Visit {
    tab: Page
    device: CDPSession
    authenticatorId: string
    /** Calls a function of the page. */
    run<Name extends keyof Calls>(name: Name, ...given: Parameters<Calls[Name]>): ReturnType<Calls[Name]>
  }

  /** Opens the page with an authenticator that has verified its user. */
  async function visit(): Promise<Visit> {
    const tab = await browser.newPage()
    onTestFinished(() => tab.close())
    const { session: device, authenticatorId } = await addAuthenticator(tab)
    await tab.goto(url)
    await tab.waitForFunction(() => 'kith' in globalThis)
    return {
      tab,
      device,
      authenticatorId,
      run: ((name, ...given) =>
        tab.evaluate(
          async ([verb, args]) => {
            const offered = (
              globalThis as unknown as { kith: Record<string, (...args: unknown[]) => unknown> }
            ).kith
            return await offered[verb]?.(...args)
          },
          [name, given] as const,
        )) as Visit['run'],
    }
  }

  async function passkeysOf({ device, authenticatorId }: Visit): Promise<string[]> {
    const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId })
    return credentials.map(({ credentialId }) => Buffer.from(credentialId, 'base64').toString('base64url'))
  }

  test('an account registers without a password, signs in without a username, and proves itself', async () => {
    const at = await visit()
    const { user } = await at.run('register', 'ada')
    expect(user?.username).toBe('ada')
    expect(await passkeysOf(at)).toHaveLength(1)
    await at.run('call', '/users/logout', {})
    const again = await at.run('signIn')
    expect(again.user?.id).toBe(user?.id)
    expect((await at.run('prove')).session?.id).toBe(again.session?.id)
  })

  test('autofill signs in: the browser offers the passkey in the username field', async () => {
    const at = await visit()
    await at.run('register', 'berta')
    await at.run('call', '/users/logout', {})
    expect((await at.run('signIn', { mediation: 'conditional' })).user?.username).toBe('berta')
  })

  test('one is added next to a password, and excludes a second one on the same authenticator', async () => {
    const at = await visit()
    await at.run('call', '/users/register', { username: 'carla', password })
    expect((await at.run('addPasskey')).kind).toBe('passkey')
    expect(await passkeysOf(at)).toHaveLength(1)
    await expect(at.run('addPasskey')).rejects.toThrow('InvalidStateError')
    await at.run('call', '/users/logout', {})
    expect((await at.run('signIn')).user?.username).toBe('carla')
  })

  test('after a sign-in with a password the browser may create one without asking', async () => {
    const at = await visit()
    await at.run('call', '/users/register', { username: 'emil', password })
    await knowPassword(at.tab)
    await at.run('upgrade')
    expect(await at.tab.getAttribute('html', 'data-mediation')).toBe('conditional')
    await at.run('call', '/users/logout', {})
    expect((await at.run('signIn')).user?.username).toBe('emil')
  })

  test('the signals update the authenticator to the passkeys of the account', async () => {
    const at = await visit()
    await at.run('register', 'dora')
    await at.run('tellPasswordManager')
    expect(await passkeysOf(at)).toHaveLength(1)
    const { id = '' } = (await kith.accounts.find('dora')) ?? {}
    await kith.accounts.remove(id)
    await expect(at.run('signIn')).rejects.toThrow('passkey-unknown')
    expect(await passkeysOf(at)).toEqual([])
  })
})
