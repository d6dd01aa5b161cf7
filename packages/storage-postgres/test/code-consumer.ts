import { consumeWhenAsked } from '../../../test/consume-race/consumer.ts'
import { createPostgresStorage } from '../src/index.ts'

const [url = '', schema = ''] = process.argv.slice(2)
consumeWhenAsked(createPostgresStorage({ url, schema, timeoutMillis: 60_000 }))
