import type { CliConfigExport } from '@kith/cli'
import { MongoClient } from 'mongodb'
import { readEnv } from './src/config/env.ts'
import { connectKith } from './src/config/kith.ts'

/** For `pnpm kith`: the Kith of the server, with the settings that `kith doctor` also checks. */
const config: CliConfigExport = async () => {
  const env = readEnv()
  const mongodb = new MongoClient(env.mongodbUri)
  return {
    kith: await connectKith(env, mongodb),
    mongodb,
    http: { allowedOrigins: env.allowedOrigins, cookies: { secure: env.production } },
    close: () => mongodb.close(),
  }
}

export default config
