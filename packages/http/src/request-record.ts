import { type ErrorCode, isKithError, isRetryLater, type Viewer } from '@kith/core'
import type { Log } from '@kith/core/adapter'
import { type HttpRequest, type RequestHead, requestIdOf, type RequestOrigin } from './http-request.ts'
import { secretsOf } from './request-secrets.ts'

/** One finished request of Kith: the source of the log and metrics. */
export interface RequestRecord {
  /** From `x-request-id`, the host, or generated; the response has it as well. */
  readonly id: string
  readonly method: string
  /**
   * The template of its path with the prefix, such as `/api/v1/posts/:id`; `null` if no route was found. Never the
   * path.
   */
  readonly route: string | null
  /** `kith`: a route of Kith. `host`: Kith refused it, or signed in, for a route of the host. */
  readonly of: 'kith' | 'host'
  /** Kith's status; 200 if a route of the host continues, 499 if the work was stopped because the client was gone. */
  readonly status: number
  /** The code of the problem; `null` for success. A truncated response has its original status, and a code. */
  readonly code: ErrorCode | null
  /** The internal problem and what to do about it, even if the client was not told. */
  readonly detail: string | null
  /** The limit or the queue that refused it. */
  readonly refusedBy: string | null
  readonly userId: string | null
  readonly sessionId: string | null
  /** The admin who acts as that account; `null` for its owner. */
  readonly actorId: string | null
  /** Until the response was ready, or had been streamed to its end. */
  readonly seconds: number
  /** The client went away before it had the response, as far as Kith could see. */
  readonly clientLeft: boolean
}

/** How a request ended, unless its host knows more. */
export interface Ending {
  brokeOff?: boolean
  clientLeft?: boolean
}

/** The dependencies of the records of one handler. */
export interface RecordOptions {
  log: Log
  /** Whether a request's logger replaces that of the log. */
  viaHost: boolean
  /** Called with each record; one that fails is logged and breaks nothing. */
  listeners: readonly ((record: RequestRecord) => void)[]
}

const unremarkable: Ending = Object.freeze({})

/** A running request. Its data is filled in along the way. */
export class OpenRequest<Head extends RequestHead = HttpRequest> {
  readonly id: string
  readonly head: Head
  readonly of: 'kith' | 'host'
  viewer: Viewer | null = null
  route: string | null = null
  error: unknown = null
  /** The parsed body, and the query: if an error contains their values, they must not be logged. */
  body: unknown = undefined
  query = ''
  readonly #options: RecordOptions
  readonly #origin: RequestOrigin
  readonly #started: number
  #isOpen = true

  constructor(
    options: RecordOptions,
    head: Head,
    of: { of: 'kith' | 'host'; origin: RequestOrigin; started?: number | undefined },
  ) {
    this.#options = options
    this.#origin = of.origin
    this.#started = of.started ?? performance.now()
    this.head = head
    this.of = of.of
    this.id = requestIdOf(head, of.origin.id)
  }

  /** Ends it once; later calls do nothing. */
  end(status: number, { brokeOff = false, clientLeft }: Ending = unremarkable): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { error, head } = this
    const { log, viaHost, listeners } = this.#options
    const { logger } = this.#origin
    const own = viaHost && logger ? log.via(logger) : log
    // No observers.
    if (error === null && status < 429 && listeners.length === 0 && !own.takesInfo()) return
    const problem = isKithError(error) ? error : null
    const record: RequestRecord = {
      id: this.id,
      method: head.method,
      route: this.route,
      of: this.of,
      status,
      code: problem?.code ?? (error === null ? null : 'internal-error'),
      detail: problem?.detail ?? null,
      refusedBy: isRetryLater(error) ? error.refusedBy : null,
      userId: this.viewer?.userId ?? null,
      sessionId: this.viewer?.sessionId ?? null,
      actorId: this.viewer?.actorId ?? null,
      seconds: (performance.now() - this.#started) / 1000,
      clientLeft: clientLeft ?? this.#origin.hasLeft?.() ?? false,
    }
    tell(log, listeners, record)
    logRequest(own, record, {
      error,
      brokeOff,
      secrets: () => secretsOf({ headers: head.headers, body: this.body, query: this.query }),
    })
  }
}

function tell(log: Log, listeners: RecordOptions['listeners'], record: RequestRecord): void {
  for (const listener of listeners) {
    try {
      listener(record)
    } catch (error) {
      log.error('listener.failed', {
        message: '`onRequest` failed.',
        error,
        fields: { listens: 'onRequest' },
      })
    }
  }
}

/** Not a mistake of this server, and over when a dependency recovers. */
const outages: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'storage-busy',
  'storage-read-only',
  'storage-full',
  'storage-unavailable',
  'media-unavailable',
  'captions-unavailable',
  'not-configured',
])

interface Reason {
  error: unknown
  brokeOff: boolean
  secrets: () => readonly string[]
}

function logRequest(log: Log, record: RequestRecord, { error, brokeOff, secrets }: Reason): void {
  const {
    id,
    method,
    route,
    status,
    code,
    detail,
    refusedBy,
    userId,
    sessionId,
    actorId,
    seconds,
    clientLeft,
  } = record
  const name = nameOf(record, brokeOff)
  if (name === 'request.ended' && !log.takesInfo()) return
  const place = `${method} ${route ?? '(no route)'}`
  const isProblem = name === 'request.failed' || name === 'request.broke-off'
  const entry = {
    message: `${place}: ${brokeOff ? 'the response was cut off' : (code ?? status)}`,
    // For 4xx it is the client's detail, and may quote its input.
    detail: isProblem ? detail : null,
    ...(isProblem && { error: reasonOf(error) }),
    fields: {
      requestId: id,
      method,
      route,
      status,
      code,
      refusedBy,
      userId,
      sessionId,
      ...(actorId !== null && { actorId }),
      seconds: Math.round(seconds * 10_000) / 10_000,
      ...(clientLeft && { clientLeft }),
    },
    // Refusals are counted by what refuses, not by each route.
    ...(name === 'request.refused' && { kind: `${code} ${refusedBy}` }),
    secrets,
  }
  if (name === 'request.ended') log.info(name, entry)
  else if (name === 'request.refused' || isOutage(error)) log.warn(name, entry)
  else log.error(name, entry)
}

function nameOf(
  { status, code, refusedBy }: RequestRecord,
  brokeOff: boolean,
): 'request.broke-off' | 'request.failed' | 'request.refused' | 'request.ended' {
  if (brokeOff) return 'request.broke-off'
  // A full queue has a name; anything else that is busy has a cause.
  if (status === 429 || (code === 'busy' && refusedBy !== null)) return 'request.refused'
  return status >= 500 ? 'request.failed' : 'request.ended'
}

function isOutage(error: unknown): boolean {
  return isKithError(error) && (outages.has(error.code) || error.code === 'busy')
}

/** A `KithError` without a cause has said all in its code and detail; its stack says where. */
function reasonOf(error: unknown): unknown {
  return isKithError(error) && error.cause !== undefined ? error.cause : error
}
