import assert from 'node:assert/strict'

/** The cookies of one browser, stored as a browser stores them. */
export interface CookieJar {
  /** Reads the `Set-Cookie` headers of a response. Each has to be as a session cookie should be. */
  take(headers: Headers): void
  /** The value of a cookie that has not expired. */
  get(name: string): string | undefined
  set(name: string, value: string): void
  /** The names of all cookies that have not expired. */
  names(): string[]
  /** The `Cookie` header. */
  header(): string
}

/** Creates an empty jar that uses `now` as its clock. */
export function createCookieJar(now: () => Date): CookieJar {
  const cookies = new Map<string, { value: string; expiresAt: number }>()

  function live(): [string, string][] {
    return [...cookies].flatMap(([name, { value, expiresAt }]) =>
      expiresAt > now().getTime() ? [[name, value] as [string, string]] : [],
    )
  }

  return {
    take(headers) {
      for (const line of headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split('; ')
        const [name = '', value = ''] = pair.split('=', 2)
        const [maxAge = '', ...rest] = attributes
        assert.match(name, /^__Host-kith-(?:access|refresh|device|flow|details|admin)$/)
        // A provider's own page posts its form, so that cookie has to be sent from another site.
        const sameSite =
          name.endsWith('flow') && rest.at(-1) === 'SameSite=None'
            ? 'None'
            : name.endsWith('admin')
              ? 'Strict'
              : 'Lax'
        assert.deepEqual(rest, ['Path=/', 'HttpOnly', 'Secure', `SameSite=${sameSite}`], line)
        const seconds = Number(/^Max-Age=(\d+)$/.exec(maxAge)?.[1])
        assert.ok(seconds >= 0, line)
        if (seconds === 0) cookies.delete(name)
        else cookies.set(name, { value, expiresAt: now().getTime() + seconds * 1000 })
      }
    },
    get: (name) => new Map(live()).get(name),
    set: (name, value) => void cookies.set(name, { value, expiresAt: Infinity }),
    names: () => live().map(([name]) => name),
    header: () =>
      live()
        .map(([name, value]) => `${name}=${value}`)
        .join('; '),
  }
}
