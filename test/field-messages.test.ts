import { expect, test } from 'vitest'
import * as z from 'zod'
import { fieldErrors } from '../packages/core/src/input.ts'
import { sampleRoutes } from '../scripts/generated-docs.ts'

/** Words that users cannot know: patterns, JavaScript types, terms of the validation library. */
const ofLibrary = /Invalid (input|string|option)|expected|pattern|regex|undefined/i

const wrong: readonly unknown[] = ['', '\0', '!?\u0301', ' ', 'x'.repeat(5_000), 7, {}, [''], null]

/** The messages of a schema for invalid values, one field at a time. */
function messagesOf(schema: z.ZodType): [field: string, message: string][] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.keys(properties).flatMap((field) =>
    wrong.flatMap((value) => {
      const { error } = schema.safeParse({ [field]: value })
      return (error?.issues ?? []).flatMap((issue) =>
        fieldErrors(issue)
          .filter(({ path }) => path.split('.')[0] === field)
          .map(({ message }): [string, string] => [field, message]),
      )
    }),
  )
}

test('field errors are in plain words, on every route', () => {
  const found = sampleRoutes().flatMap(({ operationId, body, query }) =>
    [body, query].flatMap((schema) =>
      (schema ? messagesOf(schema) : []).map(([field, message]) => `${operationId} ${field}: ${message}`),
    ),
  )
  expect(found.length).toBeGreaterThan(500)
  expect([...new Set(found.filter((line) => ofLibrary.test(line.slice(line.indexOf(':')))))]).toEqual([])
})

test('messages of the validation library would be detected', () => {
  const said = messagesOf(z.strictObject({ code: z.string().regex(/^\d$/) })).map(([, message]) => message)
  expect(said.some((message) => ofLibrary.test(message))).toBe(true)
})
