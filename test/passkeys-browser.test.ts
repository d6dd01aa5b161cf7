import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import { createKithRoutes } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findOnPath } from './servers/program-path.ts'

const [executablePath] = ['chromium', 'google-chrome', 'chrome'].flatMap(findOnPath)
const password = 'correct horse battery'

/** A page that does with passkeys what docs/passkeys.md says, and no more. */
const page = `<!doctype html><title>Passkeys</title>
<input id="username" autocomplete="username webauthn">
<script type="module">
const call = async (path, body, method = body ? 'POST' : 'GET') => {
  const response = await fetch('/api/v1' + path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    ...(body && { body: JSON.stringify(body) }),
  })
  return response.status === 204 ? null : await response.json()
}
const creation = (json) => PublicKeyCredential.parseCreationOptionsFromJSON(json)
const request = (json) => PublicKeyCredential.parseRequestOptionsFromJSON(json)
window.kith = {
  call,
  async register(username) {
    const { token, options } = await call('/users/register/passkey/begin', { username })
    const made = await navigator.credentials.create({ publicKey: creation(options) })
    return await call('/users/register/passkey', { token, response: made.toJSON() })
  },
  async add(input = {}) {
    const { token, options } = await call('/users/me/passkeys/begin', input)
    const mediation = input.conditional ? 'conditional' : 'optional'
    const made = await navigator.credentials.create({ publicKey: creation(options), mediation })
    return await call('/users/me/passkeys', { token, response: made.toJSON() })
  },
  async login(mediation = 'optional') {
    const { token, options } = await call('/users/login/passkey/begin', undefined, 'POST')
    const used = await navigator.credentials.get({ publicKey: request(options), mediation })
    return await call('/users/login/passkey', { token, response: used.toJSON() })
  },
  async prove() {
    const { token, options } = await call('/users/me/prove/passkey/begin', undefined, 'POST')
    const used = await navigator.credentials.get({ publicKey: request(options) })
    return await call('/users/me/prove', { passkey: { token, response: used.toJSON() } })
  },
  async signal() {
    const { allAcceptedCredentials, currentUserDetails } = await call('/users/me/passkeys/signals')
    await PublicKeyCredential.signalAllAcceptedCredentials(allAcceptedCredentials)
    await PublicKeyCredential.signalCurrentUserDetails(currentUserDetails)
  },
  signalUnknown: (unknown) => PublicKeyCredential.signalUnknownCredential(unknown),
}
</script>`

/** What the page offers to a test. */
interface Calls {
  call(path: string, body?: object, method?: string): Promise<never>
  register(username: string): Promise<Told>
  add(input?: { conditional: boolean }): Promise<Told>
  login(mediation?: string): Promise<Told>
  prove(): Promise<Told>
  signal(): Promise<void>
  signalUnknown(unknown: object): Promise<void>
}

/** What Kith answers, as far as these tests look at it. */
interface Told {
  code?: string
  user?: { id: string; username: string }
  kind?: string
  session?: { id: string }
  unknownCredential?: { rpId: string; credentialId: string }
}

describe.skipIf(!executablePath)('passkeys in a browser (needs chromium)', () => {
  let browser: Browser
  let server: Server
  let kith: Kith
  let url: string

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    })
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
      void (
        handle(incoming, outgoing) ?? outgoing.setHeader('content-type', 'text/html; charset=utf-8').end(page)
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
    /** Runs what the page offers. */
    run<Name extends keyof Calls>(name: Name, ...given: Parameters<Calls[Name]>): ReturnType<Calls[Name]>
  }

  /** Opens the page with an authenticator that knows its user. */
  async function visit(): Promise<Visit> {
    const tab = await browser.newPage()
    onTestFinished(() => tab.close())
    const device = await tab.context().newCDPSession(tab)
    await device.send('WebAuthn.enable')
    const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await tab.goto(url)
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

  test('an account is registered without a password, signs in without a name, and proves itself', async () => {
    const at = await visit()
    const { user } = await at.run('register', 'ada')
    expect(user?.username).toBe('ada')
    expect(await passkeysOf(at)).toHaveLength(1)
    await at.run('call', '/users/logout', {})
    const again = await at.run('login')
    expect(again.user?.id).toBe(user?.id)
    expect((await at.run('prove')).session?.id).toBe(again.session?.id)
  })

  test('autofill signs in: the browser offers the passkey in the field of the name', async () => {
    const at = await visit()
    await at.run('register', 'berta')
    await at.run('call', '/users/logout', {})
    expect((await at.run('login', 'conditional')).user?.username).toBe('berta')
  })

  test('beside a password one is added, and by itself after a sign-in with it; the first excludes a second', async () => {
    const at = await visit()
    await at.run('call', '/users/register', { username: 'carla', password })
    await at.run('call', '/users/login', { login: 'carla', password })
    expect((await at.run('add', { conditional: true })).kind).toBe('passkey')
    expect(await passkeysOf(at)).toHaveLength(1)
    await expect(at.run('add')).rejects.toThrow('InvalidStateError')
    expect((await at.run('login')).user?.username).toBe('carla')
  })

  test('the signals bring the authenticator to what the account has', async () => {
    const at = await visit()
    await at.run('register', 'dora')
    await at.run('signal')
    expect(await passkeysOf(at)).toHaveLength(1)
    const { id = '' } = (await kith.accounts.find('dora')) ?? {}
    await kith.accounts.remove(id)
    const refused = await at.run('login')
    expect(refused.code).toBe('passkey-unknown')
    expect(refused.unknownCredential?.credentialId).toBe((await passkeysOf(at))[0])
    await at.run('signalUnknown', refused.unknownCredential ?? {})
    expect(await passkeysOf(at)).toEqual([])
  })
})
