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
const shortestDecorated = 4

/**
 * Whether a password is one of the most common ones: also in look-alike letters, with letters doubled, with blanks or
 * signs between them, twice, two of them combined, or with up to six digits or signs around it.
 */
export function isCommon(password: string): boolean {
  const folded = password.normalize('NFKC').toLowerCase()
  const letters = lettersOf(plain(password))
  const half = letters.slice(0, letters.length / 2)
  const twice = half.length >= shortestDecorated && half + half === letters ? [half] : []
  const forms = [...undecorated(folded), ...undecorated(plain(folded)), ...undecorated(letters), ...twice]
  return forms.some((form) => isListed(form) || isPair(form))
}

function isListed(form: string): boolean {
  const shorter = squeeze(form)
  return commonPasswords().has(form) || (shorter.length >= shortestDecorated && squeezed().has(shorter))
}

/** Longer ones cannot be a pair from the list. */
const longestPair = 64

function isPair(form: string): boolean {
  if (form.length > longestPair) return false
  for (let at = shortestDecorated; at <= form.length - shortestDecorated; at++)
    if (commonPasswords().has(form.slice(0, at)) && commonPasswords().has(form.slice(at))) return true
  return false
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
  const [before = ''] = /^[\p{N}\p{P}\p{S}\p{Z}]*/u.exec(text.slice(0, mostDecoration)) ?? []
  const [after = ''] = /[\p{N}\p{P}\p{S}\p{Z}]*$/u.exec(text.slice(-mostDecoration)) ?? []
  const forms = [text]
  for (let first = 0; first <= before.length; first++)
    for (let last = 0; last <= after.length && first + last <= mostDecoration; last++)
      if (text.length - first - last >= shortestDecorated) forms.push(text.slice(first, text.length - last))
  return forms
}

/** Whether a password is a name of its account or one of the words of the app, in any disguise. */
export function isOwnPassword(password: string, names: AccountNames, words: readonly string[]): boolean {
  return isDisguise(password, [...namesOf(names), ...words.flatMap(wordsOf)])
}

function namesOf({ username, email, phone, name }: AccountNames): string[] {
  const [local = '', domain = ''] = email?.split('@') ?? []
  // The last part of a domain, such as `com`, is not specific to the account.
  const domains = domain.split('.').slice(0, -1)
  // Seven digits identify a number, with or without the codes before it.
  return [username ?? '', email ?? '', local, name ?? '']
    .flatMap(wordsOf)
    .concat(domains, phone?.replace(/\D/g, '').slice(-7) ?? '')
}
