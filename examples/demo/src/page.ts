import { fileURLToPath } from 'node:url'
import { type RequestHandler, Router, static as serveFiles } from 'express'
import type { IdentityProvider } from '@kith/core/ports'
import type { ChosenMedia } from 'kith-example-adapters'

/** The base URL for links in messages: the page, which recognizes the purpose of a link by its path. */
export const pagesOfLinks = {
  resetPassword: '/reset',
  signIn: '/sign-in',
  revertAddress: '/revert',
} as const

/** Paths that show the page of another path. */
const pages: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.values(pagesOfLinks).map((path) => [path, '/index.html'])),
  '/dev/mail': '/mail.html',
}

/** The options of the page. */
export interface PageOptions {
  /** The URL of the page. */
  origins: readonly string[]
  media: Pick<ChosenMedia, 'host' | 'origins' | 'options'>
  /** The sign-in providers. */
  providers: Readonly<Record<string, IdentityProvider>>
}

/**
 * Serves the page and its files, and what it needs to know about the server. Its policy names the folder of its scripts: nothing that
 * a user uploaded can run, although it has the same origin.
 */
export function createPage({ origins, media, providers }: PageOptions): RequestHandler {
  const files = origins.map((origin) => `${origin}/app/`).join(' ')
  // The page may be opened at 127.0.0.1, but URLs of media begin with `publicUrl`.
  const self = ["'self'", ...origins, ...media.origins].join(' ')
  const policy = [
    "default-src 'none'",
    `script-src ${files}`,
    `style-src ${files}`,
    `img-src ${self} blob: data:`,
    `media-src ${self} blob:`,
    `connect-src ${self}`,
    `frame-src ${origins.map((origin) => `${origin}/dev/mail/`).join(' ')}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  const router = Router()
  router.get('/app/server.json', (_request, response) => {
    const { host, options } = media
    response.set('cache-control', 'no-cache').json({
      host,
      directUploads: options.direct !== undefined,
      // Browsers that are sent to a provider return to the first of these origins.
      home: origins[0],
      providers: Object.entries(providers).map(([name, { title }]) => ({ name, title })),
    })
  })
  router.get('/app/uqr.js', (_request, response) => {
    // The page draws QR codes itself, so that secrets of authenticator apps are not sent anywhere else.
    response.set('cache-control', 'no-cache').type('js')
    response.sendFile(fileURLToPath(import.meta.resolve('uqr')), { dotfiles: 'allow' })
  })
  router.use((request, _response, next) => {
    request.url = pages[request.path] ?? request.url
    next()
  })
  router.use(
    serveFiles(fileURLToPath(new URL('../public', import.meta.url)), {
      setHeaders(response) {
        response.setHeader('content-security-policy', policy)
        response.setHeader('referrer-policy', 'same-origin')
        response.setHeader('x-content-type-options', 'nosniff')
        response.setHeader('cache-control', 'no-cache')
      },
    }),
  )
  return router
}
