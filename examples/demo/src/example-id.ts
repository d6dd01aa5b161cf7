import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { oidc } from '@kith/core/oidc'
import type { IdentityProvider } from '@kith/core/ports'
import { type RequestHandler, Router, urlencoded } from 'express'
import type { default as Provider, errors } from 'oidc-provider'

/** A sign-in provider, like Google, and the routes that it serves. */
export interface ExampleId {
  provider: IdentityProvider
  routes: RequestHandler
}

/** The name that Kith uses for it. */
export const exampleIdName = 'example'

const title = 'Example ID'
const path = '/dev/id'
const client = { client_id: 'kith-demo', client_secret: randomBytes(32).toString('base64url') }

/**
 * Runs a real OpenID Connect provider (`oidc-provider`) inside the demo, so that signing in needs no account anywhere. It asks for
 * a name and no password, and is loaded at the first use. A real app uses `google({ clientId, clientSecret })` instead.
 */
export function createExampleId(url: string): ExampleId {
  const issuer = `${url}${path}`
  /** Names for accounts that do not share their email with apps. */
  const hidden = new Set<string>()
  let running: Promise<Provider> | undefined
  const start = (): Promise<Provider> => (running ??= createProvider(issuer, { url, hidden }))
  // It only issues emails of its own domain, so its claims can be trusted.
  const provider = oidc({
    issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    title,
    verifiesEmails: true,
  })
  const routes = Router()
  routes.get(`${path}/login/:uid`, (request, response) => {
    response.set({ 'content-security-policy': policy, 'cache-control': 'no-store' })
    response.type('html').send(loginPage(request.params.uid))
  })
  routes.post(`${path}/login/:uid`, urlencoded({ extended: false }), async (request, response) => {
    const { name, email } = request.body as { name?: unknown; email?: unknown }
    const accountId = typeof name === 'string' ? name.trim().toLowerCase() : ''
    const result = /^[a-z0-9._-]{1,30}$/.test(accountId)
      ? { login: { accountId, remember: false } }
      : { error: 'access_denied' satisfies errors.AccessDenied['error'] }
    if (email === 'on') hidden.delete(accountId)
    else hidden.add(accountId)
    await (await start()).interactionFinished(request, response, result)
  })
  routes.use(path, async (request, response) => {
    await (await start()).callback()(request, response)
  })
  return { provider, routes }
}

async function createProvider(
  issuer: string,
  { url, hidden }: { url: string; hidden: ReadonlySet<string> },
): Promise<Provider> {
  const { default: OidcProvider, interactionPolicy } = await import('oidc-provider')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const prompts = interactionPolicy.base()
  const { Check } = interactionPolicy
  // So that one visitor of the demo can be several accounts there.
  const each = new Check('each_time', 'It asks each time', ({ oidc: { result } }) =>
    result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  )
  prompts.get('login')?.checks.add(each)
  return new OidcProvider(issuer, {
    clients: [
      {
        ...client,
        redirect_uris: [`${url}/api/v1/auth/${exampleIdName}/callback`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { policy: prompts, url: (_context, { uid }) => `${path}/login/${uid}` },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        ...(!hidden.has(id) && { email: `${id}@id.example`, email_verified: true }),
        name: id,
        preferred_username: id.replace(/[^a-z0-9_]/g, '_'),
      }),
    }),
    async loadExistingGrant({ oidc: { client: asking, session, provider } }) {
      const grant = new provider.Grant({ clientId: asking?.clientId, accountId: session?.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

function loginPage(uid: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="stylesheet" href="/app/style.css" />
  </head>
  <body>
    <main class="elsewhere">
      <form class="card" method="post" action="${path}/login/${encodeURIComponent(uid)}">
        <h2>${title}</h2>
        <p class="quiet">
          Kith demo wants to know who you are. This provider runs on your machine, inside the demo: any name will do, and there is no
          password.
        </p>
        <label>
          Your name here
          <input name="name" value="ada" autocapitalize="none" spellcheck="false" maxlength="30" autofocus />
        </label>
        <label class="check"><input name="email" type="checkbox" checked /> Share my email address</label>
        <button type="submit">Continue</button>
        <button class="bare" name="name" value="">Cancel</button>
      </form>
    </main>
  </body>
</html>
`
}
