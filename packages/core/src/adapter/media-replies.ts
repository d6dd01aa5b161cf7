import type { Readable } from 'node:stream'
import type { MediaReply } from './media-job.ts'

/** The replies of one media process, in order. */
export interface MediaReplies {
  /** The next reply. Rejects with the argument of {@link fail}. */
  next(): Promise<MediaReply>
  /** Ends the replies. */
  fail(reason: Error): void
}

/** Far more than the measurements of any file need. */
const maxLength = 65_536
/** One reply that the work has started, and one with its result. */
const maxUnread = 2

/**
 * Reads replies, one per line. A process whose decoder was taken over can write anything: calls `onNonsense` for an
 * invalid reply, and buffers only up to a limit.
 */
export function readReplies(source: Readable, onNonsense: () => void): MediaReplies {
  const unread: MediaReply[] = []
  let waiting: { resolve(reply: MediaReply): void; reject(reason: Error): void } | null = null
  let failed: Error | null = null
  let text = ''

  function take(line: string): void {
    const reply = parse(line)
    if (!reply || unread.length >= maxUnread) return onNonsense()
    if (waiting) waiting.resolve(reply)
    else unread.push(reply)
    waiting = null
  }

  source.setEncoding('utf8')
  source.on('data', (chunk: string) => {
    text += chunk
    if (text.length > maxLength) {
      text = ''
      return onNonsense()
    }
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) take(line)
  })

  return {
    next() {
      const reply = unread.shift()
      if (reply) return Promise.resolve(reply)
      if (failed) return Promise.reject(failed)
      return new Promise((resolve, reject) => (waiting = { resolve, reject }))
    },
    fail(reason) {
      failed = reason
      waiting?.reject(reason)
      waiting = null
    },
  }
}

function parse(line: string): MediaReply | null {
  try {
    const reply: unknown = JSON.parse(line)
    return typeof reply === 'object' && reply !== null && 'kind' in reply ? (reply as MediaReply) : null
  } catch {
    return null
  }
}
