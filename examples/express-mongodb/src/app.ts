import type { Kith } from '@kith/core'
import { kithExpress, viewerOf } from '@kith/express'
import express, { type Express } from 'express'
import type { Env } from './config/env.ts'
import { lastErrors } from './middleware/error.middleware.ts'
import { userRoutes } from './routes/user.routes.ts'

/** The app, without its port. */
export function createApp(kith: Kith, { allowedOrigins, production }: Env): Express {
  const { routes, cors, requireViewer, signIn, problems } = kithExpress(kith, {
    allowedOrigins,
    cookies: { secure: production },
    // A form with pictures, in user.routes.ts.
    routes: { register: false },
  })
  const app = express().disable('x-powered-by')
  app.use(routes, cors)
  app.use('/api/v1', userRoutes(kith, { signIn }))
  app.get('/api/v1/hello', requireViewer, async (request, response) => {
    const { name } = await kith.accounts.me(viewerOf(request))
    response.json({ hello: name })
  })
  app.use(problems, lastErrors)
  return app
}
