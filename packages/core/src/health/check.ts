/** A port that can say whether it can be used. */
export interface Checkable {
  /**
   * Makes the smallest call that shows whether it can be used now, and changes nothing. Resolves with `null`, or with a
   * sentence about what somebody should see to although it goes on. Rejects where it cannot be used: the `detail` of the
   * `KithError` says what to do. Neither names a host, a path, a user or a password.
   */
  check(): Promise<string | null>
}

/** Whether a port can say so. */
export function isCheckable<Port extends object>(port: Port): port is Port & Checkable {
  return 'check' in port && typeof port.check === 'function'
}
