import type { WireAnswer } from '@kith/conformance'

/** Collects values that must never be found in a log. */
export interface SecretsWatch {
  /** Records the passwords, tokens and email addresses of an input. */
  watchRequest(json: unknown): void
  /** Records the tokens of a response. */
  watchAnswer(answer: WireAnswer): void
  all(): ReadonlySet<string>
}

const secretFields =
  /^(?:password|currentPassword|newPassword|email|phone|accessToken|refreshToken|code|token|secret|recoveryCode)$/

/** Creates an empty watch. */
export function createSecretsWatch(): SecretsWatch {
  const secrets = new Set<string>()

  function watch(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      // A shorter string can be part of any word.
      if (secretFields.test(name) && typeof inner === 'string' && inner.length >= 8) secrets.add(inner)
      watch(inner)
    }
  }

  return {
    watchRequest: watch,
    watchAnswer({ headers, text }) {
      if (headers.get('content-type') === 'application/json' && text !== '') watch(JSON.parse(text))
      for (const line of headers.getSetCookie()) {
        const value = line.slice(line.indexOf('=') + 1, line.indexOf(';'))
        if (value !== '') secrets.add(value)
      }
    },
    all: () => secrets,
  }
}
