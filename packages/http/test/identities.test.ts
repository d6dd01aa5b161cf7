import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { oidc } from '@kith/core/oidc'
import { createKithHttp } from '@kith/http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appUrl } from '../../../test/servers/oidc-clients.ts'
import { logInAt, type OidcServer, startOidcServer } from '../../../test/servers/oidc-server.ts'

let server: OidcServer
beforeAll(async () => {
  server = await startOidcServer()
}, 120_000)
afterAll(() => server.stop())

test('a browser goes to a real provider and returns signed in, using only the routes', async () => {
  const acme = oidc({
    issuer: server.issuer,
    clientId: 'kith',
    clientSecret: 'a secret of the client',
    verifiesEmails: true,
  })
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    publicUrl: appUrl,
    providers: { acme },
    accounts: { identifiers: { username: 'optional' } },
  })
  const { handle } = createKithHttp(kith)
  const visit = (url: string | URL, cookie = ''): Promise<Response> =>
    handle(new Request(url, { headers: { cookie } }))

  const begun = await visit(`${appUrl}/api/v1/auth/acme?returnTo=/home`)
  expect(begun.status).toBe(303)
  const { url } = await logInAt(begun.headers.get('location') ?? '', 'ada')
  const lured = await visit(url)
  expect([lured.status, lured.headers.get('content-type')]).toEqual([403, 'application/problem+json'])
  const back = await visit(url, cookiesOf(begun))
  expect([back.status, back.headers.get('location')]).toEqual([303, '/home#signed-in=new'])
  const me = await visit(`${appUrl}/api/v1/users/me`, cookiesOf(back))
  expect(await me.json()).toMatchObject({ email: 'ada@example.com', emailVerified: true })

  await server.control.kill()
  const again = await visit(`${appUrl}/api/v1/auth/acme?returnTo=/home`)
  const lost = new URL(`${appUrl}/api/v1/auth/acme/callback`)
  const state = new URL(again.headers.get('location') ?? '').searchParams.get('state') ?? ''
  lost.search = new URLSearchParams({ state, code: 'any', iss: server.issuer }).toString()
  const down = await visit(lost, cookiesOf(again))
  expect(down.headers.get('location')).toBe('/home#error=provider-unavailable')
})

function cookiesOf({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}
