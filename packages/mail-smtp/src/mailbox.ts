import { domainToASCII } from 'node:url'

/** A mailbox in a form that nodemailer does not parse: a string with commas would be several. */
export interface Mailbox {
  name: string
  address: string
}

/** Parses `ada@example.com` or `Ada Lovelace <ada@example.com>`; `null` if it is neither. */
export function readMailbox(text: string): Mailbox | null {
  const [, name = '', named, bare] =
    /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u.exec(text.trim()) ?? []
  const address = named ?? bare ?? ''
  return isAddress(address) ? { name: name.trim(), address } : null
}

/**
 * Whether a string is exactly one address. Quoted local parts are refused: nobody has them, and they could contain more
 * than an address.
 */
export function isAddress(text: string): boolean {
  return (
    text.length <= 320 && /^[^\s\p{Cc}\p{Cf}"(),:;<>@[\\\]]+@[^\s\p{Cc}\p{Cf}"(),:;<>@[\\\]]+$/u.test(text)
  )
}

/** The domain of an address in ASCII, for a `Message-ID`. */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return domainToASCII(domain) || 'localhost'
}
