import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import { testPromises } from '../test/promises.ts'

await describeWithRedis('keeps every promise', {}, (redis) =>
  testPromises(() => ({ ports: [redis().port], prefix: redis().freshPrefix() })),
)
