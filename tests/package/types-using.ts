/** Explicit resource management: TypeScript 5.2 and newer, with lib esnext.disposable. */
import { createClassifier } from 'bertweet-wasm'

export async function once(text: string) {
  await using classifier = await createClassifier()
  return (await classifier.classify(text)).label
}
