export { type CloudinaryAccount } from './account.ts'
export { createCloudinaryCaptions } from './cloudinary-captions.ts'
export {
  type CloudinaryAccess,
  type CloudinaryMedia,
  type CloudinaryMediaOptions,
  createCloudinaryMedia,
} from './cloudinary-media.ts'
export { verifyCloudinaryWebhook, type WebhookCheck } from './webhook.ts'
