import { plain } from '../../../packages/conformance/src/image-processor/samples.ts'
import { runBombs } from '../bomb-run.ts'
import { makeImageBombs } from '../image-bombs.ts'

/** Small images that a decoder makes hundreds of megabytes of, or works on for long. */
const bombs = await makeImageBombs()
process.exitCode = (await runBombs({ bombs, plain: plain(60, 40), ceiling: 1024 })) ? 0 : 1
