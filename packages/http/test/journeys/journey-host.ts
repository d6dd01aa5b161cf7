import type { Host, HostServer } from '@kith/conformance'
import type { AccountOptions, Kith, KithOptions, MediaOptions } from '@kith/core'
import type { CaptionWriter, Challenge, Storage } from '@kith/core/ports'
import type { KithHttpOptions } from '@kith/http'

/** Additional options of a journey. */
export interface JourneySetup {
  http?: KithHttpOptions | undefined
  /** Access tokens are signed with a key pair. */
  asymmetric?: boolean | undefined
  revealTaken?: boolean | undefined
  /** Whether browsers may bind their sessions. @default true */
  deviceBound?: boolean | undefined
  /** Registrations confirm the email address by a code. */
  confirm?: boolean | undefined
  /** Options of accounts in addition to those above. */
  accounts?: AccountOptions | undefined
  /** The challenge for strangers with too many calls. */
  challenge?: Challenge | undefined
  limits?: KithOptions['limits']
  /** Users can also sign in with providers. */
  providers?: boolean | undefined
  /** Media is stored on a host that accepts files from browsers and serves them with signed URLs. */
  hosted?: boolean | undefined
  /** Every file has 24 megabytes when it is read. */
  largeFiles?: boolean | undefined
  /** @default the sketch captions of core */
  captions?: CaptionWriter | undefined
}

/** The media storage of one journey. */
export interface JourneyMedia {
  options: MediaOptions
  /** Every file that is stored or waits somewhere. */
  files(): Promise<string[]>
  close(): Promise<void>
}

/**
 * A framework in which Kith is mounted, with everything that a journey needs. Hosts differ in a few ways; a journey
 * accepts only those with a reason here.
 */
export interface JourneyHost extends Host {
  /** A fresh, empty storage. */
  makeStorage(): Promise<Storage>
  /** Real images and videos, in a new place. */
  makeMedia(): Promise<JourneyMedia>
  /**
   * Starts an app like {@link Host}, with additional routes that respond with `{ userId }`, `null` for a guest:
   * `GET POST /host/private` behind `requireViewer`, `GET POST /host/public` behind `readViewer`, and `GET POST /host/desk`
   * behind `requireRole` of `moderator` and `admin`; `GET POST /host/fresh` behind `requireFresh('10m')`; `GET POST HEAD /host/page` behind `renewViewer`, and `GET /host/page/private` behind
   * `renewViewer` and then `requireViewer`.
   */
  serve(kith: Kith, options: KithHttpOptions): Promise<JourneyServer>
  readonly prefix: string
  /** Why the host does not know the peer of a connection, and so does not notice an unconfigured proxy. */
  readonly hidesPeer?: string | undefined
  /** Why a body that is not JSON may get the host's own response. */
  readonly bodiesAnsweredByHost?: string | undefined
  /** Why an ambiguous path may get a response from the host: 400 or 404. */
  readonly pathsAnsweredByHost?: string | undefined
  /** Why Kith cannot end a response whose client does not read it. */
  readonly answersSentByHost?: string | undefined
}

/** A running app. */
export interface JourneyServer extends HostServer {
  /** How many client connections are open; none if the host has no socket. */
  connections(): Promise<number>
}
