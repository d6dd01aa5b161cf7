/** The SQLSTATE of a server error, as both drivers have it; null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return null
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null
}

/** Classes and codes with which a server ends or refuses a connection. */
const ending = /^(08|57P0[1235]|25P0[34])/

/** Whether a statement failed because its connection did: without any error of the server, or with its last one. */
export function endsConnection(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === null || ending.test(state)
}
