import { createServer } from 'node:http'
import { createKith } from '@kith/core'
import { createOpenTelemetry } from '@kith/core/opentelemetry'
import { kithExpress, shutDownOnSignals } from '@kith/express'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import express from 'express'

const { KITH_SECRET = '', DATABASE = 'app.db', PORT = '3000', OPERATORS_PORT = '9464' } = process.env

const prometheus = new PrometheusExporter({ preventServerStart: true })
const kith = createKith({
  secret: KITH_SECRET,
  storage: createSqliteStorage({ path: DATABASE }),
  telemetry: createOpenTelemetry({ meterProvider: new MeterProvider({ readers: [prometheus] }) }),
})
await kith.storage.migrate()

const { routes, health, ready } = kithExpress(kith, {
  allowedOrigins: [`http://localhost:${PORT}`],
  cookies: { secure: false }, // only while there is no https
})

// Public: only the status.
const app = express()
app.use(routes)
app.get('/health', health())
app.get('/ready', ready())

// Only for operators: a separate port, which no proxy forwards to.
const operators = express()
operators.get('/metrics', (request, response) => prometheus.getMetricsRequestHandler(request, response))
operators.get('/health', health({ details: true }))
operators.get('/ready', ready({ details: true }))

const inside = createServer(operators).listen(Number(OPERATORS_PORT), '127.0.0.1')
const server = createServer(app).listen(Number(PORT), () => console.log(`http://localhost:${PORT}`))
// Metrics and probes are available until the last request has ended.
shutDownOnSignals(server, { kith, close: async () => void inside.close() })

const upkeep = setInterval(() => void kith.upkeep.run().catch(console.error), 3_600_000)
upkeep.unref()
