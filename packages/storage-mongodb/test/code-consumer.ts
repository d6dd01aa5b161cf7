import { MongoClient } from 'mongodb'
import { consumeWhenAsked } from '../../../test/consume-race/consumer.ts'
import { createMongoStorage } from '../src/index.ts'

const [uri = '', database = ''] = process.argv.slice(2)
const client = await MongoClient.connect(uri, { maxPoolSize: 8 })
consumeWhenAsked(createMongoStorage({ client, database, timeoutMillis: 100_000 }))
