/** The SQLSTATE of an error that the server gave, as both drivers have it; null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return null
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null
}

/** Classes and codes with which a server ends the connection, or does not take one. */
const ending = /^(08|57P0[1235]|25P0[34])/

/** Whether a statement failed because its connection did: no word of the server, or its last one. */
export function endsConnection(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === null || ending.test(state)
}
