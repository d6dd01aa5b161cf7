import * as z from 'zod'
import { type FieldError, InvalidInputError } from './errors.ts'
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

/** What people are shown of an account or a device: besides, nothing in it is invisible, and not all of it is blank. */
export function visible(text: z.ZodType<string, string>): z.ZodType<string, string> {
  return text
    .refine((value) => !hasInvisible(value), {
      error: 'Invisible characters and controls of direction are not allowed',
      params: { code: 'forbidden-character' },
    })
    .refine((value) => value === '' || hasVisible(value), {
      error: 'Give at least one character that can be seen',
      params: { code: 'blank' },
    })
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
        z.string().refine(isDirectionClosed, {
          error: 'Direction embeddings and overrides, and isolates that stay open, are not allowed',
          params: { code: 'forbidden-character' },
        }),
      )
  )
}

/** What may be normalized: a run of marks costs the square of its length. */
export function streamSafe(): z.ZodType<string, string> {
  return z.string().refine(isStreamSafe, {
    error: 'At most 30 combining marks in a row',
    params: { code: 'too-many-marks' },
  })
}

function storable(): z.ZodType<string, string> {
  return z.string().refine((text) => text.isWellFormed() && !text.includes('\0'), {
    error: 'The text holds a NUL or half a character',
    params: { code: 'forbidden-character' },
  })
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
  return [{ path, ...describe(issue) }]
}

function describe(issue: z.core.$ZodIssue): { code: string; message: string } {
  switch (issue.code) {
    case 'custom': {
      const code: unknown = issue.params?.['code']
      return { code: typeof code === 'string' ? code : 'malformed', message: issue.message }
    }
    case 'too_small':
      return { code: 'too-short', message: `At least ${issue.minimum}${unit(issue.origin)}` }
    case 'too_big':
      return { code: 'too-long', message: `At most ${issue.maximum}${unit(issue.origin)}` }
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? { code: 'required', message: 'This field is required' }
        : { code: 'wrong-type', message: `This has to be of type ${issue.expected}` }
    case 'invalid_format':
      return { code: 'malformed', message: issue.message }
    default:
      return { code: 'malformed', message: 'This value is not allowed here' }
  }
}

function unit(origin: string): string {
  return origin === 'string' ? ' characters' : ''
}
