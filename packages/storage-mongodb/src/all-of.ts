/** All answers, or the first error, once every one of them has come to its end: a call that fails leaves nothing running. */
export async function allOf<Answer>(promises: readonly Promise<Answer>[]): Promise<Answer[]> {
  await Promise.allSettled(promises)
  return await Promise.all(promises)
}
