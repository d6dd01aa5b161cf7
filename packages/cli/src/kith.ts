#!/usr/bin/env node
import { main } from './main.ts'

// Not by letting the event loop run empty: a client that a config opened would keep it alive.
process.exit(await main(process.argv.slice(2)))
