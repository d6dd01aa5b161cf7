import { type ErrorCode, isKithError, isRetryLater, type Viewer } from '@kith/core'
import type { Log } from '@kith/core/adapter'
import { type HttpRequest, type RequestHead, requestIdOf, type RequestOrigin } from './http-request.ts'
import { secretsOf } from './request-secrets.ts'

/** One request of Kith, when it has ended: what the log and metrics are made of. */
export interface RequestRecord {
  /** From `x-request-id`, the host, or made; the response has it as well. */
  readonly id: string
  readonly method: string
  /** The template of its path with the prefix, such as `/api/v1/posts/:id`; `null` where no route was found. Never the path. */
  readonly route: string | null
  /** `kith`: a route of Kith. `host`: Kith refused it, or signed in, for a route of the host. */
  readonly of: 'kith' | 'host'
  /** What Kith answered; 200 where a route of the host goes on, 499 where the work was stopped because the client had gone. */
  readonly status: number
  /** The code of the problem; `null` where all went well. A response that broke off has the status it began with, and a code. */
  readonly code: ErrorCode | null
  /** What is wrong inside and what to do about it, also where the client was not told. */
  readonly detail: string | null
  /** The limit or the queue that refused it. */
  readonly refusedBy: string | null
  readonly userId: string | null
  readonly sessionId: string | null
  /** The admin who acts as that account; `null` for its owner. */
  readonly actorId: string | null
  /** Until the response was there, or had been streamed to its end. */
  readonly seconds: number
  /** The client went away before it had the response, as far as Kith saw. */
  readonly clientLeft: boolean
}

/** How a request ended, where its host does not know better. */
export interface Ending {
  brokeOff?: boolean
  clientLeft?: boolean
}

/** What the records of one handler depend on. */
export interface RecordOptions {
  log: Log
  /** Whether the logger of a request takes the place of the log's. */
  viaHost: boolean
  /** Hear of each record; one that fails is logged and breaks nothing. */
  listeners: readonly ((record: RequestRecord) => void)[]
}

const unremarkable: Ending = Object.freeze({})

/** A request that is under way. What is learned of it is filled in. */
export class OpenRequest<Head extends RequestHead = HttpRequest> {
  readonly id: string
  readonly head: Head
  readonly of: 'kith' | 'host'
  viewer: Viewer | null = null
  route: string | null = null
  error: unknown = null
  /** The body as it was parsed, and the query: what of it is in an error must not be in the log. */
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
    // Nobody hears of it.
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

/** What is nobody's mistake here, and goes away when something else comes back. */
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
    // For 4xx it is what the client was told, and says what it sent.
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
  // A queue that is full has a name; what is busy for another reason has a cause.
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
