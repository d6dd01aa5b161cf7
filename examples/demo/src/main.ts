import { createServer } from 'node:http'
import { kithExpress, shutDownOnSignals } from '@kith/express'
import express, { type Express } from 'express'
import { createDemo } from './kith.ts'
import { createMailbox } from './mailbox.ts'
import { createPage } from './page.ts'
import { seedDemo, showNewcomers } from './seed/index.ts'
import { readSettings } from './settings.ts'
import { createVisitorRoutes } from './visitors.ts'

const hour = 3_600_000

async function start(): Promise<void> {
  const settings = readSettings(process.env, process.argv.slice(2))
  const { port, database } = settings
  let open: (app: Express) => void = () => {}
  const opened = new Promise<Express>((resolve) => (open = resolve))
  // Visitors who come while the pictures are drawn wait for the page.
  const server = createServer((request, response) => void opened.then((app) => app(request, response)))
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', done)
  })
  const address = server.address()
  const url = `http://localhost:${typeof address === 'object' && address ? address.port : port}`

  await seedDemo(settings)
  const { kith, media, captions, mail, exampleId } = await createDemo(settings, process.env, { url })
  await kith.storage.migrate()
  const origins = [url, url.replace('localhost', '127.0.0.1')]
  const { routes, signIn, problems } = kithExpress(kith, {
    allowedOrigins: origins,
    cookies: { secure: false },
  })
  const app = express().disable('x-powered-by')
  app.use(routes)
  app.use(createVisitorRoutes(kith, { signIn }))
  app.use(createMailbox(mail, { origins }))
  app.use(exampleId.routes)
  app.use(createPage({ origins, media, providers: kith.config.providers }))
  app.use(problems)
  showNewcomers(kith)
  open(app)

  const tidy = (): void => void kith.upkeep.run().catch((error: unknown) => console.error(error))
  const upkeep = setInterval(tidy, hour)
  shutDownOnSignals(server, {
    kith,
    graceSeconds: 0.5,
    signals: ['SIGINT', 'SIGTERM', 'SIGHUP'],
    async close() {
      clearInterval(upkeep)
      console.log('\nStopped. The data stays where it is.')
    },
  })

  if (media.host) console.log(`Media are kept by ${media.host}.`)
  if (captions.sentTo) console.log(`Pictures go to ${captions.sentTo} where a caption is asked for.`)
  console.log(`Mail that it sends: ${url}/dev/mail`)
  console.log(`Kith demo: ${url} (data in ${database}; Ctrl-C stops it)`)
}

start().catch((error: NodeJS.ErrnoException) => {
  const { PORT = '3000' } = process.env
  if (error.code === 'EADDRINUSE') {
    console.error(`Port ${PORT} is in use. Stop what runs there, or choose another: PORT=3001 npm run demo`)
  } else if (error.code === 'EACCES' && error.syscall === 'listen') {
    console.error(
      `Port ${PORT} needs more permissions than you have. Choose one above 1023: PORT=3001 npm run demo`,
    )
  } else {
    console.error(error instanceof RangeError ? error.message : error)
  }
  process.exit(1)
})
