import { z } from 'zod'
import { type FieldError, InvalidInputError } from './errors.ts'

/** Reads an input by its schema, or throws an {@link InvalidInputError} that names every field at once. */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new InvalidInputError(result.error.issues.flatMap((issue) => fieldErrors(issue)).slice(0, 50))
}

/** A line of text: no control characters, no half of a character. Trimmed and brought into Unicode form C. */
export function lineOfText(maxLength: number): z.ZodType<string, string> {
  return wellFormed(maxLength).refine((text) => !/\p{Cc}/u.test(text), {
    error: 'Control characters are not allowed',
    params: { code: 'forbidden-character' },
  })
}

/** Text of several lines: like {@link lineOfText}, with tabs and line breaks. */
export function linesOfText(maxLength: number): z.ZodType<string, string> {
  return wellFormed(maxLength).refine((text) => !/[^\P{Cc}\t\n\r]/u.test(text), {
    error: 'Control characters are not allowed',
    params: { code: 'forbidden-character' },
  })
}

/** Text as typed, unchanged: for passwords and tokens. */
export function exactText(minLength: number, maxLength: number): z.ZodType<string, string> {
  return z.string().min(minLength).max(maxLength).refine(isStorable, notStorable)
}

// Length first: nothing costly may run over text of unlimited size.
function wellFormed(maxLength: number): z.ZodType<string, string> {
  return z
    .string()
    .max(maxLength)
    .refine(isStorable, notStorable)
    .transform((text) => text.normalize('NFC').trim())
}

const notStorable = { error: 'The text holds a NUL or half a character', params: { code: 'forbidden-character' } }

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

const codeOfIssue: Partial<Record<z.core.$ZodIssue['code'], string>> = {
  too_big: 'too-long',
  too_small: 'too-short',
  invalid_type: 'wrong-type',
  invalid_union: 'wrong-type',
  invalid_value: 'not-allowed',
  invalid_format: 'malformed',
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.').slice(0, 100),
      code: 'unknown-field',
      message: 'There is no such field',
    }))
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return [{ path, code: 'required', message: 'This field is required' }]
  }
  const custom = issue.code === 'custom' ? issue.params?.['code'] : undefined
  const code = typeof custom === 'string' ? custom : (codeOfIssue[issue.code] ?? 'malformed')
  return [{ path, code, message: issue.message }]
}
