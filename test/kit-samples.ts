/** The samples with which the kit tests stores, for tests beyond its cases. */
export { inPost, placeOf, readyMedia } from '../packages/conformance/src/media-state.ts'
export {
  later,
  nextId,
  sampleCode,
  sampleCredential,
  sampleEdge,
  sampleMeasures,
  sampleMedia,
  samplePost,
  sampleSession,
  sampleUser,
} from '../packages/conformance/src/records.ts'
export { sampleRow } from '../packages/conformance/src/outbox-store/events.ts'
export { messageKinds, sampleMessage } from '../packages/conformance/src/messenger/sample-message.ts'
export { peopled } from '../packages/conformance/src/peopled.ts'
export { untilDone } from '../packages/conformance/src/until-done.ts'
export { fixture as kitFixture, unpack } from '../packages/conformance/src/fixtures.ts'
export {
  heic,
  readSwellingBombs,
  readTangledBombs,
} from '../packages/conformance/src/image-processor/samples.ts'
export { isoBombs, webmBombs } from '../packages/conformance/src/video-processor/bombs.ts'
export { hidingPlaces, stripHidden } from '../packages/conformance/src/video-processor/hiding.ts'
export { assertBounded } from '../packages/conformance/src/video-processor/bombing.ts'
