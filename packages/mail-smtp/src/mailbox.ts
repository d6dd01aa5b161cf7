import { domainToASCII } from 'node:url'

/** A mailbox as nodemailer takes it without reading anything into it: a string with commas would be several. */
export interface Mailbox {
  name: string
  address: string
}

/** Reads `ada@example.com` or `Ada Lovelace <ada@example.com>`; `null` where it is neither. */
export function readMailbox(text: string): Mailbox | null {
  const [, name = '', named, bare] =
    /^(?:"?([^"<>\p{Cc}]*?)"?\s*<([^<>]+)>|([^<>]+))$/u.exec(text.trim()) ?? []
  const address = named ?? bare ?? ''
  return isAddress(address) ? { name: name.trim(), address } : null
}

/**
 * Whether a string is one address, and one only. Local parts in quotes are none: nobody has them, and what is in them could be more
 * than an address.
 */
export function isAddress(text: string): boolean {
  return (
    text.length <= 320 && /^[^\s\p{Cc}\p{Cf}"(),:;<>@[\\\]]+@[^\s\p{Cc}\p{Cf}"(),:;<>@[\\\]]+$/u.test(text)
  )
}

/** The domain of an address in ASCII, as a `Message-ID` has it. */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return domainToASCII(domain) || 'localhost'
}
