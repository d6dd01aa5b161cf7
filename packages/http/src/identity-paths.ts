import { type IdentityFinished, isKithError, isSecondFactorRequired } from '@kith/core'

/**
 * Where to send a browser that returned. Data for the page follows the `#`, which browsers send to no server:
 * `#signed-in=new`, `#signed-in=known`, `#linked=yes`, or `#missing=…` with the provider's data.
 */
export function finishedPath(finished: IdentityFinished): string {
  const { returnTo } = finished
  switch (finished.kind) {
    case 'signed-in':
      return withFragment(returnTo, { 'signed-in': finished.isNew ? 'new' : 'known' })
    case 'linked':
      return withFragment(returnTo, { linked: 'yes' })
    case 'details-needed': {
      const { username, name, email } = finished.suggestion
      return withFragment(returnTo, { missing: finished.missing.join(','), username, name, email })
    }
  }
}

/**
 * The same for a failed flow: `#error=<code>`. @throws errors that the page could do nothing about, or if there is no
 * page
 */
export function failedPath(error: unknown, returnTo: string | null): string {
  if (returnTo === null || !isKithError(error)) throw error
  if (error.status >= 500 && error.code !== 'provider-unavailable') throw error
  const challenge = isSecondFactorRequired(error) ? error.challenge : null
  return withFragment(returnTo, {
    error: error.code,
    challenge: challenge?.token,
    factors: challenge?.factors.join(','),
  })
}

function withFragment(path: string, parts: Readonly<Record<string, string | null | undefined>>): string {
  const fragment = new URLSearchParams()
  for (const [name, value] of Object.entries(parts)) if (value) fragment.set(name, value)
  return `${path}#${fragment.toString()}`
}
