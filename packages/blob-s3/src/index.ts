export { createS3Media, type S3Media, type S3MediaOptions } from './s3-media.ts'
