import { fileURLToPath } from 'node:url'
import { type RequestHandler, Router, static as serveFiles } from 'express'
import type { IdentityProvider } from '@kith/core/ports'
import type { ChosenMedia } from 'kith-example-adapters'

/** Where the links of its messages lead: to the page, which sees by the path what a link is for. */
export const pagesOfLinks = {
  resetPassword: '/reset',
  signIn: '/sign-in',
  revertAddress: '/revert',
} as const

/** Paths that have the page of another name. */
const pages: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(Object.values(pagesOfLinks).map((path) => [path, '/index.html'])),
  '/dev/mail': '/mail.html',
}

/** What the page is served with. */
export interface PageOptions {
  /** Where it is opened. */
  origins: readonly string[]
  media: Pick<ChosenMedia, 'host' | 'origins' | 'options'>
  /** Where people may sign in. */
  providers: Readonly<Record<string, IdentityProvider>>
}

/**
 * Serves the page and its files, and what it has to know of the server. Its policy names the folder they are in: nothing that
 * a user uploaded can run, although it comes from the same origin.
 */
export function createPage({ origins, media, providers }: PageOptions): RequestHandler {
  const files = origins.map((origin) => `${origin}/app/`).join(' ')
  // The page may be opened at 127.0.0.1, and URLs of media begin with the one that `publicUrl` has.
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
      // Browsers that are sent elsewhere come back to the first of these origins.
      home: origins[0],
      providers: Object.entries(providers).map(([name, { title }]) => ({ name, title })),
    })
  })
  router.get('/app/uqr.js', (_request, response) => {
    // It draws QR codes in the page, so that secrets of authenticator apps go nowhere else.
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
