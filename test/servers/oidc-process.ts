import Provider from 'oidc-provider'
import { oidcClients } from './oidc-clients.ts'

/**
 * A real OpenID Connect provider, with its development login page. A login as `ada`, or as `second-ada`, has the
 * verified email ada@example.com; as `unverified-ada`, the same one unverified.
 */
const port = Number(process.argv[2])
/** More URLs to which it may redirect browsers. */
const redirectUris = process.argv.slice(3)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: oidcClients.map((client) => ({
    ...client,
    redirect_uris: [...client.redirect_uris, ...redirectUris],
  })),
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username'],
  },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => {
      const name = id.split('-').at(-1) ?? ''
      return {
        sub: id,
        email: `${name}@example.com`,
        email_verified: !id.startsWith('unverified'),
        name: `${name} of the provider`,
        preferred_username: name,
      }
    },
  }),
})
provider.listen(port, '127.0.0.1')
