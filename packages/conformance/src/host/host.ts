import type { Kith } from '@kith/core'
import type { Send } from './wire.ts'

/** The header with which the guard of a host shows that it saw a request. */
export const guardHeader = 'x-guard'

/** Options for the routes of Kith that a case needs. */
export interface HostOptions {
  allowedOrigins: readonly string[]
  /** Routes of Kith to disable. */
  routes?: { readonly register?: false } | undefined
}

/** A framework that Kith is mounted in. */
export interface Host {
  /**
   * Serves an app with this Kith in it, and with two features of its own, both in the framework's way:
   * `POST <prefix>/echo` responds with the JSON from the framework's own parser; and before Kith runs a guard, as an
   * app would have it for invitations: for exactly `POST <prefix>/users/register` it adds {@link guardHeader} to the
   * response and lets Kith continue. If `routes` disable registration, there is a third after Kith, replacing it:
   * `POST <prefix>/users/register` responds with the JSON `{ "own": true }`.
   */
  serve(kith: Kith, options: HostOptions): Promise<HostServer>
  /** The prefix of Kith's paths. @default '/api/v1' */
  readonly prefix?: string | undefined
  /** The client's IP address as this host sees it. @default '127.0.0.1' */
  readonly address?: string | undefined
  /** Whether the app is configured to trust `X-Forwarded-For` from this machine. @default false */
  readonly trustsProxy?: boolean | undefined
}

/** A running app. */
export interface HostServer {
  /** How to send requests: `sendByHttp(port)`, or `sendByFetch(handler)` if it is called without a socket. */
  send: Send
  close(): Promise<void>
}
