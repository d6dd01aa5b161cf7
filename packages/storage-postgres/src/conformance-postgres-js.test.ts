import { testPromises } from '../test/kept-promises.ts'

await testPromises('postgres.js', false)
