import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Telemetry } from '@kith/core/ports'
import { createOpenTelemetry } from '@kith/core/opentelemetry'
import { afterAll } from 'vitest'

export type { ReadableSpan }

/** One line that Prometheus scrapes. */
export interface Sample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

/** Telemetry connected to the real SDK, with access to what it collected. */
export interface Measured {
  telemetry: Telemetry
  /** Scrapes over HTTP, like Prometheus. */
  scrape(): Promise<Sample[]>
  /** The spans that have ended. */
  spans(): ReadableSpan[]
}

/** Starts the OpenTelemetry SDK until the tests of the file end. */
export async function startMeasuring(): Promise<Measured> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const memory = new InMemorySpanExporter()
  afterAll(() => {
    context.disable()
    server.close()
  })
  return {
    telemetry: createOpenTelemetry({
      meterProvider: new MeterProvider({ readers: [exporter] }),
      tracerProvider: new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] }),
    }),
    async scrape() {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)
      return readSamples(await response.text())
    },
    spans: () => memory.getFinishedSpans(),
  }
}

function readSamples(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
        value: Number(value),
      }
    })
}
