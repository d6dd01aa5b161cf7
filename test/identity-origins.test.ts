import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { oidc } from '@kith/core/oidc'
import { kithExpress } from '@kith/express'
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { browserPath, launchBrowser } from './browser.ts'
import { listen } from './recipes/visitor.ts'
import { startOidcServer } from './servers/oidc-server.ts'

/** A page that signs in with a provider and shows the account: all it knows of Kith is the URL of the API. */
const page = (api: string) => `<!doctype html>
  <a id="sign-in">Sign in with Acme</a>
  <p id="me"></p>
  <script>
    const link = document.getElementById('sign-in')
    link.href = '${api}/api/v1/auth/acme?' + new URLSearchParams({ returnTo: location.origin + '/home' })
    fetch('${api}/api/v1/users/me', { credentials: 'include' })
      .then((response) => response.json())
      .then(({ email, code }) => (document.getElementById('me').textContent = email ?? code))
  </script>`

describe.skipIf(!browserPath)('a page with another origin than the API (needs chromium)', () => {
  test(
    'sends its visitor to a provider, gets them back, and calls the API as their account',
    { timeout: 120_000 },
    async () => {
      const app = express()
      const api = await listen(app)
      const origin = await listen((_request, response) => {
        response.setHeader('content-type', 'text/html').end(page(api))
      })
      const server = await startOidcServer([`${api}/api/v1/auth/acme/callback`])
      onTestFinished(() => server.stop())
      const acme = oidc({
        issuer: server.issuer,
        clientId: 'kith',
        clientSecret: 'a secret of the client',
        verifiesEmails: true,
        maxAge: '1h',
      })
      const kith = createKith({
        secret: 'a secret of the tests, of 32 characters or more',
        storage: createMemoryStorage(),
        passwords: cheapPasswords,
        publicUrl: api,
        providers: { acme },
        accounts: { identifiers: { username: 'optional' } },
      })
      app.use(kithExpress(kith, { allowedOrigins: [origin], cookies: { secure: false } }).routes)

      const browser = await launchBrowser()
      onTestFinished(() => browser.close())
      const visitor = await browser.newPage()
      visitor.setDefaultTimeout(20_000)
      await visitor.goto(origin)
      await visitor.locator('#me').getByText('unauthenticated').waitFor()
      await visitor.locator('#sign-in').click()
      await visitor.locator('[name=login]').fill('ada')
      await visitor.locator('[name=password]').fill('any')
      await visitor.locator('[type=submit]').click()
      await visitor.getByRole('button', { name: 'Continue' }).click()
      await visitor.locator('#me').getByText('ada@example.com').waitFor()
      expect(visitor.url()).toBe(`${origin}/home#signed-in=new`)
    },
  )
})
