import * as z from 'zod'
import { InvalidInputError } from './errors.ts'
import { type FieldError, type FieldProblem, fieldErrorTable } from './field-errors.ts'
import { isDirectionClosed } from './text/direction.ts'
import { hasInvisible, hasVisible } from './text/invisible.ts'
import { isStreamSafe } from './text/stream-safe.ts'

/** Reads an input by its schema, or throws an {@link InvalidInputError} that names every field at once. */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue))
  // The first of each field: what follows from it, such as a length of the wrong type, helps nobody.
  const told = new Set<string>()
  const firsts = errors.filter(({ path }) => !told.has(path) && told.add(path))
  throw new InvalidInputError(firsts.slice(0, 50))
}

/**
 * A line of text: no control characters, no half of a character, no long piles of marks, no direction that reaches beyond
 * it. Trimmed and brought into Unicode form C.
 */
export function lineOfText(maxLength: number): z.ZodType<string, string> {
  return wellFormed(maxLength).refine((text) => !/\p{Cc}/u.test(text), control)
}

/** Text of several lines: like {@link lineOfText}, with tabs and line breaks. */
export function linesOfText(maxLength: number): z.ZodType<string, string> {
  return wellFormed(maxLength).refine((text) => !/[^\P{Cc}\t\n\r]/u.test(text), control)
}

const control = because({
  code: 'forbidden-character',
  kind: 'control',
  message: 'Control characters are not allowed',
})

/** What people are shown of an account or a device: besides, nothing in it is invisible, and not all of it is blank. */
export function visible(text: z.ZodType<string, string>): z.ZodType<string, string> {
  return text
    .refine(
      (value) => !hasInvisible(value),
      because({
        code: 'forbidden-character',
        kind: 'invisible',
        message: 'Invisible characters and direction controls are not allowed',
      }),
    )
    .refine(
      (value) => value === '' || hasVisible(value),
      because({ code: 'blank', message: 'Enter at least one visible character' }),
    )
}

/** Text as typed, unchanged: for passwords and tokens. */
export function exactText(minLength: number, maxLength: number): z.ZodType<string, string> {
  return z.string().min(minLength).max(maxLength).pipe(storable()).pipe(streamSafe())
}

// In steps, length first: a step is not taken where the one before failed, so no check runs over text of unlimited size.
function wellFormed(maxLength: number): z.ZodType<string, string> {
  return (
    z
      .string()
      .max(maxLength)
      .pipe(storable())
      .pipe(streamSafe())
      .pipe(z.string().transform((text) => text.normalize('NFC').trim()))
      // Composition can lengthen a text and its runs, and what is stored has to pass again.
      .pipe(z.string().max(maxLength))
      .pipe(streamSafe())
      .pipe(
        z.string().refine(
          isDirectionClosed,
          because({
            code: 'forbidden-character',
            kind: 'direction',
            message: 'Direction embeddings, overrides and unclosed isolates are not allowed',
          }),
        ),
      )
  )
}

/** What may be normalized: a run of marks costs the square of its length. */
export function streamSafe(): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      isStreamSafe,
      because({ code: 'too-many-marks', maximum: 30, message: 'At most 30 combining marks in a row' }),
    )
}

function storable(): z.ZodType<string, string> {
  return z.string().refine(
    (text) => text.isWellFormed() && !text.includes('\0'),
    because({
      code: 'forbidden-character',
      kind: 'broken',
      message: 'The string contains a NUL or half of a surrogate pair',
    }),
  )
}

/** What a check of a schema says of what it refuses. */
export function because({ message, ...params }: FieldProblem): { error: string; params: object } {
  return { error: message, params }
}

/** For checks over several fields, as their `when`: they run also where one field alone is wrong, so that all is told at once. */
export function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null
}

/** What an issue of a schema says is wrong, with one error for each field that is unknown. */
export function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.').slice(0, 100),
      code: 'unknown-field',
      message: 'Unknown field',
    }))
  }
  return [{ path, ...describe(issue) }]
}

function describe(issue: z.core.$ZodIssue): FieldProblem {
  const { message } = issue
  switch (issue.code) {
    case 'custom':
      return isProblem(issue.params) ? { ...issue.params, message } : { code: 'malformed', message }
    case 'too_small': {
      const [minimum, unit] = [Number(issue.minimum), unitOf(issue.origin)]
      const message = `At least ${inWords(minimum, unit)}`
      return unit ? { code: 'too-short', minimum, unit, message } : { code: 'too-small', minimum, message }
    }
    case 'too_big': {
      const [maximum, unit] = [Number(issue.maximum), unitOf(issue.origin)]
      const message = `At most ${inWords(maximum, unit)}`
      return unit ? { code: 'too-long', maximum, unit, message } : { code: 'too-large', maximum, message }
    }
    case 'invalid_type': {
      if (message.endsWith('received undefined'))
        return { code: 'required', message: 'This field is required' }
      const { expected } = issue
      return { code: 'wrong-type', expected, message: `This must be of type ${expected}` }
    }
    case 'invalid_format':
      return { code: 'malformed', message }
    default:
      return { code: 'malformed', message: 'This value is not allowed here' }
  }
}

/** Whether these are the parameters of {@link because}. */
function isProblem(params: unknown): params is Omit<FieldProblem, 'message'> & { code: 'malformed' } {
  return Object.hasOwn(fieldErrorTable, String((params as { code?: unknown } | undefined)?.code))
}

type Unit = 'characters' | 'items'

/** What a length counts in; `null` for a number. */
function unitOf(origin: string): Unit | null {
  if (origin === 'string') return 'characters'
  return origin === 'array' ? 'items' : null
}

function inWords(count: number, unit: Unit | null): string {
  if (unit === null) return String(count)
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`
}
