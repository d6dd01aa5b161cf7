import { expect, test } from 'vitest'
import { demandRuntime } from './demand-runtime.ts'

test.each(['22.13.0', '22.20.5', '23.0.0', '24.21.0', '100.0.0-nightly'])('accepts Node %s', (node) => {
  expect(() => demandRuntime({ node })).not.toThrow()
})

test.each(['18.20.8', '20.20.2', '22.12.0'])(
  'refuses Node %s with a sentence that says what is required',
  (node) => {
    expect(() => demandRuntime({ node })).toThrow(
      new TypeError(`Kith needs Node 22.13 or newer; this is Node ${node}.`),
    )
  },
)
