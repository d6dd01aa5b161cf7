import assert from 'node:assert/strict'
import type { AuditEntry, CodeSent, Page, Session } from '@kith/core'
import {
  type EditAnswer,
  type Me,
  type Problem,
  type RefreshAnswer,
  type RouteDescription,
  type SignInAnswer,
  shapes,
} from '@kith/http'
import type { WireAnswer } from '@kith/conformance'
import { errorPages } from '../../src/problem.ts'

/** A response of Kith. Each reader checks the status and the shape, and allows nothing that is not described. */
export interface Answer extends WireAnswer {
  json(): unknown
  signIn(status?: number): SignInAnswer
  refreshed(): RefreshAnswer
  user(): Me
  /** The response of an edit, with the new session next to the account if the password was given. */
  edited(): EditAnswer
  sessions(): Page<Session>
  /** A page of the audit log. */
  audit(): Page<AuditEntry>
  /** The response of every call that sends a code. */
  codeSent(): CodeSent
  /** A response with status 204. */
  done(): void
  problem(code: Problem['code']): Problem
  /** The invalid fields of the input, each as its path and code, in alphabetical order. */
  invalid(): string[]
}

/** Adds the readers to a response. */
export function toAnswer(wire: WireAnswer): Answer {
  function read<Shape>(status: number, shape: { parse(value: unknown): Shape }): Shape {
    assert.equal(wire.status, status, wire.text)
    return shape.parse(JSON.parse(wire.text))
  }
  function problem(code: Problem['code']): Problem {
    const found = shapes.Problem.parse(JSON.parse(wire.text))
    assert.equal(found.code, code, wire.text)
    return found
  }
  return {
    ...wire,
    json: () => JSON.parse(wire.text) as unknown,
    signIn: (status = 200) => read(status, shapes.SignIn),
    refreshed: () => read(200, shapes.Refreshed),
    user: () => read(200, shapes.Me),
    edited: () => read(200, shapes.Edit),
    sessions: () => read(200, shapes.SessionPage),
    audit: () => read(200, shapes.AuditPage),
    codeSent: () => read(202, shapes.CodeSent),
    done: () => assert.equal(wire.status, 204, wire.text),
    problem,
    invalid() {
      const { errors = [] } = problem('invalid-input')
      return errors.map(({ path, code }) => `${path} ${code}`).sort()
    },
  }
}

/** Checks what is true for every response of Kith, whatever the request. */
export function checkAnswer(wire: WireAnswer, route: RouteDescription | undefined, method: string): void {
  const { status, headers, text } = wire
  assert.match(headers.get('vary') ?? '', /\bOrigin\b/)
  assert.match(headers.get('x-request-id') ?? '', /^[\w.:=+/@-]{1,64}$/)
  if (status === 204 || method === 'HEAD') {
    assert.equal(text, '')
    if (status === 204 && method !== 'OPTIONS') assert.equal(route?.status, 204)
    return
  }
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  if (status < 400) {
    if (route?.produces) return
    if (status === 303) return assert.ok(headers.get('location'))
    assert.equal(status, route?.status, text)
    assert.equal(headers.get('content-type'), 'application/json')
    route?.output?.parse(JSON.parse(text))
    return
  }
  assert.ok(status < 500 || status === 503, `${status} ${text}`)
  checkProblem(wire)
}

function checkProblem({ status, headers, text }: WireAnswer): void {
  assert.equal(headers.get('content-type'), 'application/problem+json')
  assert.equal(headers.get('cache-control'), 'no-store')
  const problem = shapes.Problem.parse(JSON.parse(text))
  assert.equal(problem.status, status)
  assert.equal(problem.requestId, headers.get('x-request-id'))
  assert.equal(problem.type, `${errorPages}${problem.code}.md`)
  assert.equal(headers.has('www-authenticate'), status === 401)
  assert.equal(headers.has('retry-after'), status === 429 || status === 503)
  assert.equal(headers.has('allow'), status === 405)
}
