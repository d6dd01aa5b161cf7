#!/usr/bin/env node
import { main } from './main.ts'

// `node:sqlite` and stripped types are experimental in the oldest Node that Kith runs on: nothing for an operator to see.
const { emitWarning } = process
process.emitWarning = ((warning: string | Error, ...options: unknown[]) => {
  const [type] = options
  if (type !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, [warning, ...options])
}) as typeof process.emitWarning

// A config may log what it likes; standard output is for the result.
console.log = console.info = console.debug = console.error

// Not by letting the event loop run empty: a client that a config opened would keep it alive.
process.exit(await main(process.argv.slice(2)))
