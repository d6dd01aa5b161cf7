import type { FieldProblem } from '../field-errors.ts'
import { newCharacters } from '../text/guessable.ts'
import { commonPasswords } from './common-passwords.ts'
import { isDisguise, lettersOf, plain, wordsOf } from './disguise.ts'

/** The names of an account, which its password must not be. */
export type AccountNames = Partial<Record<'username' | 'email' | 'phone' | 'name', string | null | undefined>>

/** The error for a password that is a name of its account or a word of the app. */
export const ownName: FieldProblem & { code: 'too-easy' } = Object.freeze({
  code: 'too-easy',
  reason: 'own-name',
  message: 'Choose a password that is not your name, your email address or the name of this service',
})

/** Passwords with fewer characters outside of repetitions and keyboard runs are guessed immediately. */
const fewestNewCharacters = 4

/** Whether a password consists only of repetitions and keyboard runs. */
export function isRepetitive(password: string): boolean {
  return newCharacters(password) < fewestNewCharacters
}

/** Up to this many digits and signs around a common password do not make it a different one. */
const mostDecoration = 6
/** Shorter ones, of doubled letters, are in many words. */
const shortestSqueezed = 4

/**
 * Whether a password is one of the most common ones: also in look-alike letters, with letters doubled, with blanks or
 * signs between them, twice, two of them combined, or with up to six digits or signs around it.
 */
export function isCommon(password: string): boolean {
  const typed = plain(password)
  const letters = lettersOf(typed)
  const half = letters.slice(0, letters.length / 2)
  return (
    [...undecorated(typed), ...undecorated(letters)].some(isListed) ||
    (half + half === letters && isListed(half))
  )
}

function isListed(form: string): boolean {
  const shorter = squeeze(form)
  return (
    commonPasswords().has(form) ||
    (shorter.length >= shortestSqueezed && squeezed().has(shorter)) ||
    isPair(form)
  )
}

/** Longer ones cannot be a pair from the list. */
const longestPair = 64

function isPair(form: string): boolean {
  if (form.length > longestPair) return false
  return form
    .split('')
    .some((_unit, at) => commonPasswords().has(form.slice(0, at)) && commonPasswords().has(form.slice(at)))
}

/** `passswoord` is `pasword`, and so is `password`. */
function squeeze(text: string): string {
  return text.replace(/(.)\1+/gsu, '$1')
}

let squeezedPasswords: ReadonlySet<string> | undefined

function squeezed(): ReadonlySet<string> {
  return (squeezedPasswords ??= new Set([...commonPasswords()].map(squeeze)))
}

/** A string, and its variants without some of the digits and signs at its ends. */
function undecorated(text: string): string[] {
  const forms: string[] = []
  for (let first = 0; first <= mostDecoration; first++)
    for (let last = 0; first + last <= mostDecoration; last++) {
      const end = text.length - last
      if (isDecoration(text.slice(0, first)) && isDecoration(text.slice(end)))
        forms.push(text.slice(first, end))
    }
  return forms
}

function isDecoration(text: string): boolean {
  return /^[\p{N}\p{P}\p{S}\p{Z}]*$/u.test(text)
}

/** Whether a password is a name of its account or one of the words of the app, in any disguise. */
export function isOwnPassword(password: string, names: AccountNames, words: readonly string[]): boolean {
  return isDisguise(password, [...namesOf(names), ...words.flatMap(wordsOf)])
}

function namesOf({ username, email, phone, name }: AccountNames): string[] {
  // Seven digits identify a number, with or without the codes before it.
  const number = phone?.replace(/\D/g, '').slice(-7)
  const emails = [email].filter(isGiven)
  const names = [username, name, number, ...emails.flatMap(partsOf)].filter(isGiven)
  return [...emails, ...names.flatMap(wordsOf)]
}

/** What comes before and after the `@`. The last part of a domain, such as `com`, is not specific to the account. */
function partsOf(email: string): string[] {
  const at = email.indexOf('@')
  const labels = email.slice(at + 1).split('.')
  return [email.slice(0, at), ...labels.slice(0, -1)]
}

function isGiven(text: string | null | undefined): text is string {
  return typeof text === 'string'
}
