import type { Kith, MediaOptions } from '@kith/core'
import type { CaptionWriter, Storage } from '@kith/core/ports'
import type { KithHttpOptions } from '@kith/http'
import type { Send } from './wire.ts'

/** What a journey needs besides the usual. */
export interface JourneySetup {
  http?: KithHttpOptions | undefined
  /** Access tokens that are signed with a key pair. */
  asymmetric?: boolean | undefined
  revealTaken?: boolean | undefined
  /** Media are at a host that takes files from browsers and shows them by signed addresses. */
  hosted?: boolean | undefined
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

/** The header by which the guard of a host shows that it saw a request. */
export const guardHeader = 'x-guard'

/** A framework that Kith is mounted in. */
export interface JourneyHost {
  /** A fresh, empty storage. */
  makeStorage(): Promise<Storage>
  /** Real images and videos, in a fresh place. */
  makeMedia(): Promise<JourneyMedia>
  /**
   * Starts an app with Kith and these routes of its own, which answer JSON:
   * `GET POST /host/private` behind `requireViewer` and `GET POST /host/public` behind `readViewer` answer
   * `{ userId }`, `null` for a guest; `GET POST /host/desk` behind `requireRole` of `moderator` and `admin` answers the same;
   * `POST /host/echo` answers the JSON it got by the host's own parser;
   * `GET <basePath>/host` answers `{ host: true }`. In front of Kith stands a guard as an app would have it for invitations:
   * on exactly the path `<basePath>/users/register`, by the router of the host or its raw target, it adds
   * {@link guardHeader} to the answer.
   */
  serve(kith: Kith, options: KithHttpOptions): Promise<JourneyServer>
  readonly conditions: JourneyConditions
}

/** A running app. */
export interface JourneyServer {
  send: Send
  /** How many connections of clients are open; none where the host has no socket. */
  connections(): Promise<number>
  close(): Promise<void>
}

/** In what the hosts differ. Each difference that a journey allows for has its reason here. */
export interface JourneyConditions {
  /** What stands before the paths of Kith: the `prefix` of its Kith. */
  readonly basePath: string
  /** The host was told to believe `X-Forwarded-For`, so that header is the client's address; elsewhere it means nothing. */
  readonly trustsProxy: boolean
  /** The host knows the other end of a connection, so it sees a proxy that nobody told it of. */
  readonly knowsPeer: boolean
  /** Why a body that is no JSON is answered by the host, in its own words, and how: `null` where Kith answers. */
  readonly bodiesAnsweredByHost: string | null
  /** Why a path that readers could take differently may be answered by the host, as 400 or 404: `null` where Kith answers. */
  readonly addressesAnsweredByHost: string | null
  /** Why Kith cannot end the answer of a client that takes nothing of it: `null` where it does. */
  readonly answersSentByHost: string | null
}
