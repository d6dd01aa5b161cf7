import { type FieldError, isInvalidInput, type Kith } from '@kith/core'
import { parseInput } from '../packages/core/src/input.ts'
import type { RouteDescription } from '../packages/http/src/route.ts'

type Schema = NonNullable<RouteDescription['body']>

/** The rules of each field in addition to its type and its length. A route field that is missing here fails the generator. */
const rules: Readonly<Record<string, string>> = {
  username:
    'Letters a to z, digits, underscores, and single dots between them, after folding: letter case and look-alike forms do not make a name different. Neither a reserved name nor one that resembles it.',
  email: 'An email address; letter case does not matter, and the domain may be in any script.',
  phone: 'International form, like `+4915112345678`; blanks, dots, dashes and brackets are dropped.',
  name: 'One line. Nothing in it is invisible.',
  bio: 'Several lines. Nothing in it is invisible.',
  password:
    'Used as typed. A new one must not repeat a pattern, be common, or be a name of the account or a word of the app; with `passwords.breached`, it must not be known from a breach.',
  newPassword: 'Same rules as the password of a registration.',
  currentPassword: 'Required to change an identifier.',
  deviceName: 'One line, shown in the list of sessions; derived from the `User-Agent` if absent.',
  transport:
    'How the tokens are returned: as cookies (the default), or in the response for `Authorization: Bearer`.',
  deviceToken: 'From an earlier sign-in on this device, for clients without cookies.',
  login: 'A username or an email address; omit it if another field identifies the account.',
  refreshToken: 'For clients without cookies.',
  flow: 'The `flow` from the call that sent the code.',
  code: 'Six digits, with or without spaces; or the code from the link in the message.',
  purpose: 'The purpose of the code.',
  challenge: 'The `challenge.token` of the problem `second-factor-required`.',
  recoveryCode: 'One of the recovery codes, in any spelling.',
  passkey:
    'For a sign-in the `toJSON()` of the result of `navigator.credentials.get()`; for a proof `{ token, response }`, with that as the response.',
  trustDevice: 'Whether to skip the second factor on this device for `sessions.trustDevices`.',
  token: 'The `token` from the call that started this.',
  response: 'The `toJSON()` of the result of `navigator.credentials`.',
  conditional: 'Whether the browser creates the passkey without asking.',
  kind: 'Which one to confirm.',
  returnTo: 'The path of your app that the browser returns to; `/` if absent.',
  media:
    'For a post 1 to 10 ids of your own unused uploads, or `{ id, alt }` with up to 1,000 characters of `alt`; each once. For an avatar or a cover one id of an image.',
  caption: 'Several lines, measured in graphemes. Required if a post has no media (`posts.textOnly`).',
  contentType: 'The bytes of the file have to match this type.',
  size: 'Exact size in bytes; the maximum is an option of `media`.',
  hint: 'What the caption should say.',
  reason: 'Several lines, visible to the owner of the account.',
  until: 'ISO 8601, in the future; if absent, the suspension lasts until it is lifted.',
  role: 'One of `accounts.backOffice.over`.',
  language: 'BCP 47, like `en` or `pt-BR`.',
  count: '3 if absent.',
  passwordHash: 'Argon2, or a format that a verifier of `passwords.legacy` supports; `null` for no password.',
  emailVerified: 'Whether it was verified in the other system.',
  phoneVerified: 'Whether it was verified in the other system.',
  createdAt: 'When the account was created there; now, if absent.',
  solution: 'The solution of the `puzzle` of the problem `challenge-required`.',
  invitation: 'The code of an invitation, in any spelling.',
  age: '`{ from, to, source }`: the minimum and the maximum age in years, with `to` `null` for no limit, and the source.',
  uses: 'How many accounts it admits; 1 if absent. At most what `accounts.invitations.roles` allows.',
  expiresAt: 'ISO 8601. No later than `accounts.invitations.lasts`, which is the default.',
  note: 'One line, for its owner.',
}

/** Strings of these lengths reveal the bounds of a field. */
const lengths = [0, 1, 31, 41, 101, 121, 255, 257, 301, 501, 1025, 2049, 2201, 4097, 20_001]

interface JsonSchema {
  type?: string
  enum?: readonly string[]
  anyOf?: readonly JsonSchema[]
  minimum?: number
  maximum?: number
  maxItems?: number
  properties?: Readonly<Record<string, JsonSchema>>
  required?: readonly string[]
}

/** The fields of every JSON body, as a Markdown table for each; those of `accounts.import` last. */
export function fieldTables(routes: readonly RouteDescription[], { accounts }: Kith): string {
  const ofRoutes = routes.flatMap(({ method, path, body }) =>
    body ? [fieldTable(`${method} ${path}`, body)] : [],
  )
  return [...ofRoutes, fieldTable('accounts.import', accounts.inputs.import)].join('\n\n')
}

function fieldTable(where: string, schema: Schema): string {
  const { properties = {}, required = [] } = schema.toJSONSchema({
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema
  const rows = Object.entries(properties).map(([name, field]) => {
    const rule = rules[name]
    if (rule === undefined) throw new TypeError(`scripts/field-docs.ts has no rule of ${name}, of ${where}`)
    const given = required.includes(name) ? '**required**' : ''
    return `| \`${name}\` | ${typeOf(field)} | ${given} | ${boundsOf(schema, name, field)} | ${rule} |`
  })
  const head = ['| Field | Type | | Length or range | |', '| --- | --- | --- | --- | --- |']
  return [`**\`${where}\`**`, '', ...head, ...rows].join('\n')
}

function typeOf({ type, enum: words, anyOf }: JsonSchema): string {
  if (words) return words.map((word) => `\`${word}\``).join(', ')
  if (anyOf) return anyOf.map(typeOf).join(' or ')
  return type ?? 'Date'
}

/** What the field itself says about strings that are too short or too long: its schema alone does not know the length after folding. */
function boundsOf(schema: Schema, name: string, field: JsonSchema): string {
  const { type, minimum, maximum, maxItems, anyOf, enum: words } = field
  if (words) return ''
  if (maxItems !== undefined) return `${maxItems} items at most`
  if (type === 'integer')
    return Number.isSafeInteger((maximum ?? 0) + 1) ? `${minimum} to ${maximum}` : `from ${minimum}`
  if (type !== 'string' && !anyOf) return ''
  let [least, most] = [0, Infinity]
  for (const length of lengths) {
    for (const error of errorsOf(schema, { [name]: 'x'.repeat(length) })) {
      if (error.path !== name) continue
      if (error.code === 'too-short') least = Math.max(least, error.minimum)
      if (error.code === 'too-long') most = Math.min(most, error.maximum)
    }
  }
  if (most === Infinity) return ''
  return least === 0 ? `${most} at most` : `${least} to ${most}`
}

function errorsOf(schema: Schema, input: object): readonly FieldError[] {
  try {
    parseInput(schema, input)
    return []
  } catch (error) {
    if (isInvalidInput(error)) return error.errors
    throw error
  }
}
