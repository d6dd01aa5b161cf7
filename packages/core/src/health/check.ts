/** A port that can check whether it can be used. */
export interface Checkable {
  /**
   * Makes the smallest call that shows whether it can be used now, and changes nothing. Resolves to `null`, or to a
   * warning for operators if it works but needs attention. Rejects if it cannot be used: the `detail` of the
   * `KithError` says what to do. Neither contains a host, a path, a user or a password.
   */
  check(): Promise<string | null>
}

/** Whether a port has such a check. */
export function isCheckable<Port extends object>(port: Port): port is Port & Checkable {
  return 'check' in port && typeof port.check === 'function'
}
