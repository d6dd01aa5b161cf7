import type { ClientInfo, Viewer } from '@kith/core'
import { type BodySource, formType, readFormBody, readJsonBody } from './body.ts'
import { clientOf } from './client-of.ts'
import type { Cookies } from './cookies.ts'
import type { Credentials } from './credentials.ts'
import type { Guard } from './guard.ts'
import type { HttpRequest } from './http-request.ts'
import { readQuery } from './query.ts'
import type { OpenRequest } from './request-record.ts'
import type { Call, Params, RouteDescription } from './route.ts'
import type { PathMatch } from './route-table.ts'

/** Shared by the calls of one handler. */
export interface CallSite {
  guard: Guard
  cookies: Cookies
  bodyLimitBytes: number
  bodyTimeoutSeconds: number
}

/** A request with a known path, and where its route may be called from. */
interface Found {
  match: PathMatch
  fromOtherSite?: boolean | undefined
}

/** A request on its way through a route. Everything is computed on demand. */
export class RouteCall implements Call {
  readonly request: HttpRequest
  readonly params: Params
  readonly credentials: Credentials
  readonly setCookies: string[]
  readonly headers: Record<string, string> = {}
  body: unknown = undefined
  query: unknown = undefined
  readonly #site: CallSite
  readonly #open: OpenRequest
  readonly #search: string

  /** @throws origin-not-allowed */
  constructor(site: CallSite, { match, fromOtherSite = false }: Found, open: OpenRequest) {
    const request = open.head
    this.#site = site
    this.#open = open
    this.#search = match.query
    this.request = request
    this.params = match.params as Params
    this.credentials = fromOtherSite ? { kind: 'none' } : site.guard.credentials(request)
    this.setCookies =
      this.credentials.kind === 'conflict' ? site.cookies.clearEverywhere(match.requested) : []
  }

  get client(): ClientInfo {
    const { request } = this
    const device = this.#site.cookies.readDevice(request.headers.get('cookie'))
    return { ...clientOf(request, request.address), device }
  }

  async requireViewer(): Promise<Viewer> {
    return (this.#open.viewer = await this.#site.guard.viewerOf(this.credentials))
  }

  async readViewer(): Promise<Viewer | null> {
    return (this.#open.viewer = await this.#site.guard.guestOf(this.credentials))
  }

  read({ body, query, consumes }: RouteDescription): Promise<void> | undefined {
    if (query) this.query = readQuery(this.#search)
    if (body) return this.#readBody(readJsonBody)
    return consumes?.includes(formType) ? this.#readBody(readFormBody) : undefined
  }

  async #readBody(read: (source: BodySource) => Promise<object>): Promise<void> {
    const { bodyLimitBytes: limitBytes, bodyTimeoutSeconds: timeoutSeconds } = this.#site
    this.body = await read({ request: this.request, limitBytes, timeoutSeconds })
    this.#open.body = this.body
  }
}
