import { domainToASCII } from 'node:url'
import * as z from 'zod'
import { because, streamSafe } from '../input.ts'
import { isStreamSafe } from '../text/stream-safe.ts'
import { createReservedNames } from './reserved-names.ts'
import type { Login } from './user-store.ts'

/** Folds case and look-alike forms: `Ａna`, `ANA` and `ana` are the same name. Idempotent. */
export function fold(text: string): string {
  // Lower-casing can undo the composition (İ becomes i and a dot), so it is composed again. Composing can leave blanks at the ends (¨ becomes one and a mark).
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').trim()
}

/** As typed: a string that folds to 30 characters may be longer before. */
const usernameMaxTyped = 120
/** The maximum that SMTP allows (RFC 5321, 4.5.3.1). */
const emailMaxLength = 254

const usernamePattern = /^[a-z0-9_](?:\.?[a-z0-9_])*$/

/** A username: 3 to 30 of `a–z 0–9 _` and single inner dots, after folding; neither reserved nor like a reserved one. */
export function usernameSchema(reserved: ReadonlySet<string>): z.ZodType<string, string> {
  const isReserved = createReservedNames(reserved)
  const allowed = z
    .string()
    .regex(usernamePattern, 'Use letters a to z, digits, underscores, and single dots between them')
    .refine((name) => !isReserved(name), because({ code: 'reserved', message: 'This name is reserved' }))
  return z
    .string()
    .max(usernameMaxTyped)
    .pipe(streamSafe())
    .pipe(z.string().transform(fold).pipe(z.string().min(3).max(30)))
    .pipe(allowed)
}

/** An email address, folded whole, its domain in ASCII form; at most 254 characters. */
export function emailSchema(): z.ZodType<string, string> {
  return z
    .string()
    .max(emailMaxLength)
    .pipe(streamSafe())
    .pipe(
      z
        .string()
        .transform((text) => foldEmail(text) ?? '')
        .refine((email) => email !== '', 'This is not an email address'),
    )
}

/** A telephone number in international form: `+`, country code, number. Blanks, dots, dashes and brackets are dropped. */
export function phoneSchema(): z.ZodType<string, string> {
  return z
    .string()
    .max(40)
    .pipe(streamSafe())
    .pipe(
      z
        .string()
        .transform((text) => text.normalize('NFKC').replace(/[\s().-]/g, ''))
        .refine(
          (phone) => /^\+[1-9]\d{6,14}$/.test(phone),
          'Give the number in international form, like +4915112345678',
        ),
    )
}

/** Parses a username in a URL. Never fails: an impossible one matches no account. */
function parseName(text: string): string {
  return text.length > usernameMaxTyped || !isStreamSafe(text) ? '' : fold(text)
}

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Parses an account name in a call or a URL: its username, or its id, which no username looks like. Never fails, as
 * above.
 */
export function readAccountName(text: string): { id: string } | { username: string } {
  return idPattern.test(text) ? { id: text } : { username: parseName(text) }
}

/** Parses a login as a person typed it. Never fails: an impossible login matches no account. */
export function readLogin(text: string): Login {
  if (text.length > emailMaxLength || !isStreamSafe(text)) return { username: '' }
  return text.includes('@') || text.normalize('NFKC').includes('@')
    ? { email: foldEmail(text) ?? fold(text) }
    : { username: fold(text) }
}

const localPattern = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u
const domainPattern =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

function foldEmail(text: string): string | null {
  const [local = '', domain = '', ...more] = fold(text).split('@')
  const host = domainToASCII(domain)
  const email = `${local}@${host}`
  if (more.length > 0 || email.length > emailMaxLength) return null
  const dots = local.startsWith('.') || local.endsWith('.') || local.includes('..')
  return !dots && localPattern.test(local) && domainPattern.test(host) ? email : null
}
