import { isoBombs, kitFixture, webmBombs } from '../../../test/kit-samples.ts'
import { runBombs } from '../bomb-run.ts'
import { makeLargeVideoBombs } from '../video-bombs.ts'

/** Videos that claim, nest or repeat more than a real one. */
const small = [...isoBombs, ...webmBombs].map(({ name, file }) => [name, file()] as const)
const bombs = [...small, ...makeLargeVideoBombs()]
process.exitCode = (await runBombs({ bombs, plain: kitFixture('videos/plain.mp4'), ceiling: 512 })) ? 0 : 1
