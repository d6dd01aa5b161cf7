import assert from 'node:assert/strict'
import type { WireAnswer } from '@kith/conformance'
import type { Problem, RouteDescription } from '@kith/http'

/** What is looked at in the OpenAPI document. */
export interface Description {
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
}

/** Checks that a response is one of those that the document names for its route, and a problem by its code. */
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
