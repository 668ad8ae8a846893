/** Converts a checkpoint's files: they in, progress and then a model out. The page ends it to cancel. */
import { blobOutput, openFileList } from '../../js/convert/browser-files.js'
import { openCheckpoint } from '../../js/convert/checkpoint.js'
import { convertCheckpoint } from '../../js/convert/index.js'
import { compileConverter } from '../../js/convert/network.js'
import { errorToMessage } from '../../js/errors.js'

self.onmessage = async ({ data: { list, name, wire } }) => {
  try {
    const checkpoint = await openCheckpoint(await openFileList(list, await compileConverter()))
    const output = blobOutput()
    const onProgress = (progress) => self.postMessage({ progress })
    const manifest = await convertCheckpoint({ checkpoint, output, name, wire, onProgress })
    self.postMessage({ manifest, files: output.files })
  } catch (error) {
    self.postMessage({ error: errorToMessage(error) })
  }
}
