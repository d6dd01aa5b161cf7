import { isoBombs, webmBombs } from '../../../test/kit-samples.ts'
import { isoFile } from '../../../packages/conformance/src/video-processor/iso-sample.ts'
import { runBombs } from '../bomb-run.ts'
import { makeLargeVideoBombs } from '../video-bombs.ts'

/** Videos that claim, nest or repeat more than a video. */
const small = [...isoBombs, ...webmBombs].map(({ name, file }) => [name, file()] as const)
const bombs = [...small, ...makeLargeVideoBombs()]
process.exitCode = (await runBombs({ bombs, plain: isoFile(), ceiling: 512 })) ? 0 : 1
