import type { Kith } from '@kith/core'
import type { Send } from './wire.ts'

/** The header by which the guard of a host shows that it saw a request. */
export const guardHeader = 'x-guard'

/** Options for the routes of Kith that a case needs. */
export interface HostOptions {
  allowedOrigins: readonly string[]
  /** Routes of Kith to leave out. */
  routes?: { readonly register?: false } | undefined
}

/** A framework that Kith is mounted in. */
export interface Host {
  /**
   * Serves an app with this Kith in it, and with two things of its own, both in the ways of the framework:
   * `POST <prefix>/echo` responds with the JSON that it got from the framework's own parser; and in front of Kith stands a
   * guard as an app would have it for invitations: for exactly `POST <prefix>/users/register` it adds {@link guardHeader} to
   * the response and lets Kith go on. Where `routes` leave registration out, there is a third behind Kith, in its place:
   * `POST <prefix>/users/register` responds with the JSON `{ "own": true }`.
   */
  serve(kith: Kith, options: HostOptions): Promise<HostServer>
  /** What stands before the paths of Kith. @default '/api/v1' */
  readonly prefix?: string | undefined
  /** The client's IP address as this host knows it. @default '127.0.0.1' */
  readonly address?: string | undefined
  /** Whether the app was told to believe `X-Forwarded-For` of this machine. @default false */
  readonly trustsProxy?: boolean | undefined
}

/** An app that is served. */
export interface HostServer {
  /** How requests reach it: `sendByHttp(port)`, or `sendByFetch(handler)` if it is called without a socket. */
  send: Send
  close(): Promise<void>
}
