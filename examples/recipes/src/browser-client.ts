/** Calls Kith from a page of another origin, which `allowedOrigins` has. Signed-in people stay so: a call that comes too late refreshes once. */
export function createClient(base: string): typeof fetch {
  let refreshing: Promise<boolean> | null = null

  /** One refresh at a time, however many calls find that the access token has ended. */
  function refresh(): Promise<boolean> {
    refreshing ??= fetch(`${base}/api/v1/users/refresh`, { method: 'POST', credentials: 'include' })
      .then(({ ok }) => ok)
      .finally(() => (refreshing = null))
    return refreshing
  }

  return async (path, options) => {
    const call = (): Promise<Response> =>
      fetch(new URL(String(path), base), { ...options, credentials: 'include' })
    const response = await call()
    if (response.status !== 401 || !(await refresh())) return response
    return await call()
  }
}
