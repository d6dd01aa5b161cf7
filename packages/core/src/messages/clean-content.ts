import { isIP } from 'node:net'
import { cutText } from '../text/cut-text.ts'
import { withoutDirection } from '../text/direction.ts'
import { withoutInvisible } from '../text/invisible.ts'
import type { Message } from './messenger.ts'

/** Longer names push what matters out of sight. */
const maxName = { graphemes: 80, length: 200 }
/** As long as an address of email can be. */
const maxAddress = { graphemes: 320, length: 320 }

/** What a mail program would turn into a link: `evil.example`, `https://…`, `me@evil.example`. */
const linkLike = /:\/\/|@|[\p{L}\p{N}-]\.\p{L}{2,}/u

/**
 * The message with what others have chosen made harmless for any text: one line, of bounded length, with nothing invisible. A name
 * that would become a link is left out, so that nobody speaks through a notice that an app sends.
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

/** The string as one line, with nothing that cannot be seen. */
export function oneLine(text: string): string {
  const visible = withoutInvisible(withoutDirection(text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')))
  return visible.trim()
}
