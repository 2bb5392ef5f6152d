/** Dates in headers, read as those in bodies are: the SDK has a second parser for each of these formats. */
export {
  parseEpochTimestamp as _parseEpochTimestamp,
  parseRfc3339DateTimeWithOffset as _parseRfc3339DateTimeWithOffset,
  parseRfc7231DateTime as _parseRfc7231DateTime,
} from '@smithy/core/serde';
