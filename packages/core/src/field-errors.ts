/**
 * Every code of a {@link FieldError}: what it means, and its parameters, with which an app can translate it. Codes and
 * parameters are stable.
 */
export const fieldErrorTable = {
  required: { meaning: 'The field is missing', parameters: {} },
  'unknown-field': { meaning: 'The input has no such field', parameters: {} },
  'wrong-type': { meaning: 'The value is not of the type `expected`', parameters: { expected: 'text' } },
  'too-short': {
    meaning: 'Less than `minimum`, counted in `unit`',
    parameters: { minimum: 'number', unit: ['characters', 'items'] },
  },
  'too-long': {
    meaning: 'More than `maximum`, counted in `unit`',
    parameters: { maximum: 'number', unit: ['characters', 'items', 'bytes'] },
  },
  'too-small': { meaning: 'A number that is less than `minimum`', parameters: { minimum: 'number' } },
  'too-large': { meaning: 'A number that is more than `maximum`', parameters: { maximum: 'number' } },
  malformed: { meaning: 'The field does not accept this value', parameters: {} },
  'forbidden-character': {
    meaning: 'A character that is not allowed, because of its `kind`',
    parameters: { kind: ['control', 'invisible', 'direction', 'broken'] },
  },
  'too-many-marks': {
    meaning: 'More than `maximum` combining marks in a row',
    parameters: { maximum: 'number' },
  },
  blank: { meaning: 'No visible character', parameters: {} },
  reserved: { meaning: 'The username is reserved', parameters: {} },
  taken: { meaning: 'Another account has it', parameters: {} },
  ambiguous: { meaning: 'Only one of several equivalent fields is allowed', parameters: {} },
  'too-easy': {
    meaning: 'The password is easy to guess, for this `reason`',
    parameters: { reason: ['repetitive', 'own-name'] },
  },
  'too-common': { meaning: 'The password is very common', parameters: {} },
  breached: { meaning: 'The password appeared in a data breach', parameters: {} },
  repeated: { meaning: 'The post has the same upload twice', parameters: {} },
  unavailable: { meaning: 'Not an unused upload of this account', parameters: {} },
} as const

Object.freeze(fieldErrorTable)

/** One of the stable codes of {@link fieldErrorTable}. */
export type FieldErrorCode = keyof typeof fieldErrorTable

type Value<Kind> = Kind extends readonly (infer Word)[] ? Word : Kind extends 'number' ? number : string

/** The parameters of a code of {@link fieldErrorTable}. */
export type FieldErrorParameters<Code extends FieldErrorCode> = {
  -readonly [Name in keyof (typeof fieldErrorTable)[Code]['parameters']]: Value<
    (typeof fieldErrorTable)[Code]['parameters'][Name]
  >
}

/** What is wrong with one field of an input, without the field's name. */
export type FieldProblem = {
  [Code in FieldErrorCode]: {
    /** A stable code of {@link fieldErrorTable}. */
    code: Code
    /** A sentence for a person. Never repeats the input. */
    message: string
  } & FieldErrorParameters<Code>
}[FieldErrorCode]

/** What is wrong with one field of an input: `{ path: 'password', code: 'too-short', minimum: 8, unit: 'characters', message }`. */
export type FieldError = FieldProblem & {
  /** The path in the input: `username`, `media.0.alt`. Empty for the input as a whole. */
  path: string
}
