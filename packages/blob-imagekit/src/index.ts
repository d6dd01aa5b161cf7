export { createImageKitCaptions, type ImageKitCaptionsOptions } from './imagekit-captions.ts'
export { createImageKitMedia, type ImageKitMedia, type ImageKitMediaOptions } from './imagekit-media.ts'
