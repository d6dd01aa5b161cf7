import type { ConsoleMessenger } from '@kith/core/messages'
import { type RequestHandler, Router } from 'express'

/** An email may have any layout, runs no scripts, and opens its links in new tabs. */
const policyOfLetters = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ')

/**
 * Shows what the demo would have sent: a list at `/dev/mail.json`, and each email for the frames of the page `/dev/mail`.
 * Anyone who can open it can sign in as anyone, so it is only for a local machine.
 */
export function createMailbox(
  { messages }: Pick<ConsoleMessenger, 'messages'>,
  { origins }: { origins: readonly string[] },
): RequestHandler {
  const router = Router()
  router.use('/dev', (request, response, next) => {
    // A page of another name that resolves to this machine (DNS rebinding) would read it like its own.
    if (origins.includes(`http://${request.get('host')}`)) next()
    else response.sendStatus(404)
  })
  router.get('/dev/mail.json', (_request, response) => {
    const items = messages.map(({ message: { id, to, kind }, rendered, at }) => ({
      id,
      to,
      kind,
      subject: rendered.channel === 'email' ? rendered.subject : null,
      text: rendered.text,
      at,
    }))
    response.set('cache-control', 'no-store').json({ items: items.reverse() })
  })
  router.get('/dev/mail/:id', ({ params: { id } }, response, next) => {
    const rendered = messages.find(({ message }) => message.id === id)?.rendered
    if (rendered?.channel !== 'email') return next()
    response.set({ 'content-security-policy': policyOfLetters, 'cache-control': 'no-store' })
    response.type('html').send(rendered.html.replace('<head>', '<head><base target="_blank">'))
  })
  return router
}
