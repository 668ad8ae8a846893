/**
 * service-worker.js - the same library for service workers, which can import nothing later: all of it at once.
 *
 *     import { createClassifier } from 'bertweet-wasm/service-worker'
 *     import model from 'bertweet-wasm/models/tweet-mini'
 *     const classifier = await createClassifier({ model })
 */

import * as engine from './engine.js'
import { later } from './later.js'
import * as selfTest from './self-test.js'

later.engine = async () => engine
later.selfTest = async () => selfTest

export * from './index.js'
