import { once } from 'node:events'
import { shutDownOnSignals } from '@kith/express'
import { MongoClient } from 'mongodb'
import { createApp } from './app.ts'
import { readEnv } from './config/env.ts'
import { connectKith } from './config/kith.ts'
import { sweepForms } from './middleware/upload.middleware.ts'

const hour = 3_600_000

try {
  const env = readEnv()
  const client = new MongoClient(env.mongodbUri)
  const kith = await connectKith(env, client)
  await kith.storage.migrate()
  const server = createApp(kith, env).listen(env.port)
  shutDownOnSignals(server, {
    kith,
    async close() {
      // The client belongs to this app, and Kith needs it until the end.
      await kith.close()
      await client.close()
    },
  })
  await once(server, 'listening')
  console.log(`http://localhost:${env.port}`)
  await sweepForms()
  setInterval(() => void Promise.all([kith.upkeep.run(), sweepForms()]).catch(console.error), hour)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
