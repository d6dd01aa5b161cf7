import assert from 'node:assert/strict'
import type { WireAnswer } from '@kith/conformance'
import type { Problem, RouteDescription } from '@kith/http'

/** The parts of the OpenAPI document that are checked. */
export interface Description {
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
}

/** Checks that the document lists a response for its route, and a problem with its code. */
export function checkDescribed(
  { paths }: Description,
  { method, path }: RouteDescription,
  { status, headers, text }: WireAnswer,
): void {
  const operation = paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
  const response = operation?.responses[status]
  assert.ok(response, `${method} ${path} is not described as responding with ${status}: ${text}`)
  const type = headers.get('content-type')?.split(';')[0]
  if (type !== undefined && text !== '')
    assert.ok(
      Object.keys(response.content ?? {}).includes(type),
      `${method} ${path} is not described as ${type}`,
    )
  if (status < 400 || text === '') return
  const { code } = JSON.parse(text) as Problem
  assert.ok(
    response.description.includes(`\`${code}\``),
    `${method} ${path} is not described as responding with ${code}`,
  )
}
