import { testOutages } from '../test/shared-outages.ts'

await testOutages('postgres.js')
