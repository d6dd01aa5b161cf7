export { createLocalBlobs, type LocalBlobs, type LocalBlobsOptions } from './local-blobs.ts'
