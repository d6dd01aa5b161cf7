import type { ForeignIdentity, IdentityProvider } from '@kith/core/ports'

const issuer = 'https://id.example'

/** A provider that believes what it is told: its codes are what they stand for. Of the port it has all that HTTP can see. */
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
