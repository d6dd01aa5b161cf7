import { newCharacters } from '../text/guessable.ts'
import { commonPasswords } from './common-passwords.ts'
import { isDisguise, wordsOf } from './disguise.ts'

/** The names of an account, which its password may not be. */
export type AccountNames = Partial<Record<'username' | 'email' | 'phone' | 'name', string | null | undefined>>

/** What a password is told that is a name of its account or a word of the app. */
export const ownName: Readonly<Record<'code' | 'message', string>> = Object.freeze({
  code: 'too-easy',
  message: 'Choose a password that is not your name or address, nor that of this service',
})

/** Fewer characters than these that are no repetition and no run along the keyboard are guessed immediately. */
const fewestNewCharacters = 4

/** Whether a password repeats itself or runs along the keyboard, and does nothing else. */
export function isRepetitive(password: string): boolean {
  return newCharacters(password) < fewestNewCharacters
}

/** Whether a password is one of those that people choose most, or one with up to six digits or signs around it. */
export function isCommon(password: string): boolean {
  const folded = password.normalize('NFKC').toLowerCase()
  const core = folded.replace(/^[\p{N}\p{P}\p{S}\p{Z}]+|[\p{N}\p{P}\p{S}\p{Z}]+$/gu, '')
  const isDecorated = core.length >= 4 && folded.length - core.length <= 6
  const forms = [folded, folded.trim(), folded.replace(/\s/gu, ''), ...(isDecorated ? [core] : [])]
  return forms.some((form) => commonPasswords().has(form))
}

/** Whether a password is a name of its account or one of the words of the app, in any disguise. */
export function isOwnPassword(password: string, names: AccountNames, words: readonly string[]): boolean {
  return isDisguise(password, [...namesOf(names), ...words.flatMap(wordsOf)])
}

function namesOf({ username, email, phone, name }: AccountNames): string[] {
  const [local = '', domain = ''] = email?.split('@') ?? []
  // The last part of a domain, such as `com`, is a word of everybody.
  const domains = domain.split('.').slice(0, -1)
  // Seven digits tell a number apart, with and without the codes in front of it.
  return [username ?? '', email ?? '', local, name ?? '']
    .flatMap(wordsOf)
    .concat(domains, phone?.replace(/\D/g, '').slice(-7) ?? '')
}
