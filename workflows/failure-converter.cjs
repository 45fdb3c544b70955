// Temporal loads converters by require(), in the worker and in the workflow bundle alike: hence CommonJS, and no TypeScript.
const { DefaultFailureConverter } = require('@temporalio/common');

/** Error messages and stack traces become payloads, so that the codec encrypts them. */
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
