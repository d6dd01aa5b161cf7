import { isIP } from 'node:net'
import { cutText } from '../text/cut-text.ts'
import { withoutDirection } from '../text/direction.ts'
import { withoutInvisible } from '../text/invisible.ts'
import type { Message } from './messenger.ts'

/** Longer names push the important text out of sight. */
const maxName = { graphemes: 80, length: 200 }
/** The maximum length of an email address. */
const maxAddress = { graphemes: 320, length: 320 }

/** Anything that a mail program would turn into a link: `evil.example`, `https://…`, `me@evil.example`. */
const linkLike = /:\/\/|@|[\p{L}\p{N}-]\.\p{L}{2,}/u

/**
 * The message with user-controlled values made safe for any message: one line, of bounded length, without invisible
 * characters. A name that would become a link is left out, so that nobody can send their own content through an app's
 * notices.
 */
export function cleanMessage<Any extends Message>(message: Any): Any {
  const content: Record<string, unknown> = { ...message.content }
  for (const key of ['device', 'name']) content[key] = cleanName(content[key])
  if (typeof content['address'] === 'string' && isIP(content['address']) === 0) content['address'] = null
  for (const key of ['from', 'to', 'code'])
    if (typeof content[key] === 'string') content[key] = cutText(oneLine(content[key]), maxAddress)
  if (typeof content['link'] === 'string') content['link'] = content['link'].replace(/[\s\p{Cc}]/gu, '')
  return { ...message, to: oneLine(message.to), content } as Any
}

function cleanName(name: unknown): string | null {
  if (typeof name !== 'string') return null
  const clean = cutText(oneLine(name), maxName)
  return clean === '' || linkLike.test(clean) ? null : clean
}

/** The string as one line, without invisible characters. */
export function oneLine(text: string): string {
  const visible = withoutInvisible(withoutDirection(text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')))
  return visible.trim()
}
