import { test } from 'vitest'
import { createInstance } from './instance.ts'
import { startMeasuring } from './measured.ts'
const m = await startMeasuring()
test('x', async () => {
  const { kith } = createInstance({ telemetry: m.telemetry })
  await kith.accounts.register({ username: 'anna', password: 'correct horse' })
  await kith.sessions.login({ login: 'anna', password: 'x' }).catch(() => {})
  await kith.upkeep.run()
  const s = await m.scrape()
  console.log(s.filter((x) => !/bucket/.test(x.name)).map((x) => x.name + JSON.stringify(x.labels) + x.value).join('\n'))
  for (const x of m.spans()) console.log(x.name, x.spanContext().spanId, x.parentSpanContext?.spanId, x.attributes, x.status)
})
