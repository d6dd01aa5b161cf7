#!/usr/bin/env node
import { main } from './main.ts'

// `node:sqlite` and type stripping are experimental in the oldest supported Node: hide the warnings from operators.
const { emitWarning } = process
process.emitWarning = ((warning: string | Error, ...options: unknown[]) => {
  const [type] = options
  if (type !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, [warning, ...options])
}) as typeof process.emitWarning

// A config may log anything; standard output is for the result.
console.log = console.info = console.debug = console.error

// Exit explicitly: a client that a config opened would keep the process alive.
process.exit(await main(process.argv.slice(2)))
