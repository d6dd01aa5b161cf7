import { fileURLToPath } from 'node:url'
import { type RequestHandler, static as serveFiles } from 'express'

/**
 * Serves the page and its files. Its policy names the folder they are in: nothing that a user uploaded can run, although
 * it comes from the same origin.
 */
export function createPage(origins: readonly string[]): RequestHandler {
  const files = origins.map((origin) => `${origin}/app/`).join(' ')
  const policy = [
    "default-src 'none'",
    `script-src ${files}`,
    `style-src ${files}`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return serveFiles(fileURLToPath(new URL('../public', import.meta.url)), {
    setHeaders(response) {
      response.setHeader('content-security-policy', policy)
      response.setHeader('referrer-policy', 'same-origin')
      response.setHeader('x-content-type-options', 'nosniff')
      response.setHeader('cache-control', 'no-cache')
    },
  })
}
