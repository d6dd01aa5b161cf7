import type { ForeignIdentity, IdentityProvider } from '@kith/core/ports'

const issuer = 'https://id.example'

/** A provider that trusts its input: its codes contain the identity. It implements the parts of the port that HTTP can see. */
export function paperProvider(answersBy: IdentityProvider['answersBy']): IdentityProvider {
  return {
    title: 'Paper',
    answersBy,
    authorizationUrl: ({ state, redirectUri }) =>
      Promise.resolve(
        new URL(`/authorize?${new URLSearchParams({ state, redirectUri }).toString()}`, issuer),
      ),
    identify(answer, { state }) {
      if (answer.get('state') !== state) return Promise.reject(new Error('another state'))
      const said = JSON.parse(answer.get('code') ?? '') as Partial<ForeignIdentity>
      const nothing = { subject: '', verifiedEmail: null, name: null, username: null }
      return Promise.resolve({ ...nothing, issuer, ...said })
    },
  }
}
