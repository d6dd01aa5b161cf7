import { captionWriterCases, runCases } from '@kith/conformance'
import { afterAll, beforeAll, test } from 'vitest'
import { startOpenai } from '../test/openai-double.ts'
import type { VendorDouble } from '../test/vendor-double.ts'
import { openaiModel } from '../test/vendors.ts'
import { createAiCaptions } from './index.ts'

let double: VendorDouble
beforeAll(async () => {
  double = await startOpenai(['One.', ' Two.', 'Two.', '', '👩‍👩‍👧'.repeat(3000), 'Four.', 'Five.', 'Six.'])
})
afterAll(() => double.close())

runCases(test, captionWriterCases, async () => createAiCaptions({ model: openaiModel(double.url) }))
