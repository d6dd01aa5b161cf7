/**
 * Calls Kith from a page of another origin, which must be in `allowedOrigins`. Users stay signed in: a call after the access token
 * has expired refreshes the session and is repeated, so its body must be one that can be sent twice, such as a string or a file.
 */
export function createClient(base: string): typeof fetch {
  let refreshing: Promise<boolean> | null = null
  let refreshes = 0

  /** One refresh at a time, however many calls find that the access token has expired. */
  function refresh(): Promise<boolean> {
    refreshing ??= fetch(`${base}/api/v1/users/refresh`, { method: 'POST', credentials: 'include' })
      .then(({ ok }) => {
        if (ok) refreshes++
        return ok
      })
      .finally(() => (refreshing = null))
    return refreshing
  }

  return async (path, options) => {
    const call = (): Promise<Response> =>
      fetch(new URL(String(path), base), { ...options, credentials: 'include' })
    const before = refreshes
    const response = await call()
    if (!(await hasEnded(response))) return response
    // Another call may have refreshed the session while this one was in progress.
    return refreshes > before || (await refresh()) ? await call() : response
  }
}

/** A wrong password is a 401 as well, and would only be counted twice. */
async function hasEnded(response: Response): Promise<boolean> {
  if (response.status !== 401) return false
  const { code } = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string }
  return code === 'unauthenticated' || code === 'access-token-expired'
}
