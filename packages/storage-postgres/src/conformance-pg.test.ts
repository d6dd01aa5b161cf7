import { testPromises } from '../test/kept-promises.ts'

await testPromises('pg', true)
