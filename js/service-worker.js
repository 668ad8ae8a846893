/**
 * service-worker.js - the same library for service workers, which can import nothing later: all of it at once.
 *
 *     import { createClassifier } from 'bertweet-wasm/service-worker'
 *     import model from 'bertweet-wasm/models/tweet-mini'
 *     const classifier = await createClassifier({ model })
 */

import * as advice from './advice.js'
import * as engine from './engine.js'
import * as explain from './explain.js'
import * as files from './files.js'
import { later } from './later.js'
import * as records from './records.js'
import * as selfTest from './self-test.js'

later.advice = async () => advice
later.engine = async () => engine
later.explain = async () => explain
later.files = async () => files
later.records = async () => records
later.selfTest = async () => selfTest

export * from './index.js'
