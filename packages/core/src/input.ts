import * as z from 'zod'
import { InvalidInputError } from './errors.ts'
import { type FieldError, type FieldProblem, fieldErrorTable } from './field-errors.ts'
import { isDirectionClosed } from './text/direction.ts'
import { hasInvisible, hasVisible } from './text/invisible.ts'
import { isStreamSafe } from './text/stream-safe.ts'

/** Parses an input with its schema, or throws an {@link InvalidInputError} that names every invalid field. */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue))
  // Only the first error of each field: errors that follow from it, such as a length of the wrong type, are noise.
  const told = new Set<string>()
  const firsts = errors.filter(({ path }) => !told.has(path) && told.add(path))
  throw new InvalidInputError(firsts.slice(0, 50))
}

/**
 * A line of text: no control characters, lone surrogates, long runs of combining marks, or direction controls that
 * reach beyond it. Trimmed and normalized to NFC.
 */
export function lineOfText(maxLength: number): z.ZodType<string, string> {
  return wellFormed(maxLength).refine((text) => !/\p{Cc}/u.test(text), control)
}

/** Text with several lines: like {@link lineOfText}, with tabs and line breaks. */
export function linesOfText(maxLength: number): z.ZodType<string, string> {
  return wellFormed(maxLength).refine((text) => !/[^\P{Cc}\t\n\r]/u.test(text), control)
}

const control = because({
  code: 'forbidden-character',
  kind: 'control',
  message: 'Control characters are not allowed',
})

/** Visible names of an account or a device: in addition, nothing in it is invisible, and not all of it is blank. */
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

/** Text exactly as typed: for passwords and tokens. */
export function exactText(minLength: number, maxLength: number): z.ZodType<string, string> {
  return z.string().min(minLength).max(maxLength).pipe(storable()).pipe(streamSafe())
}

// Checks run in steps, length first, and stop at the first failure, so no check runs over text of unlimited size.
function wellFormed(maxLength: number): z.ZodType<string, string> {
  return (
    z
      .string()
      .max(maxLength)
      .pipe(storable())
      .pipe(streamSafe())
      .pipe(z.string().transform((text) => text.normalize('NFC').trim()))
      // Composition can lengthen a text and its runs, so the result is checked again.
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

/** Whether text may be normalized: a run of marks costs the square of its length. */
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

/** What a schema check reports for a refused value. */
export function because({ message, ...params }: FieldProblem): { error: string; params: object } {
  return { error: message, params }
}

/**
 * The `when` of checks over several fields: they also run if a single field is invalid, so that all errors are reported
 * together.
 */
export function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null
}

/** Converts an issue of a schema, with one error for each unknown field. */
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

/** The unit of a length; `null` for a number. */
function unitOf(origin: string): Unit | null {
  if (origin === 'string') return 'characters'
  return origin === 'array' ? 'items' : null
}

function inWords(count: number, unit: Unit | null): string {
  if (unit === null) return String(count)
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`
}
