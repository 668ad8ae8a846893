/** The library's worker, at an address of this folder, whose headers forbid connections: a worker obeys its own. */
import '../../web/worker.js'
