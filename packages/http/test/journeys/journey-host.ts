import type { Host, HostServer } from '@kith/conformance'
import type { AccountOptions, Kith, KithOptions, MediaOptions } from '@kith/core'
import type { CaptionWriter, Challenge, Storage } from '@kith/core/ports'
import type { KithHttpOptions } from '@kith/http'

/** What a journey needs besides the usual. */
export interface JourneySetup {
  http?: KithHttpOptions | undefined
  /** Access tokens that are signed with a key pair. */
  asymmetric?: boolean | undefined
  revealTaken?: boolean | undefined
  /** Whether browsers may bind their sessions. @default true */
  deviceBound?: boolean | undefined
  /** Registrations confirm the email address by a code. */
  confirm?: boolean | undefined
  /** Options of accounts besides those above. */
  accounts?: AccountOptions | undefined
  /** What too many calls of strangers have to solve. */
  challenge?: Challenge | undefined
  limits?: KithOptions['limits']
  /** People sign in elsewhere as well. */
  providers?: boolean | undefined
  /** Media are at a host that accepts files from browsers and shows them by signed URLs. */
  hosted?: boolean | undefined
  /** Every file is as long as 24 megabytes when it is read. */
  largeFiles?: boolean | undefined
  /** @default the sketches of core */
  captions?: CaptionWriter | undefined
}

/** Where the media of one journey are. */
export interface JourneyMedia {
  options: MediaOptions
  /** Every file that is kept or waiting somewhere. */
  files(): Promise<string[]>
  close(): Promise<void>
}

/**
 * A framework that Kith is mounted in, with all that a journey needs. Hosts differ in a few ways; each one that a journey
 * allows for has its reason here.
 */
export interface JourneyHost extends Host {
  /** A fresh, empty storage. */
  makeStorage(): Promise<Storage>
  /** Real images and videos, in a fresh place. */
  makeMedia(): Promise<JourneyMedia>
  /**
   * Starts an app as {@link Host} says, and with routes that respond with `{ userId }`, `null` for a guest:
   * `GET POST /host/private` behind `requireViewer`, `GET POST /host/public` behind `readViewer`, and `GET POST /host/desk`
   * behind `requireRole` of `moderator` and `admin`; `GET POST /host/fresh` behind `requireFresh('10m')`; `GET POST HEAD /host/page` behind `renewViewer`, and `GET /host/page/private` behind
   * `renewViewer` and then `requireViewer`.
   */
  serve(kith: Kith, options: KithHttpOptions): Promise<JourneyServer>
  readonly prefix: string
  /** Why it does not know the other end of a connection, and so does not notice a proxy that it was not told of. */
  readonly hidesPeer?: string | undefined
  /** Why a body that is no JSON gets a response of the host, in its own words. */
  readonly bodiesAnsweredByHost?: string | undefined
  /** Why a path that readers could take differently may get a response of the host: 400 or 404. */
  readonly pathsAnsweredByHost?: string | undefined
  /** Why Kith cannot end the response of a client that reads nothing of it. */
  readonly answersSentByHost?: string | undefined
}

/** A running app. */
export interface JourneyServer extends HostServer {
  /** How many connections of clients are open; none if the host has no socket. */
  connections(): Promise<number>
}
