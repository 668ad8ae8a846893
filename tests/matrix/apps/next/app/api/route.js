import { createClassifier } from 'bertweet-wasm'

export const dynamic = 'force-dynamic'

/** What a server sees of the package: that it can be imported. */
export function GET() {
  return Response.json({ imported: typeof createClassifier })
}
